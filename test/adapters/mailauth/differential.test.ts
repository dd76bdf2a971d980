/** Tag lists of every form, signed in every way that a reader of them might verify: what `nodeCrypto` does not pass, mailauth does not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FUZZ_RUNS } from '../../values/support.js';
import {
  arcOf,
  BODY,
  dkimOf,
  evil,
  FIELDS,
  hashOf,
  messageWith,
  reference,
  relaxed,
  signatureOver,
  signedField,
  versions,
  victim,
} from './raw.js';

const values: Readonly<Record<string, readonly string[]>> = {
  v: ['1', '1 ', '01'],
  a: ['rsa-sha256', 'RSA-SHA256', 'ed25519-sha256', 'rsa- sha256'],
  c: ['relaxed/relaxed', 'relaxed', 'relaxed/simple', 'Relaxed / Relaxed', 'simple/simple'],
  d: ['victim.example', 'evil.example', 'EVIL.example', 'evil.example.', 'evil. example'],
  s: ['s', 't', 'S', 's t'],
  h: ['from:subject', 'From : Subject', 'from', 'from:subject:dkim-signature', 'subject', 'from:subject:'],
  bh: [hashOf(BODY), hashOf(''), `${hashOf(BODY).slice(0, 20)} ${hashOf(BODY).slice(20)}`],
  l: [String(BODY.length), '0', '3', '1e1', '12.0', '99'],
  i: ['@evil.example', '@victim.example', 'a=40b@victim.example', '"b=x"@evil.example', '1'],
  q: ['dns/txt', 'other'],
  z: ['From:a|b=c', "a (b=) '", 'a"b=;', 'a\xa0b=', '\\', 'x b=AAAA', '\xc3\xa0'],
  t: ['1', '0', '1 2', 'x'],
  x: ['999999999999', '1'],
  b: ['AAAA', ''],
  cv: ['none', 'NONE', 'pass'],
};

const name = fc.constantFrom(...Object.keys(values));
const cased = fc
  .tuple(name, fc.boolean(), fc.constantFrom('', ' ', '\r\n ', '\t', '\xa0'))
  .chain(([key, upper, blank]) =>
    fc
      .tuple(fc.constantFrom(...(values[key] as string[])), fc.constantFrom('', ' ', '\r\n\t'))
      .map(([value, after]) => `${upper ? key.toUpperCase() : key}${blank}=${after}${value}`),
  );
/** Added to a list that is right but for `d`. */
const additions = fc.array(fc.tuple(cased, fc.nat(12)), { maxLength: 3 });
const addition = fc.array(fc.tuple(cased, fc.nat(12)), { maxLength: 1 });
const base = (domain: string, role: string): readonly string[] => [
  ...(role === 'DKIM-Signature' ? ['v=1'] : ['i=1']),
  'a=rsa-sha256',
  ...(role === 'ARC-Seal' ? ['cv=none'] : ['c=relaxed/relaxed', 'h=from:subject', `bh=${hashOf(BODY)}`]),
  `d=${domain}`,
  's=s',
];

function ownField(role: string, domain: string, added: readonly (readonly [string, number])[], last: string): string {
  const tags = [...base(domain, role)];
  for (const [tag, at] of added) tags.splice(Math.min(at, tags.length), 0, tag);
  return `${role}: ${tags.join('; ')}; ${last}`;
}

const domain = fc.constantFrom('victim.example', 'evil.example');
const key = fc.constantFrom(evil, victim);
const last = fc.constantFrom('b=', 'b=', 'b =', 'B=', 'b=AAAA; B=', 'B=AAAA; b=');
const covered = fc.constantFrom(FIELDS, FIELDS.slice(0, 1), []);
const tail = fc.constantFrom('', '', ';', '; B=', '; n=b=', '\xa0');
const bodies = fc.constantFrom(BODY, BODY, BODY, `${BODY}\r`, `${BODY}\r\r\n`, `${BODY}\r\n\n`, `${BODY} `, `${BODY}x`);

const forms = fc.constantFrom('simple' as const, 'relaxed' as const);
const pieces = fc.array(
  fc.constantFrom('a', ' ', '  ', '\t', '\r\n', '\r\n', '\n', '\r', '\xa0', '\v', ' \r\n', 'text'),
  { maxLength: 12 },
);

/** RFC 6376 section 3.4.3, 3.4.4. */
function canonicalHash(body: string, form: 'simple' | 'relaxed'): string {
  const lines = body.replace(/\r?\n/g, '\r\n');
  const text = form === 'simple' ? lines : lines.replace(/[ \t]+/g, ' ').replace(/ (?=\r\n|$)/g, '');
  const content = text.replace(/(\r\n)+$/, '');
  return hashOf(content === '' && form === 'relaxed' ? '' : `${content}\r\n`);
}

describe.each(versions)('mailauth $name', ({ crypto }) => {
  test('DKIM', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(
        domain,
        additions,
        last,
        covered,
        key,
        tail,
        bodies,
        async (of, added, end, over, by, more, body) => {
          const own = ownField('DKIM-Signature', of, added, end);
          const first = signedField(own, over, by) + more;
          const plain = signedField(ownField('DKIM-Signature', 'evil.example', [], 'b='), FIELDS, evil);
          const message = messageWith([first, plain], body);
          const [got, want] = [await dkimOf(message, crypto), await dkimOf(message, reference)];
          for (const [i, result] of got.entries()) {
            if (!result.startsWith('pass')) continue;
            passed++;
            expect(result, first).toBe(want[i]);
          }
        },
      ),
      { numRuns: FUZZ_RUNS / 4 },
    );
    expect(passed).toBeGreaterThan(FUZZ_RUNS / 20);
  }, 60_000);

  test('bodies', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(forms, pieces, pieces, fc.nat(20), fc.nat(2), async (form, body, put, at, cut) => {
        const whole = body.join('');
        const tags = `v=1; a=rsa-sha256; c=relaxed/${form}; bh=${canonicalHash(whole, form)}; d=evil.example; s=s; h=from`;
        const own = signedField(`DKIM-Signature: ${tags}; b=`, FIELDS.slice(0, 1), evil);
        const place = body.slice(0, at).join('').length;
        const sent = whole.slice(0, place) + put.slice(0, 3).join('') + whole.slice(place + cut);
        const message = messageWith([own], sent);
        const got = await dkimOf(message, crypto);
        if (got[0] !== 'pass evil.example') return;
        passed++;
        expect(await dkimOf(message, reference), JSON.stringify(sent)).toEqual(got);
      }),
      { numRuns: FUZZ_RUNS / 2 },
    );
    expect(passed).toBeGreaterThan(FUZZ_RUNS / 40);
  }, 60_000);

  test('ARC', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(domain, addition, addition, last, key, async (of, inMessage, inSeal, end, by) => {
        const results = 'ARC-Authentication-Results: i=1; mx.example; none';
        const ams = signedField(ownField('ARC-Message-Signature', 'evil.example', inMessage, 'b='), FIELDS, evil);
        const own = ownField('ARC-Seal', of, inSeal, end);
        const seal = own + signatureOver([results, ams, own].map(relaxed).join('\r\n'), by);
        const message = messageWith([seal, ams, results]);
        const got = await arcOf(message, crypto);
        if (got !== 'pass') return;
        passed++;
        expect(await arcOf(message, reference), `${seal}\n${ams}`).toBe('pass');
      }),
      { numRuns: FUZZ_RUNS / 4 },
    );
    expect(passed).toBeGreaterThan(FUZZ_RUNS / 400);
  }, 60_000);
});

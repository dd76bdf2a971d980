import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { type RewriteOptions, rewriteAddresses, rewriteRecipients } from '../../../src/stages/rewriting/index.js';
import { compileRewriting } from '../../../src/stages/rewriting/options.js';
import { masquerade } from '../../../src/stages/rewriting/rewrite-address.js';
import { hashTable } from '../../../src/tables/hash-table.js';
import { failTable, inlineTable } from '../../../src/tables/simple-tables.js';
import { decodeLatin1 } from '../../../src/values/bytes.js';
import { postfixData } from '../../values/support.js';
import { box, problemsOf, runOne, runPolicy, said } from '../facts.js';

const base: RewriteOptions = { origin: 'school.example', localClient: () => true };

async function recipient(options: Partial<RewriteOptions>, to: string): Promise<string> {
  const outcome = await runOne(rewriteRecipients({ ...base, ...options }), { to: [to] });
  return said(outcome) === 'continue' ? (outcome.recipients[0]?.recipient.address.text ?? '') : said(outcome);
}

async function header(options: Partial<RewriteOptions>, text: string): Promise<string> {
  const message = `${text}\r\n\r\nbody\r\n`;
  const outcome = await runOne(rewriteAddresses({ ...base, ...options }), { message });
  return (outcome.message?.header ?? [])
    .map((field) => decodeLatin1(field.bytes))
    .join('')
    .replace(/\r\n$/, '');
}

async function sender(options: Partial<RewriteOptions>, from: string): Promise<string> {
  const outcome = await runOne(rewriteAddresses({ ...base, ...options }), { sender: from });
  return outcome.sender.kind === 'null-path' ? '' : outcome.sender.text;
}

const canonical = inlineTable({
  bob: 'Bob.Builder',
  'old@o.example': 'new@n.example',
  '@moved.example': '@n.example',
  'a@o.example': 'b@o.example',
  'b@o.example': 'c@o.example',
  'self@o.example': 'self@o.example',
  'x@o.example': 'y@o.example',
  'y@o.example': 'x@o.example',
});

describe('rewriteRecipients', () => {
  const plus = { recipientDelimiter: '+', canonical };
  it.each<[string, Partial<RewriteOptions>, string, string]>([
    ['nothing', {}, 'bob@school.example', 'bob@school.example'],
    ['a bare name of the origin', { canonical }, 'bob@school.example', 'Bob.Builder@school.example'],
    ['not of other domains', { canonical }, 'bob@o.example', 'bob@o.example'],
    ['of a local domain', { canonical, localDomains: ['l.example'] }, 'bob@l.example', 'Bob.Builder@school.example'],
    ['a domain', { canonical }, 'Kim@moved.example', 'Kim@n.example'],
    ['an extension goes along', plus, 'old+x@o.example', 'new+x@n.example'],
    ['an extension stays', { ...plus, propagateExtensions: false }, 'old+x@o.example', 'new@n.example'],
    ['again', { canonical }, 'a@o.example', 'c@o.example'],
    ['itself', { canonical }, 'self@o.example', 'self@o.example'],
    ['a circle', { canonical }, 'x@o.example', 'defer routing 451 4.6.0 Address rewriting error'],
    [
      'recipients first',
      { recipientCanonical: inlineTable({ 'k@o.example': 'a@o.example' }), canonical },
      'k@o.example',
      'c@o.example',
    ],
    ['senders alone', { senderCanonical: canonical }, 'old@o.example', 'old@o.example'],
    ['classes', { canonical, canonicalClasses: ['header_sender'] }, 'old@o.example', 'old@o.example'],
    ['masquerade is not for recipients', { masqueradeDomains: ['o.example'] }, 'a@h.o.example', 'a@h.o.example'],
    [
      'unless it says so',
      { masqueradeDomains: ['o.example'], masqueradeClasses: ['envelope_recipient'] },
      'a@h.o.example',
      'a@o.example',
    ],
    ['a domain without a dot', { dotDomain: 'school.example' }, 'a@host', 'a@host.school.example'],
    [
      'cannot tell',
      { canonical: failTable('down') },
      'a@o.example',
      'defer cannot-tell 451 4.3.0 Temporary system problem, try again later',
    ],
  ])('%s', async (_, options, to, expected) => {
    expect(await recipient(options, to)).toBe(expected);
  });

  it('leaves the restrictions the address as given', async () => {
    const outcome = await runPolicy(definePolicy({ rcpt: [rewriteRecipients({ ...base, canonical })] }), {
      to: ['old@o.example'],
    });
    expect(outcome.recipients[0]?.recipient.original.text).toBe('old@o.example');
  });
});

describe('rewriteAddresses', () => {
  it.each<[string, Partial<RewriteOptions>, string, string]>([
    ['canonical', { canonical }, 'old@o.example', 'new@n.example'],
    [
      'sender canonical first',
      { senderCanonical: inlineTable({ 'k@o.example': 'a@o.example' }), canonical },
      'k@o.example',
      'c@o.example',
    ],
    ['masquerade', { masqueradeDomains: ['school.example'] }, 'a@h.school.example', 'a@school.example'],
    [
      'an exception',
      { masqueradeDomains: ['school.example'], masqueradeExceptions: ['Root'] },
      'root@h.school.example',
      'root@h.school.example',
    ],
    ['the null path', { canonical }, '', ''],
    ['strangers too', { canonical, localClient: () => false }, 'old@o.example', 'new@n.example'],
  ])('sender: %s', async (_, options, from, expected) => {
    expect(await sender(options, from)).toBe(expected);
  });

  it.each<[string, Partial<RewriteOptions>, string, string]>([
    [
      'nothing to change',
      { canonical },
      'From:  A  <a@B.Example>\r\nTo: a @ b.example,\r\n\tc@d.example (x)',
      'From:  A  <a@B.Example>\r\nTo: a @ b.example,\r\n\tc@d.example (x)',
    ],
    [
      'addresses alone',
      { canonical },
      'From: "Old, O" <old@o.example> (me)\r\nTo: g: a@o.example,\r\n b@x.example;, OLD@O.example',
      'From: "Old, O" <new@n.example> (me)\r\nTo: g: c@o.example,\r\n b@x.example;, new@n.example',
    ],
    [
      'bare names',
      {},
      'From: bob\r\nReply-To: <bob> (b), a@b.example',
      'From: bob@school.example\r\nReply-To: <bob@school.example> (b), a@b.example',
    ],
    ['bare names, off', { appendOrigin: false }, 'From: bob', 'From: bob'],
    ['bang paths, percents', { canonical }, 'To: o.example!old, u%d.example', 'To: new@n.example, u@d.example'],
    [
      'bang paths, off',
      { bangPaths: false, percentHack: false },
      'To: <x!y>, u%d',
      'To: <x!y@school.example>, u%d@school.example',
    ],
    ['inner comments', { canonical }, 'To: old (x) @ o.example (y)', 'To: new@n.example (x) (y)'],
    [
      'dots',
      { dotDomain: 'school.example' },
      'Cc: a@host, b@host.example., c@d.example',
      'Cc: a@host.school.example, b@host.example, c@d.example',
    ],
    [
      'other fields',
      { canonical },
      'Subject: old@o.example\r\nX-To: old@o.example',
      'Subject: old@o.example\r\nX-To: old@o.example',
    ],
    [
      'senders',
      { senderCanonical: canonical },
      'Sender: old@o.example\r\nResent-From: old@o.example\r\nTo: old@o.example',
      'Sender: new@n.example\r\nResent-From: new@n.example\r\nTo: old@o.example',
    ],
    [
      'recipients',
      { recipientCanonical: canonical },
      'From: old@o.example\r\nResent-Cc: old@o.example\r\nBcc: old@o.example',
      'From: old@o.example\r\nResent-Cc: new@n.example\r\nBcc: new@n.example',
    ],
    [
      'masquerade',
      { masqueradeDomains: ['!a.o.example', 'o.example'] },
      'To: x@h.o.example, x@h.a.o.example',
      'To: x@o.example, x@h.a.o.example',
    ],
    [
      'quotes',
      { canonical: inlineTable({ 'q@o.example': '"a b"@n.example' }) },
      'To: <q@o.example>',
      'To: <"a b"@n.example>',
    ],
    [
      'two readings',
      { canonical },
      'To: <old@o.example> <old@o.example>, old@o.example x',
      'To: <old@o.example> <old@o.example>, old@o.example x',
    ],
    [
      'encoded words, 8-bit',
      { canonical },
      'To: =?utf-8?q?=2C?= <old@o.example>, J\u00f6 <old@o.example>',
      'To: =?utf-8?q?=2C?= <new@n.example>, J\u00c3\u00b6 <new@n.example>',
    ],
    ['strangers', { canonical, localClient: () => false }, 'From: bob, old@o.example', 'From: bob, old@o.example'],
    [
      'strangers with a domain',
      { canonical, localClient: () => false, remoteDomain: 'invalid.example' },
      'From: bob, old@o.example',
      'From: bob@invalid.example, new@n.example',
    ],
  ])('header: %s', async (_, options, text, expected) => {
    expect(await header(options, text)).toBe(expected);
  });

  it('defers when a table leads in a circle', async () => {
    const outcome = await runOne(rewriteAddresses({ ...base, canonical }), { message: 'From: x@o.example\r\n\r\n' });
    expect(shownDecision(outcome.decision)).toContain('451 4.6.0');
  });

  it('rewrites a list of 10,000 addresses in linear time', async () => {
    const time = async (size: number): Promise<number> => {
      const lists = Array.from({ length: size / 500 }, (_, n) =>
        Array.from({ length: 500 }, (_, i) => `u${n * 500 + i}@o.example`).join(',\r\n '),
      );
      const stage = rewriteAddresses({ ...base, canonical: inlineTable({ '@o.example': '@n.example' }) });
      const started = performance.now();
      const outcome = await runOne(stage, { message: `To: ${lists.join('\r\nTo: ')}\r\n\r\n` });
      expect((outcome.message?.header ?? []).at(-1)?.value.endsWith(`u${size - 1}@n.example`)).toBe(true);
      return performance.now() - started;
    };
    await time(2500);
    expect(await time(10_000)).toBeLessThan(12 * (await time(2500)) + 100);
  });

  it('never changes a field in which no address changes', async () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'ab@,;:<>()"[]\\. \t='), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        // A dot at the end of a domain goes, as in trivial-rewrite(8): that is a change.
        fc.pre(!/\.(?![ab=.])/.test(text));
        const line = `To: x${text}`;
        expect(await header({ appendOrigin: false }, line)).toBe(line);
      }),
      { numRuns: 60 },
    );
  });

  it('names all that is wrong at construction', () => {
    const problems = problemsOf(() =>
      rewriteAddresses({
        origin: '*.x',
        remoteDomain: '-',
        localDomains: ['l.example', 'a b'],
        canonical: hashTable('a b@c@d\nb x, y\nc ok\n', { file: '/etc/canonical' }),
      }),
    );
    expect(problems.map((one) => `${one.code} ${one.source?.line ?? ''}`)).toEqual([
      'wildcard-domain ',
      'bad-domain ',
      'bad-domain ',
      'bad-address 1',
      'bad-address 2',
      'bad-address 3',
    ]);
  });
});

describe('masquerade', () => {
  it("does what Postfix's cleanup_masquerade does", (ctx) => {
    const reference = postfixData(ctx, 'cleanup/cleanup_masq.ref');
    let tried = 0;
    for (const block of reference.split('----------\n').slice(1)) {
      const [exceptions = '', list = '', address = '', result = ''] = block
        .split('\n')
        .map((line) => line.replace(/^\S+: */, ''));
      // A table of exceptions that fails: ours are a list.
      if (exceptions.startsWith('fail:')) continue;
      tried++;
      const rewriting = compileRewriting({
        ...base,
        masqueradeDomains: list.split(','),
        masqueradeExceptions: exceptions === '' ? [] : [exceptions],
      });
      const given = box(address);
      expect([block, (masquerade(given, rewriting) ?? given).text]).toEqual([block, result]);
    }
    expect(tried).toBe(10);
  });
});

function shownDecision(decision: { readonly kind: string }): string {
  return JSON.stringify(decision).replace(/.*"code":(\d+),"enhanced":"([\d.]+)".*/, '$1 $2');
}

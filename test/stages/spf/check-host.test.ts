import { describe, expect, test, vi } from 'vitest';
import type { SpfCheck } from '../../../src/findings/spf.js';
import type { Resolver } from '../../../src/ports/resolver.js';
import { type CheckHostOptions, checkHost } from '../../../src/stages/spf/index.js';
import { type Zone, zoneResolver } from '../../../src/testing/resolver/index.js';
import { virtualHost } from '../../../src/testing/virtual-host.js';
import { problemsOf } from '../../values/support.js';
import { address } from './zone.js';

type Options = Partial<Omit<CheckHostOptions, 'clientIp'>> & { readonly ip?: string };

function check(zone: Zone, { ip = '192.0.2.1', ...options }: Options = {}): Promise<SpfCheck> {
  const resolver = zoneResolver(zone);
  const now = new Date('2026-11-22T12:00:00.9Z');
  return Promise.resolve(
    checkHost({ clientIp: address(ip), domain: 'd.example', sender: 'user@d.example', resolver, now, ...options }),
  );
}

/** `result mechanism`, or `result: problem`. */
function shown({ result, mechanism, problem }: SpfCheck): string {
  return problem === undefined ? [result, mechanism].filter(Boolean).join(' ') : `${result}: ${problem}`;
}

const txt = (...texts: readonly string[]) => ({ TXT: texts });

describe('the record', () => {
  test.each<[string, Zone, string]>([
    ['no name', {}, 'none'],
    ['no TXT', { 'd.example': { A: ['192.0.2.1'] } }, 'none'],
    ['no SPF', { 'd.example': txt('v=spf10 -all', 'other') }, 'none'],
    ['one among others', { 'd.example': txt('x', 'V=SPF1 -ALL', '') }, 'fail -ALL'],
    ['two', { 'd.example': txt('v=spf1', 'v=spf1 -all') }, 'permerror: d.example has 2 SPF records'],
    ['empty', { 'd.example': txt('v=spf1') }, 'neutral'],
    [
      'a syntax error behind a match',
      { 'd.example': txt('v=spf1 +all moo') },
      'permerror: the record of d.example, "moo" at 12: no mechanism is named "moo"',
    ],
    ['no answer', { 'd.example': 'TIMEOUT' }, 'temperror: the record of d.example: TXT of d.example: ETIMEOUT'],
    [
      'broken servers',
      { 'd.example': { TXT: 'SERVFAIL' } },
      'temperror: the record of d.example: TXT of d.example: ESERVFAIL',
    ],
    [
      'too long',
      { 'd.example': txt(`v=spf1 ${'a '.repeat(5000)}`) },
      'permerror: the record of d.example has 10007 octets, more than 8192',
    ],
  ])('%s', async (_, zone, expected) => {
    expect(shown(await check(zone))).toBe(expected);
  });

  test.each([
    '',
    'single',
    'a..b',
    '.a.b',
    `${'x'.repeat(64)}.example`,
    `${'x.'.repeat(130)}example`,
    '[192.0.2.1]',
    '192.0.2.1',
    'a b.example',
    'a.b\n',
    '\u2603.example',
  ])('nothing is asked for %j', async (domain) => {
    const resolver = zoneResolver({});
    expect((await check({}, { domain, resolver })).result).toBe('none');
    expect(resolver.asked).toEqual([]);
  });

  test('the domain in other forms', async () => {
    const zone = { 'xn--bcher-kva.example': txt('v=spf1 -all') };
    expect(await check(zone, { domain: 'B\u00fccher.example' })).toMatchObject({
      result: 'fail',
      domain: 'xn--bcher-kva.example',
    });
    expect(await check(zone, { domain: 'XN--Bcher-kva.example.' })).toMatchObject({
      result: 'fail',
      domain: 'xn--bcher-kva.example',
    });
  });

  test('evidence', async () => {
    const zone = {
      'd.example': txt('v=spf1 a:no.example ?include:i.example -all'),
      'i.example': txt('v=spf1 redirect=r.example'),
      'r.example': txt('v=spf1 mx ip4:192.0.2.0/24 -all'),
    };
    expect(await check(zone)).toEqual({
      identity: 'mailfrom',
      result: 'neutral',
      domain: 'd.example',
      sender: 'user@d.example',
      mechanism: 'ip4:192.0.2.0/24',
      mechanismDomain: 'r.example',
      explanation: undefined,
      problem: undefined,
      lookups: 4,
      voidLookups: 2,
      unanswered: [],
      records: [
        { domain: 'd.example', text: 'v=spf1 a:no.example ?include:i.example -all' },
        { domain: 'i.example', text: 'v=spf1 redirect=r.example' },
        { domain: 'r.example', text: 'v=spf1 mx ip4:192.0.2.0/24 -all' },
      ],
    });
  });
});

describe('mechanisms', () => {
  const hosts: Zone = {
    'h.example': { A: ['192.0.2.1', '198.51.100.7'], AAAA: ['2001:db8::1'] },
    'four.example': { A: ['192.0.2.1'] },
    'slow.example': 'TIMEOUT',
    'mx.example': {
      MX: [
        { preference: 1, exchange: 'four.example' },
        { preference: 2, exchange: 'h.example' },
      ],
    },
    'null.example': { MX: [{ preference: 0, exchange: '' }] },
    'deadmx.example': { MX: [{ preference: 0, exchange: 'no.example' }] },
    'slowmx.example': { MX: [{ preference: 0, exchange: 'slow.example' }] },
    '1.2.0.192.in-addr.arpa': { PTR: ['forged.h.example', 'H.Example', 'slow.example'] },
    '2.2.0.192.in-addr.arpa': 'SERVFAIL',
    'forged.h.example': { A: ['203.0.113.1'] },
    'pass.example': txt('v=spf1 +all'),
    'soft.example': txt('v=spf1 ~all'),
    'loop.example': txt('v=spf1 include:LOOP.example -all'),
    'broken.example': txt('v=spf1 foo'),
  };

  test.each<[string, string, string]>([
    ['192.0.2.1', 'a:h.example', 'pass a:h.example'],
    ['192.0.2.9', 'a:h.example', 'neutral'],
    ['192.0.2.9', 'a:h.example/24', 'pass a:h.example/24'],
    ['203.0.113.1', 'a:h.example/0', 'pass a:h.example/0'],
    ['2001:db8::1', '~a:h.example', 'softfail ~a:h.example'],
    ['2001:db8::2', 'a:h.example/0', 'neutral'],
    ['2001:db8::2', 'a:h.example//127', 'neutral'],
    ['2001:db8::2', 'a:h.example//126', 'pass a:h.example//126'],
    ['::ffff:192.0.2.1', 'a:h.example', 'pass a:h.example'],
    [
      '192.0.2.1',
      'a:slow.example',
      'temperror: a:slow.example in the record of d.example: A of slow.example: ETIMEOUT',
    ],
    ['2001:db8::1', 'mx:mx.example', 'pass mx:mx.example'],
    ['192.0.2.9', 'mx:mx.example//8', 'neutral'],
    ['192.0.2.9', 'mx:mx.example/29', 'neutral'],
    ['192.0.2.9', 'mx:mx.example/28', 'pass mx:mx.example/28'],
    [
      '192.0.2.1',
      'mx:slowmx.example',
      'temperror: mx:slowmx.example in the record of d.example: A of slow.example: ETIMEOUT',
    ],
    ['192.0.2.1', 'ptr:h.example', 'pass ptr:h.example'],
    [
      '192.0.2.1',
      'ptr:example',
      'permerror: the record of d.example, "ptr:example" at 59: ptr: a domain ends in a top-level domain or a macro',
    ],
    ['192.0.2.1', 'ptr:forged.h.example', 'neutral'],
    ['192.0.2.1', 'ptr:.h.example', 'neutral'],
    ['192.0.2.1', 'ptr:slow.example', 'neutral'],
    ['192.0.2.2', 'ptr:h.example', 'neutral'],
    ['192.0.2.1', 'ip4:192.0.2.0/31', 'pass ip4:192.0.2.0/31'],
    ['192.0.2.1', 'ip4:192.0.2.129/0', 'pass ip4:192.0.2.129/0'],
    ['192.0.2.1', 'ip6:::ffff:192.0.2.1', 'neutral'],
    ['2001:db8::1', 'ip6:2001:DB8::F/124', 'pass ip6:2001:DB8::F/124'],
    ['2001:db8::1', 'ip6:::/0', 'pass ip6:::/0'],
    ['2001:db8::1', 'ip4:0.0.0.0/0', 'neutral'],
    ['2001:db8::1', 'exists:four.example', 'pass exists:four.example'],
    ['192.0.2.1', 'exists:no.example', 'neutral'],
    [
      '192.0.2.1',
      'exists:slow.example',
      'temperror: exists:slow.example in the record of d.example: A of slow.example: ETIMEOUT',
    ],
    ['192.0.2.1', 'exists:a..example', 'neutral'],
    ['192.0.2.1', '-include:pass.example', 'fail +all'],
    ['192.0.2.1', 'include:soft.example', 'neutral'],
    [
      '192.0.2.1',
      'include:four.example',
      'permerror: include:four.example in the record of d.example: four.example has no SPF record',
    ],
    ['192.0.2.1', 'include:slow.example', 'temperror: the record of slow.example: TXT of slow.example: ETIMEOUT'],
    [
      '192.0.2.1',
      'include:broken.example',
      'permerror: the record of broken.example, "foo" at 7: no mechanism is named "foo"',
    ],
    [
      '192.0.2.1',
      'include:a..example',
      'permerror: include:a..example in the record of d.example: no domain name: "a..example"',
    ],
    [
      '192.0.2.1',
      'include:loop.example',
      'permerror: include:LOOP.example in the record of loop.example: comes back to LOOP.example',
    ],
    ['192.0.2.1', 'redirect=soft.example', 'softfail ~all'],
    ['192.0.2.1', 'redirect=slow.example', 'temperror: the record of slow.example: TXT of slow.example: ETIMEOUT'],
    ['192.0.2.1', 'redirect=four.example', 'permerror: redirect=four.example: four.example has no SPF record'],
    [
      '192.0.2.1',
      'redirect=d.example',
      'permerror: redirect=d.example in the record of d.example: comes back to d.example',
    ],
    ['192.0.2.1', 'redirect=no.example ?all', 'neutral ?all'],
  ])('%s, %s: %s', async (ip, terms, expected) => {
    // A null MX (RFC 7505) has no hosts, and is no void look-up.
    const zone = { ...hosts, 'd.example': txt(`v=spf1 mx:null.example mx:null.example mx:null.example ${terms}`) };
    expect(shown(await check(zone, { ip }))).toBe(expected);
  });
});

describe('limits', () => {
  const many = (n: number, name: (i: number) => string): readonly string[] =>
    Array.from({ length: n }, (_, i) => name(i));
  const hosts = Object.fromEntries(
    many(30, (i) => `h${i}.example`).map((name, i) => [name, { A: [`198.51.100.${i}`] }]),
  );
  const terms = (n: number): string => many(n, (i) => `a:h${i}.example`).join(' ');

  test.each<[string, Zone, string, Options?]>([
    ['10 terms', { 'd.example': txt(`v=spf1 ${terms(10)} -all`) }, 'fail -all'],
    [
      '11 terms',
      { 'd.example': txt(`v=spf1 ${terms(11)} -all`) },
      'permerror: a:h10.example in the record of d.example: more than 10 terms that ask the DNS',
    ],
    ['11 terms, settable', { 'd.example': txt(`v=spf1 ${terms(11)} -all`) }, 'fail -all', { limits: { lookups: 11 } }],
    ['a match before the 11th', { 'd.example': txt(`v=spf1 ip4:192.0.2.1 ${terms(11)} -all`) }, 'pass ip4:192.0.2.1'],
    [
      'redirect is a term',
      { 'd.example': txt(`v=spf1 ${terms(10)} redirect=h1.example`) },
      'permerror: redirect=h1.example in the record of d.example: more than 10 terms that ask the DNS',
    ],
    [
      'counted through includes',
      { 'd.example': txt(`v=spf1 include:i.example ${terms(5)}`), 'i.example': txt(`v=spf1 ${terms(5)}`) },
      'permerror: a:h4.example in the record of d.example: more than 10 terms that ask the DNS',
    ],
    ['2 void', { 'd.example': txt('v=spf1 a:x.example exists:y.example -all') }, 'fail -all'],
    [
      '3 void',
      { 'd.example': txt('v=spf1 a:x.example exists:y.example mx:z.example -all') },
      'permerror: mx:z.example in the record of d.example: more than 2 look-ups that find nothing',
    ],
    [
      '3 void, settable',
      { 'd.example': txt('v=spf1 a:x.example exists:y.example ptr:z.example -all') },
      'fail -all',
      { limits: { voidLookups: 3 } },
    ],
    [
      'no data is void too',
      { 'd.example': txt('v=spf1 a mx exists:%{d} -all') },
      'permerror: exists:%{d} in the record of d.example: more than 2 look-ups that find nothing',
    ],
    [
      'an mx whose hosts have no address of the kind is void once',
      {
        'd.example': {
          ...txt('v=spf1 mx -all'),
          MX: many(9, (i) => `h${i}.example`).map((exchange, preference) => ({ preference, exchange })),
        },
      },
      'fail -all',
      { ip: '2001:db8::1' },
    ],
    [
      '11 MX hosts',
      {
        'd.example': {
          ...txt('v=spf1 mx -all'),
          MX: many(11, (i) => `h${i}.example`).map((exchange, preference) => ({ preference, exchange })),
        },
      },
      'permerror: mx in the record of d.example: "d.example" has more than 10 MX hosts',
    ],
    [
      'the 10th of 11 MX hosts',
      {
        'd.example': {
          ...txt('v=spf1 mx -all'),
          MX: many(11, (i) => `h${i}.example`).map((exchange, preference) => ({ preference, exchange })),
        },
      },
      'pass mx',
      { ip: '198.51.100.9' },
    ],
    [
      '10 deep',
      Object.fromEntries(
        many(11, (i) => `i${i}.example`).map((name, i) => [
          i === 0 ? 'd.example' : name,
          txt(`v=spf1 ${i === 10 ? '-all' : `include:i${i + 1}.example`} ?all`),
        ]),
      ),
      'neutral ?all',
    ],
    [
      '3 deep, settable',
      Object.fromEntries(
        many(4, (i) => `i${i}.example`).map((name, i) => [
          i === 0 ? 'd.example' : name,
          txt(`v=spf1 include:i${i + 1}.example`),
        ]),
      ),
      'permerror: include:i3.example in the record of i2.example: more than 2 records deep',
      { limits: { nesting: 2 } },
    ],
  ])('%s', async (_, zone, expected, options = {}) => {
    expect(shown(await check({ ...hosts, ...zone }, options))).toBe(expected);
  });

  test('of 11 PTR names the last is not looked at', async () => {
    const names = many(11, (i) => `p${i}.p.example`);
    const zone = {
      'd.example': txt('v=spf1 ptr:p10.p.example ptr:p9.p.example -all'),
      '1.2.0.192.in-addr.arpa': { PTR: names },
      ...Object.fromEntries(names.map((name) => [name, { A: ['192.0.2.1'] }])),
    };
    expect(shown(await check(zone))).toBe('pass ptr:p9.p.example');
    expect(shown(await check(zone, { limits: { ptrNames: 11 } }))).toBe('pass ptr:p10.p.example');
  });

  test('wrong limits are refused, all at once', () => {
    const limits = { lookups: -1, time: 0, nesting: 101, voidLookups: 1.5, foo: 1 };
    const codes = problemsOf(() => void check({}, { limits })).map(({ code }) => code);
    expect(codes).toEqual(['bad-limit', 'bad-limit', 'bad-limit', 'bad-limit', 'unknown-limit']);
    expect(problemsOf(() => void check({}, { defaultExplanation: '%{x}' }))).toMatchObject([
      { code: 'bad-explanation' },
    ]);
  });
});

describe('macros (RFC 7208 section 7.4)', () => {
  const said = async (text: string, options: Options = {}): Promise<string | undefined> => {
    const zone = { 'd.example': txt('v=spf1 -all exp=x.example'), 'x.example': txt(text) };
    return (await check(zone, options)).explanation;
  };
  const email = {
    domain: 'd.example',
    sender: 'strong-bad@email.example.com',
    ip: '192.0.2.3',
    helo: 'mx.example',
    receiver: 'mail.school.example',
  };

  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'd.example'],
    ['%{o4}', 'email.example.com'],
    ['%{o3}', 'email.example.com'],
    ['%{o2}', 'example.com'],
    ['%{o1}', 'com'],
    ['%{or}', 'com.example.email'],
    ['%{o2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.d.example'],
    ['%{h}%%%_%-', 'mx.example% %20'],
    ['%{c}|%{r}|%{t}', '192.0.2.3|mail.school.example|1795348800'],
    ['%{S}', 'strong-bad%40email.example.com'],
    ['%{p}', 'unknown'],
  ])('%s is %s', async (text, expected) => {
    expect(await said(text, email)).toBe(expected);
  });

  test('of IPv6', async () => {
    const six = { ...email, ip: '2001:db8::cb01' };
    expect(await said('%{ir}.%{v}', six)).toBe('1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6');
    expect(await said('%{c}', six)).toBe('2001:db8::cb01');
  });

  test('the sender without a local part, and the null path', async () => {
    expect(await said('%{s} %{l} %{o}', { sender: '@a.example' })).toBe('postmaster@a.example postmaster a.example');
    expect(await said('%{s} %{l} %{o}', { sender: '' })).toBe('postmaster@d.example postmaster d.example');
    expect(await said('%{l} of %{o}', { sender: '"a@b"@c.example' })).toBe('"a@b" of c.example');
  });

  test('%{d} is the domain of the record, in includes and behind redirects', async () => {
    const zone = {
      'd.example': txt('v=spf1 include:i.example -all'),
      'i.example': txt('v=spf1 exists:%{d}.%{o}.x.example redirect=r.example'),
      'r.example': txt('v=spf1 exists:%{d}.x.example'),
      'r.example.x.example': { A: ['127.0.0.2'] },
    };
    const resolver = zoneResolver(zone);
    expect(shown(await check(zone, { resolver }))).toBe('pass exists:%{d}.x.example');
    expect(resolver.asked).toContain('A i.example.d.example.x.example');
  });

  test('%{p}: the domain itself, then below it, then any; only what is validated', async () => {
    const ptr = (...names: readonly string[]) => ({ '1.2.0.192.in-addr.arpa': { PTR: names } });
    const own = { A: ['192.0.2.1'] };
    const hosts = {
      'd.example': { ...txt('v=spf1 -all exp=x.example'), ...own },
      'x.example': txt('%{p}'),
      'a.d.example': own,
      'o.example': own,
      'f.example': { A: ['192.0.2.2'] },
    };
    const p = async (zone: Zone): Promise<string | undefined> => (await check({ ...hosts, ...zone })).explanation;
    expect(await p(ptr('o.example', 'a.d.example', 'D.example'))).toBe('d.example');
    expect(await p(ptr('o.example', 'f.d.example', 'a.d.example'))).toBe('a.d.example');
    expect(await p(ptr('f.example', 'o.example'))).toBe('o.example');
    expect(await p(ptr('f.example'))).toBe('unknown');
    expect(await p({ '1.2.0.192.in-addr.arpa': 'SERVFAIL' })).toBe('unknown');
  });

  test('names over 253 characters lose labels on the left', async () => {
    const long = `${'a'.repeat(60)}.`.repeat(5);
    const resolver = zoneResolver({ 'd.example': txt(`v=spf1 exists:${long}%{d} -all`) });
    await check({}, { resolver });
    expect(resolver.asked[1]).toBe(`A ${`${'a'.repeat(60)}.`.repeat(4)}d.example`);
  });

  test('what expands to more than any name, or any sense, is no name', async () => {
    const resolver = zoneResolver({ 'd.example': txt(`v=spf1 exists:${'%{S1r.-+}'.repeat(800)} -all`) });
    expect(shown(await check({}, { resolver, sender: `${'a-'.repeat(150)}@d.example` }))).toBe('fail -all');
    expect(resolver.asked).toEqual(['TXT d.example']);
    const told = await said(`${'%{s}'.repeat(800)}`, { sender: `${'a'.repeat(100)}@d.example` });
    expect(told).toBeUndefined();
  });

  test('a local part that is not ASCII matches nothing where it is asked for (RFC 8616 section 4)', async () => {
    const zone = {
      'd.example': txt(
        'v=spf1 exists:%{l}.x.example include:%{s}.example ?exists:%{o}.x.example redirect=%{l}.example',
      ),
      'd.example.x.example': { A: ['127.0.0.2'] },
    };
    expect(shown(await check(zone, { sender: 'j\u00fcrgen@d.example' }))).toBe('neutral ?exists:%{o}.x.example');
    const redirected = { 'd.example': txt('v=spf1 redirect=%{l}.example') };
    expect(shown(await check(redirected, { sender: 'j\u00fcrgen@d.example' }))).toBe('neutral');
    expect(await said('%{o}', { sender: 'j\u00fcrgen@d.example' })).toBe('d.example');
    expect(await said('%{l}', { sender: 'j\u00fcrgen@d.example' })).toBeUndefined();
  });
});

describe('explanations (RFC 7208 section 6.2)', () => {
  const explained = async (zone: Zone, options: Options = {}): Promise<string | undefined> =>
    (await check({ 'd.example': txt('v=spf1 -all exp=x.example'), ...zone }, options)).explanation;

  test.each<[string, Zone]>([
    ['none there', {}],
    ['two of them', { 'x.example': txt('one', 'two') }],
    ['a syntax error', { 'x.example': txt('%{z}') }],
    ['not ASCII', { 'x.example': txt('caf\u00e9') }],
    ['a control character', { 'x.example': txt('a\r\nb') }],
    ['a DNS failure', { 'x.example': 'SERVFAIL' }],
    ['no answer', { 'x.example': 'TIMEOUT' }],
    ['empty', { 'x.example': txt('') }],
    ['a name that cannot be', { 'd.example': txt('v=spf1 -all exp=a..example') }],
    ['a hostile HELO name', { 'x.example': txt('%{h}') }],
  ])('%s: as if not given', async (_, zone) => {
    expect(await explained(zone, { helo: 'a\r\nb' })).toBeUndefined();
    expect(await explained(zone, { helo: 'a\r\nb', defaultExplanation: 'see %{d}' })).toBe('see d.example');
  });

  test('for a fail alone, of the record that failed', async () => {
    const zone = { 'x.example': txt('of %{d}'), 'y.example': txt('of %{d}, too') };
    const soft = txt('v=spf1 ~all exp=x.example');
    expect(await explained({ ...zone, 'd.example': soft }, { defaultExplanation: 'default' })).toBeUndefined();
    expect(await explained(zone)).toBe('of d.example');
    const redirect = {
      'd.example': txt('v=spf1 redirect=r.example exp=x.example'),
      'r.example': txt('v=spf1 -all exp=y.example'),
    };
    expect(await explained({ ...zone, ...redirect })).toBe('of r.example, too');
    const include = {
      'd.example': txt('v=spf1 -include:r.example exp=x.example'),
      'r.example': txt('v=spf1 +all exp=y.example'),
    };
    expect(await explained({ ...zone, ...include })).toBe('of d.example');
  });

  test('counts as no look-up, and is cut', async () => {
    const check1 = await check({ 'd.example': txt('v=spf1 a:n.example a:m.example -all exp=no.example') });
    expect(check1).toMatchObject({ result: 'fail', lookups: 2, voidLookups: 2 });
    expect((await explained({ 'x.example': txt('long '.repeat(500)) }))?.length).toBe(1000);
  });
});

describe('DNS that does not do its work', () => {
  const never: Resolver = {
    addresses: () => new Promise(() => {}),
    mailExchangers: () => new Promise(() => {}),
    texts: () => new Promise(() => {}),
    nameServers: () => new Promise(() => {}),
    names: () => new Promise(() => {}),
  };
  const overTime = 'not done within 20 s';

  test.each<[string, string, Partial<Resolver>]>([
    ['TXT', `temperror: the record of d.example: ${overTime}`, {}],
    [
      'A',
      `temperror: a in the record of d.example: ${overTime}`,
      { texts: () => ({ kind: 'found', value: ['v=spf1 a -all'] }) },
    ],
    [
      'MX',
      `temperror: mx in the record of d.example: ${overTime}`,
      { texts: () => ({ kind: 'found', value: ['v=spf1 mx -all'] }) },
    ],
    [
      'PTR',
      `temperror: ptr in the record of d.example: ${overTime}`,
      { texts: () => ({ kind: 'found', value: ['v=spf1 ptr -all'] }) },
    ],
    [
      'the address of a PTR name',
      `temperror: ptr in the record of d.example: out of time`,
      {
        texts: () => ({ kind: 'found', value: ['v=spf1 ptr -all'] }),
        names: () => ({ kind: 'found', value: ['d.example'] }),
      },
    ],
    [
      'an explanation',
      'fail -all',
      {
        texts: (name) =>
          name === 'd.example' ? { kind: 'found', value: ['v=spf1 -all exp=x.example'] } : new Promise(() => {}),
      },
    ],
  ])('%s never comes: an answer within the time', async (_, expected, some) => {
    const host = virtualHost();
    const resolver = { ...never, ...some };
    const result = check({}, { resolver, host });
    host.advance(19_999);
    await Promise.resolve();
    const early = vi.fn();
    void result.then(early);
    await new Promise((resolve) => setImmediate(resolve));
    expect(early).not.toHaveBeenCalled();
    host.advance(1);
    expect(shown(await result)).toBe(expected);
  });

  test('one slow answer after the other: the time is for all of them', async () => {
    const host = virtualHost();
    const texts: Resolver['texts'] = async (name) => {
      await host.advance(8_000);
      return { kind: 'found', value: [`v=spf1 include:i.${name}`] };
    };
    const result = await check({}, { resolver: { ...never, texts }, host });
    expect(shown(result)).toMatch(/^temperror: the record of i\.i\.d\.example: not done within 20 s$/);
  });

  test('the signal that the resolver is given fires, and the caller may end it', async () => {
    const host = virtualHost();
    const signals: boolean[] = [];
    const texts: Resolver['texts'] = (_, call) => {
      call?.signal.addEventListener('abort', () => signals.push(true));
      expect(call?.deadline).toBe(host.monotonic() + 500);
      return new Promise(() => {});
    };
    const late = check({}, { resolver: { ...never, texts }, host, limits: { time: 500 } });
    host.advance(500);
    expect((await late).result).toBe('temperror');
    const controller = new AbortController();
    const ended = check({}, { resolver: { ...never, texts }, host, limits: { time: 500 }, signal: controller.signal });
    controller.abort();
    expect(shown(await ended)).toBe('temperror: the record of d.example: the evaluation was ended from outside');
    expect(signals).toEqual([true, true]);
    const before = check({}, { resolver: never, signal: controller.signal });
    expect(shown(await before)).toBe('temperror: the record of d.example: the evaluation was ended from outside');
  });

  test.each<[string, Partial<Resolver>]>([
    [
      'throws',
      {
        texts: () => {
          throw new Error('boom');
        },
      },
    ],
    ['rejects', { texts: () => Promise.reject(new Error('boom')) }],
    ['rejects without an Error', { texts: () => Promise.reject('boom') }],
  ])('a resolver that %s', async (_, some) => {
    expect(shown(await check({}, { resolver: { ...never, ...some } }))).toBe(
      'temperror: the record of d.example: the resolver failed: boom',
    );
  });

  test('a resolver that answers nonsense', async () => {
    for (const answer of [undefined, null, 'x', {}, { kind: 'found' }, { kind: 'found', value: 'x' }]) {
      const texts = (() => answer) as unknown as Resolver['texts'];
      expect(shown(await check({}, { resolver: { ...never, texts } }))).toBe(
        'temperror: the record of d.example: the resolver gave no answer',
      );
    }
  });

  test.each<[string, keyof Resolver, readonly unknown[]]>([
    ['TXT', 'texts', [1, null, undefined, {}]],
    ['A', 'addresses', [1, null, 'x', {}, { words: 1, text: 'x' }]],
    ['MX', 'mailExchangers', [1, null, 'x', {}, { exchange: null }]],
    ['PTR', 'names', [1, null, {}]],
  ])('a resolver that answers %s with what is none', async (type, method, items) => {
    const record = { TXT: '', A: 'v=spf1 a -all', MX: 'v=spf1 mx -all', PTR: 'v=spf1 ptr -all' }[type] ?? '';
    const texts: Resolver['texts'] = () => ({ kind: 'found', value: [record] });
    for (const item of items) {
      const broken = { ...never, texts, [method]: () => ({ kind: 'found', value: [item] }) };
      const { result, problem, unanswered } = await check({}, { resolver: broken });
      expect([result, problem ?? unanswered[0]]).toEqual([
        type === 'PTR' ? 'fail' : 'temperror',
        expect.stringMatching(/: the resolver gave no answer$/),
      ]);
    }
    const silent = { ...never, texts: (() => ({ kind: 'cannot-tell' })) as unknown as Resolver['texts'] };
    expect((await check({}, { resolver: silent })).problem).toContain('the resolver gave no answer');
  });

  test('answers at once where the resolver does', () => {
    const texts: Resolver['texts'] = () => ({ kind: 'found', value: ['v=spf1 ip4:192.0.2.1 -all'] });
    const options = {
      clientIp: address('192.0.2.1'),
      domain: 'd.example',
      resolver: { ...never, texts },
      now: new Date(0),
    };
    expect(checkHost(options)).toMatchObject({ result: 'pass', sender: 'postmaster@d.example' });
  });
});

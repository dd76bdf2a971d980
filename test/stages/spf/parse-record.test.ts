import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isSpfRecord,
  parseSpfRecord,
  renderSpfRecord,
  type SpfMacroPart,
  type SpfMechanism,
  type SpfRecord,
  type SpfTerm,
} from '../../../src/stages/spf/index.js';
import { anyText, expectLinear, expectSound } from '../../values/support.js';

const runs = { numRuns: Number(process.env.POSTERN_FUZZ_RUNS ?? 2000) };

function record(text: string): SpfRecord {
  const result = parseSpfRecord(text);
  if (result.kind === 'malformed') throw new Error(`${text} at ${result.at}: ${result.why}`);
  return result.value;
}

describe('the version', () => {
  test.each(['v=spf1', 'v=spf1 ', 'V=SPF1 -all', 'v=spf1   all  '])('%j is of SPF', (text) => {
    expect(isSpfRecord(text)).toBe(true);
    expect(parseSpfRecord(text).kind).toBe('parsed');
  });

  test.each(['', 'v=spf', 'v=spf10 -all', ' v=spf1', 'v=spf1\t-all', 'v=spf1-all', 'v=spf1; -all'])(
    '%j is not',
    (text) => {
      expect(isSpfRecord(text)).toBe(false);
      expect(parseSpfRecord(text)).toMatchObject({ kind: 'malformed', at: 0 });
    },
  );
});

describe('terms', () => {
  test('all kinds, with their parts', () => {
    const text =
      'v=spf1 all -Include:a.example ~a ?mx/24 +a:b.example//64 mx:%{d2}/0//0 PTR ptr:c.example. ' +
      'ip4:192.0.2.1 ip4:10.0.0.0/8 ip6:2001:db8::/32 ip6:::ffff:192.0.2.1 exists:%{ir}.x.example redirect=r.example exp=%{d} x-y=1%{c}';
    const { terms, directives, redirect, explanation } = record(text);
    expect(terms.map((term) => term.text)).toEqual(text.split(' ').slice(1));
    expect(directives.map(({ qualifier, mechanism }) => qualifier + mechanism.kind).join(' ')).toBe(
      '+all -include ~a ?mx +a +mx +ptr +ptr +ip4 +ip4 +ip6 +ip6 +exists',
    );
    // An "all" makes redirect void (RFC 7208 section 5.1).
    expect(redirect).toBeUndefined();
    expect(explanation?.text).toBe('exp=%{d}');
    expect(directives[3]?.mechanism).toMatchObject({ domain: undefined, prefix4: 24, prefix6: 128 });
    expect(directives[4]?.mechanism).toMatchObject({ domain: { text: 'b.example' }, prefix4: 32, prefix6: 64 });
    expect(directives[5]?.mechanism).toMatchObject({ domain: { text: '%{d2}' }, prefix4: 0, prefix6: 0 });
    expect(directives[9]?.mechanism).toMatchObject({ words: [0x0a000000], prefix: 8 });
    expect(directives[11]?.mechanism).toMatchObject({ words: [0, 0, 0xffff, 0xc0000201], prefix: 128 });
    expect(record('v=spf1 redirect=r.example').redirect?.value.text).toBe('r.example');
  });

  test('macros, with their parts', () => {
    const { directives } = record('v=spf1 exists:%{L1R+-}.%%a%_b%-.%{ir}.%{o20}.%{h}');
    const [first] = directives;
    expect(first?.mechanism.kind === 'exists' && first.mechanism.domain.parts).toEqual([
      { kind: 'macro', letter: 'l', escaped: true, keep: 1, reverse: true, delimiters: '+-' },
      { kind: 'literal', text: '.' },
      { kind: 'escape', text: '%%' },
      { kind: 'literal', text: 'a' },
      { kind: 'escape', text: '%_' },
      { kind: 'literal', text: 'b' },
      { kind: 'escape', text: '%-' },
      { kind: 'literal', text: '.' },
      { kind: 'macro', letter: 'i', escaped: false, keep: 0, reverse: true, delimiters: '.' },
      { kind: 'literal', text: '.' },
      { kind: 'macro', letter: 'o', escaped: false, keep: 20, reverse: false, delimiters: '.' },
      { kind: 'literal', text: '.' },
      { kind: 'macro', letter: 'h', escaped: false, keep: 0, reverse: false, delimiters: '.' },
    ]);
  });

  test.each([
    'a:1.example',
    'a:foo:bar/baz.example',
    'a:example.xn--zckzah',
    'a:a.b-c',
    'a:%{d}',
    'a:a%%',
    'exists:a=b.example',
    'a:x/24.example/24//48',
    'all.x=y',
    'a=b',
    'ip4=1',
    'default=',
    'x=%{t}',
  ])('%s is well-formed', (term) => {
    record(`v=spf1 ${term}`);
  });

  test.each([
    ['alle', 0],
    ['all:', 3],
    ['all/8', 3],
    ['-', 1],
    ['--all', 1],
    ['include', 7],
    ['include:', 8],
    ['include:a', 8],
    ['include:a.example/24', 8],
    ['a:', 2],
    ['a/', 1],
    ['a/33', 1],
    ['a/08', 1],
    ['a/24/64', 1],
    ['a//129', 1],
    ['a///24', 1],
    ['a:example', 2],
    ['a:example.', 2],
    ['a:a.123', 2],
    ['a:a.-b', 2],
    ['a:a.b-', 2],
    ['a:a.b..', 2],
    ['a:%{d}x', 6],
    ['a:%{z}', 4],
    ['a:%{', 4],
    ['a:%{d', 5],
    ['a:%{d0}', 5],
    ['a:%{dx}', 5],
    ['a:%{c}', 4],
    ['a:%{r}.example', 4],
    ['a:%x.example', 2],
    ['a:ex%', 4],
    ['a:caf\u00e9.example', 5],
    ['a:a\u0000.example', 3],
    ['ptr/24', 3],
    ['exists', 6],
    ['ip4', 3],
    ['ip4:', 4],
    ['ip4:1.2.3', 4],
    ['ip4:1.2.3.256', 10],
    ['ip4:01.2.3.4', 4],
    ['ip4:1.2.3.4/', 12],
    ['ip4:1.2.3.4/33', 12],
    ['ip4:1.2.3.4/032', 12],
    ['ip4:1.2.3.4//32', 12],
    ['ip4:::1', 4],
    ['ip6:1.2.3.4', 4],
    ['ip6:::1/129', 8],
    ['ip6:::1%eth0', 7],
    ['redirect=', 9],
    ['redirect=a', 9],
    ['redirect:a.example', 0],
    ['-redirect=a.example', 0],
    ['exp=', 4],
    ['exp=%{r}.example', 6],
    ['=all', 0],
    ['1x=y', 0],
    ['foo=%abc', 4],
    ['foo', 0],
    ['a\tmx', 1],
  ])('%j is not, at %i', (term, at) => {
    const result = parseSpfRecord(`v=spf1 ${term} mx`);
    expect(result).toMatchObject({ kind: 'malformed', at: 7 + at, errors: [{ at: 7 + at }] });
  });

  test('every error is told', () => {
    const result = parseSpfRecord('v=spf1 foo a:b mx exp=a.b exp=c.d redirect=e.f -all redirect=g.h');
    expect(result.kind === 'malformed' && result.errors.map(({ term, at }) => `${term} ${at}`)).toEqual([
      '"foo" 7',
      '"a:b" 13',
      '"exp=c.d" 26',
      '"redirect=g.h" 52',
    ]);
  });
});

const special = 'v=spf1 %{sldiphcrtoSL}._-+,/=:~?0123456789ainclumxpedrt46all\u0000\u00ff';

describe('properties', () => {
  test('never throws, and errors have a place', () => {
    const input = fc.oneof(
      anyText(special),
      anyText(special).map((text) => `v=spf1 ${text}`),
    );
    fc.assert(
      fc.property(input, (text) => {
        const result = parseSpfRecord(text);
        expectSound(result, text);
        if (result.kind === 'malformed') expect(result.errors.length).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  test('what is rendered parses to the same', () => {
    fc.assert(
      fc.property(anyRecord, (text) => {
        const first = record(text);
        const again = record(renderSpfRecord(first));
        expect(again.terms.map(withoutText)).toEqual(first.terms.map(withoutText));
        expect(renderSpfRecord(again)).toBe(renderSpfRecord(first));
      }),
      runs,
    );
  });

  test('letter case and spaces do not matter', () => {
    fc.assert(
      fc.property(anyRecord, (text) => {
        const spaced = `V=Spf1${text.slice(6).replaceAll(' ', '   ')}  `;
        expect(renderSpfRecord(record(spaced))).toBe(renderSpfRecord(record(text)));
        // Macro letters in upper case are another thing.
        const plain = text.replace(/%\{[^}]*\}/g, '%{d}');
        expect(renderSpfRecord(record(plain.toUpperCase().replaceAll('%{D}', '%{d}'))).toLowerCase()).toBe(
          renderSpfRecord(record(plain)).toLowerCase(),
        );
      }),
      runs,
    );
  });

  test.each([
    ['terms', (n: number) => `v=spf1 ${'a '.repeat(n)}`],
    ['errors', (n: number) => `v=spf1 ${'! '.repeat(n)}`],
    ['one long name', (n: number) => `v=spf1 a:${'a'.repeat(n)}!`],
    ['dots', (n: number) => `v=spf1 a:${'.'.repeat(n)}`],
    ['slashes', (n: number) => `v=spf1 a${'/'.repeat(n)}`],
    ['digits', (n: number) => `v=spf1 a:x.${'1'.repeat(n)}`],
    ['open macros', (n: number) => `v=spf1 a:${'%{d1'.repeat(n)}`],
    ['macros', (n: number) => `v=spf1 a:${'%{d1r.-}'.repeat(n)}`],
    ['delimiters', (n: number) => `v=spf1 a:%{d${'.'.repeat(n)}`],
    ['modifiers', (n: number) => `v=spf1 ${'exp=a.b '.repeat(n)}`],
    ['spaces', (n: number) => `v=spf1${' '.repeat(n)}`],
  ])('time is linear: %s', (_, make) => {
    expectLinear(12_000, make, parseSpfRecord);
  });
});

function withoutText(term: SpfTerm): unknown {
  if (term.kind === 'modifier') return [term.name, joined(term.value.parts)];
  const { qualifier, mechanism } = term;
  return [qualifier, { ...mechanism, domain: joined(domainOf(mechanism)) }];
}

function domainOf(mechanism: SpfMechanism): readonly SpfMacroPart[] | undefined {
  return 'domain' in mechanism ? mechanism.domain?.parts : undefined;
}

/** Literals side by side are one. */
function joined(parts: readonly SpfMacroPart[] | undefined): string {
  return JSON.stringify(parts);
}

const label = fc.stringMatching(/^[a-z0-9_!&/:=]{1,8}$/);
const macro = fc
  .tuple(
    fc.constantFrom(...'slodiphvSLODIPHV'),
    fc.constantFrom('', '1', '3', '130'),
    fc.constantFrom('', 'r', 'R'),
    fc.constantFrom('', '.', '-', '+,/_='),
  )
  .map(([letter, keep, reverse, delimiters]) => `%{${letter}${keep}${reverse}${delimiters}}`);
const piece = fc.oneof(label, macro, fc.constantFrom('%%', '%_', '%-'));
const domainSpec = fc
  .tuple(fc.array(piece, { maxLength: 4 }), fc.oneof(fc.constantFrom('.example', '.x-y.', '.a1'), macro))
  .map(([pieces, end]) => pieces.join('.') + end);
const prefixes = fc.constantFrom('', '/0', '/24', '//0', '//64', '/32//128', '/9//99');
const optional = domainSpec.map((domain) => `:${domain}`);
const mechanism = fc.oneof(
  fc.constantFrom(
    'all',
    'a',
    'mx',
    'ptr',
    'A',
    'ip4:192.0.2.1',
    'ip4:10.1.2.3/8',
    'ip6:2001:DB8::/32',
    'ip6:::ffff:1.2.3.4',
  ),
  fc.tuple(fc.constantFrom('include', 'exists', 'ptr', 'Exists'), optional).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('a', 'mx'), fc.oneof(fc.constant(''), optional), prefixes).map((parts) => parts.join('')),
);
const term = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom('', '+', '-', '~', '?'), mechanism).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x=', 'match_subdomains=', 'Foo.1='), domainSpec)
      .map((parts) => parts.join('')),
  },
);
const anyRecord = fc
  .tuple(fc.array(term, { maxLength: 8 }), fc.option(domainSpec), fc.option(domainSpec))
  .map(([terms, redirect, exp]) =>
    [
      'v=spf1',
      ...terms,
      ...(redirect === null ? [] : [`redirect=${redirect}`]),
      ...(exp === null ? [] : [`exp=${exp}`]),
    ].join(' '),
  );

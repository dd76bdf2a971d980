import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Domain, isSubdomain, parentDomains, parseDomain } from '../../src/values/domain.js';
import { anyText, expectLinear, expectSound, postfixData, value } from './support.js';

const domain = (text: string): Domain => value(parseDomain(text));
const LABEL_63 = 'a'.repeat(63);
const NAME_255 = [LABEL_63, LABEL_63, LABEL_63, LABEL_63].join('.');

describe('parseDomain', () => {
  it.each([
    ['example.com', 'example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com', 'example.com'],
    ['example.com.', 'example.com', 'example.com'],
    ['localhost', 'localhost', 'localhost'],
    ['1.example', '1.example', '1.example'],
    ['3com.com', '3com.com', '3com.com'],
    ['a--b.example', 'a--b.example', 'a--b.example'],
    [LABEL_63, LABEL_63, LABEL_63],
    [NAME_255, NAME_255, NAME_255],
    ['bücher.example', 'xn--bcher-kva.example', 'bücher.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example', 'bücher.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example', 'bücher.example'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example', 'bücher.example'],
    ['xn--bcher-kva.bücher', 'xn--bcher-kva.xn--bcher-kva', 'bücher.bücher'],
    ['faß.de', 'xn--fa-hia.de', 'faß.de'],
    ['中国.中国', 'xn--fiqs8s.xn--fiqs8s', '中国.中国'],
    ['почта.рф', 'xn--80a1acny.xn--p1ai', 'почта.рф'],
    ['ΒΌΛΟΣ.gr', 'xn--nxasmq6b.gr', 'βόλοσ.gr'],
    ['βόλος.gr', 'xn--nxasmm1c.gr', 'βόλος.gr'],
    ['क्\u200dष.in', 'xn--11b2ezcw70k.in', 'क्\u200dष.in'],
    // No Punycode, or not in normal form: a name of the DNS all the same, with no U-labels.
    ['xn--a.com', 'xn--a.com', 'xn--a.com'],
    ['xn--bcher-kva.xn--a', 'xn--bcher-kva.xn--a', 'xn--bcher-kva.xn--a'],
    ['xn--99zzzzzzz.com', 'xn--99zzzzzzz.com', 'xn--99zzzzzzz.com'],
    // Punycode of a snowman: it decodes, and a parser would not read it back.
    ['xn--n3h.net', 'xn--n3h.net', 'xn--n3h.net'],
  ])('%s', (text, ascii, unicode) => {
    expect(domain(text)).toEqual({ kind: 'domain', ascii, unicode });
  });

  // What URL makes of each is in the comment.
  it.each([
    ['1.2.3'], // 1.2.0.3
    ['0x7f.1'], // 127.0.0.1
    ['1.2.3.4'],
    ['1.2.3.0x4'], // 1.2.3.4
    ['a.0x'],
    ['１.２.３.４'], // 1.2.3.4
    ['1。2'], // 1.0.0.2
    ['%41.com'], // a.com
    ['a%2ecom'],
    ['\u2603.net'], // xn--n3h.net
    ['ab\tc.de'], // abc.de
    ['a\u00adb.de'], // ab.de
    ['ｅｘ.com'], // ex.com
    ['Ⅷ.com'], // viii.com
    ['ﬁ.com'], // fi.com
    ['a。b'], // a.b
    ['a@b.com'], // b.com, a being the user
    ['b.com:25'],
    ['b.com/x'],
    ['b.com\\x'],
    ['b.com?x'],
    ['b.com#x'],
    ['[::1]'],
    ['\ud800.de'],
    ['a\u200db.com'],
    ['xn--a.bücher'],
    ['-ü.de'],
    ['ü-.de'],
    ['\u0301a.de'],
    [`${'ö'.repeat(60)}.de`],
    [`${'ö.'.repeat(50)}de`],
  ])('the traps of IDNA: refuses %j', (text) => {
    const result = parseDomain(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });

  it.each([
    ...['', '.', '..', '.com', 'a..b', 'a.b..', '-a.com', 'a-.com', 'a.-b', 'a.b-', 'a_b.com', '*.com', 'a b.com'],
    ...['a.com ', ' a.com', 'a.com\n', 'a\0.com', '1', '123', 'a.1', `${LABEL_63}a.com`, `${NAME_255}a`],
    ...['"a".com', 'a,b', '<a>', "a'b.com", 'xn--'],
  ])('refuses %j', (text) => {
    const result = parseDomain(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });

  it('takes underscores where told to', () => {
    expect(value(parseDomain('_dmarc.example.com', { underscores: true })).ascii).toBe('_dmarc.example.com');
    expect(value(parseDomain('_dmarc.bücher.example', { underscores: true })).ascii).toBe(
      '_dmarc.xn--bcher-kva.example',
    );
    expect(parseDomain('_dmarc.bücher.example').kind).toBe('malformed');
  });

  it('says where the fault is', () => {
    expect(parseDomain('good.b%d.com')).toMatchObject({ at: 6 });
    expect(parseDomain('a.b.1')).toMatchObject({ at: 4 });
    expect(parseDomain('a..b')).toMatchObject({ at: 2 });
  });

  it('never throws, and both forms of a domain lead back to it', () => {
    const labels = fc.string({
      unit: fc.constantFrom(...'abzAZ019-', 'ü', 'Ü', 'ß', 'ς', 'я', '中', 'ا', '٠', '\u0308'),
      minLength: 1,
      maxLength: 8,
    });
    const names = fc.array(labels, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
    const encoded = fc.string({ unit: fc.constantFrom(...'abc019-'), maxLength: 12 }).map((text) => `xn--${text}.com`);
    fc.assert(
      fc.property(fc.oneof(anyText('aü.-%_1x0'), names, encoded, fc.domain()), fc.boolean(), (text, underscores) => {
        const result = parseDomain(text, { underscores });
        expectSound(result, text);
        if (result.kind === 'malformed') return;
        const { ascii, unicode } = result.value;
        for (const label of ascii.split('.')) expect(label).toMatch(/^(?!-)[a-z0-9_-]{1,63}(?<!-)$/);
        expect(ascii).not.toMatch(/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/);
        expect(value(parseDomain(ascii, { underscores }))).toEqual(result.value);
        expect(value(parseDomain(unicode, { underscores }))).toEqual(result.value);
      }),
      { numRuns: 3000 },
    );
  });

  it('decodes what URL encodes', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcdeäöüéñžяжщ中国日本'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(letters, (label) => {
        const { ascii, unicode } = domain(`${label}.example`);
        expect(ascii).toBe(new URL(`http://${label}.example/`).hostname);
        expect(unicode).toBe(`${label}.example`);
      }),
    );
  });

  it('takes no more than linear time', () => {
    for (const make of [(n: number) => 'a.'.repeat(n), (n: number) => 'ü'.repeat(n), (n: number) => '.'.repeat(n)]) {
      expectLinear(250_000, make, parseDomain);
    }
  });

  it('decides like valid_hostname of Postfix but for what is listed', (ctx) => {
    const known = new Map([
      // Postfix refuses names that are numbers and dots only; the last label decides here, as URL and RFC 3696 have it.
      ...['f.2.3.4', '1f.2.3.4', 'f1.2.3.4', '1.2f.3.4', '1.f2.3.4'].map((name) => [name, 'malformed'] as const),
      // Their run allows a wildcard as the first label.
      ['*.foo.bar', 'malformed'] as const,
    ]);
    const cases = postfixData(ctx, 'util/valid_hostname.ref').split('./valid_hostname: testing: ').slice(1);
    expect(cases.length).toBeGreaterThan(50);
    for (const section of cases) {
      const text = section.slice(1, section.indexOf('"', 1));
      const theirs = section.includes('warning: valid_hostname:') ? 'malformed' : 'parsed';
      expect([text, parseDomain(text).kind]).toEqual([text, known.get(text) ?? theirs]);
    }
  });
});

describe('relations of domains', () => {
  it.each([
    ['mail.example.com', 'example.com', true],
    ['a.b.example.com', 'example.com', true],
    ['example.com', 'example.com', false],
    ['badexample.com', 'example.com', false],
    ['com', 'example.com', false],
    ['MAIL.Example.com', 'EXAMPLE.COM.', true],
    ['post.bücher.example', 'xn--bcher-kva.example', true],
  ])('%s below %s: %s', (name, parent, below) => {
    expect(isSubdomain(domain(name), domain(parent))).toBe(below);
  });

  it('lists parents, nearest first, each as its own parse would give it', () => {
    expect(parentDomains(domain('a.b.example.com')).map((d) => d.ascii)).toEqual([
      'b.example.com',
      'example.com',
      'com',
    ]);
    expect(parentDomains(domain('com'))).toEqual([]);
    for (const name of ['xn--a.bücher.example', 'post.bücher.example'].map((n) =>
      n.replace('bücher', 'xn--bcher-kva'),
    )) {
      expect(parentDomains(domain(name))).toEqual([domain('bücher.example'), domain('example')]);
    }
  });
});

/** Zones from text: what master files and JSON may hold, what is wrong with one and on which line, and any text at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readZone, type Zone, zoneResolver } from '../../src/testing/resolver/index.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { ipFromWords } from '../../src/values/ip.js';
import { anyText, expectLinear } from '../values/support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);

const zoneOf = (text: string | Uint8Array, origin?: string): Zone =>
  ({ ...readZone(text, { file: 'z', ...(origin !== undefined && { origin }) }).zone }) as Zone;

/** `line: code: message` of each problem. */
function problemsOf(text: string | Uint8Array): readonly string[] {
  try {
    readZone(text, { file: 'z' });
    return [];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    expect(error.code).toBe('zone');
    return error.problems.map(({ source, code, message }) => `${source?.file}:${source?.line}: ${code}: ${message}`);
  }
}

const master = String.raw`; a zone with one of everything
$TTL 1h30m
$ORIGIN example.com.
@       3600 IN SOA ns1 hostmaster\.dns (
                2026112201 ; serial
                2h 15m
                2w 5m )
        IN      NS      ns1
                NS      ns2.other.example.
        IN 300  MX      10 mx
        300 IN  MX      ( 20
                          mx.other.example. )
        TXT     "v=spf1 " "mx -all"
        TXT     plain words of\032four "semi;colon (parens) \"quoted\" \092\255"
mx      A       192.0.2.1
        AAAA    2001:DB8:0:0::1
WWW     CNAME   @
*.wild  A       192.0.2.7
_dmarc  TXT     ( "v=DMARC1;"
                  " p=reject" )
null    MX      0 .
srv     SRV     0 0 25 mx
old     SPF     "v=spf1 -all"
odd     TYPE65280 \# 4 0A000001
odd     CH TXT  "not ours"
$ORIGIN 2.0.192.in-addr.arpa.
1       PTR     mail.example.com.
1       PTR     mail.example.com.
$origin deep.example.com
below   A 192.0.2.9
`;

describe('a master file', () => {
  it('may hold all of RFC 1035 section 5', () => {
    const { zone, warnings } = readZone(master, { file: 'example.zone' });
    expect(zone).toEqual({
      'example.com': {
        NS: ['ns1.example.com', 'ns2.other.example'],
        MX: [
          { preference: 10, exchange: 'mx.example.com' },
          { preference: 20, exchange: 'mx.other.example' },
        ],
        TXT: ['v=spf1 mx -all', 'plainwordsof foursemi;colon (parens) "quoted" \\\xff'],
      },
      'mx.example.com': { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
      'www.example.com': { CNAME: ['example.com'] },
      '*.wild.example.com': { A: ['192.0.2.7'] },
      '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
      'null.example.com': { MX: [{ preference: 0, exchange: '' }] },
      'srv.example.com': {},
      'old.example.com': {},
      'odd.example.com': {},
      '1.2.0.192.in-addr.arpa': { PTR: ['mail.example.com'] },
      'below.deep.example.com.2.0.192.in-addr.arpa': { A: ['192.0.2.9'] },
    });
    expect(warnings.map(({ source, code, message }) => [source?.line, code, message])).toEqual([
      [22, 'ignored-type', 'SRV of srv.example.com is not read'],
      [23, 'ignored-type', 'SPF of old.example.com is not read'],
      [24, 'ignored-type', 'TYPE65280 of odd.example.com is not read'],
      [25, 'ignored-class', 'class CH is not read, only IN'],
      [28, 'twice', 'PTR of 1.2.0.192.in-addr.arpa: the same record stands there before'],
    ]);
  });

  it('answers as a zone', async () => {
    const resolver = zoneResolver(zoneOf(master));
    expect(await resolver.texts('www.example.com')).toMatchObject({ value: [expect.stringContaining('v=spf1'), {}] });
    expect(await resolver.addresses('a.b.wild.example.com', 4)).toMatchObject({ value: [{ text: '192.0.2.7' }] });
    expect(await resolver.addresses('srv.example.com', 4)).toEqual({ kind: 'not-found', why: 'no-data' });
    expect(await resolver.addresses('none.example.com', 4)).toEqual({ kind: 'not-found', why: 'no-such-name' });
  });

  it.each<[string, string, Zone]>([
    ['nothing', '', {}],
    ['comments alone', '; a\n  ; b', {}],
    ['names of the root', 'example.com A 192.0.2.1', { 'example.com': { A: ['192.0.2.1'] } }],
    [
      'CRLF, tabs and no end of line',
      'a.b.\tA\t192.0.2.1\r\n\tA\t192.0.2.2',
      { 'a.b': { A: ['192.0.2.1', '192.0.2.2'] } },
    ],
    ['a type in lower case', 'a.b. in a 192.0.2.1', { 'a.b': { A: ['192.0.2.1'] } }],
    ['names that look like types', 'mx MX 0 a\n', { mx: { MX: [{ preference: 0, exchange: 'a' }] } }],
    ['escapes in names', 'a\\049.b. A 192.0.2.1', { 'a1.b': { A: ['192.0.2.1'] } }],
    ['an empty string', 'a.b. TXT ""', { 'a.b': { TXT: [''] } }],
    ['octets of UTF-8', 'a.b. TXT "\u00e9"', { 'a.b': { TXT: ['\xc3\xa9'] } }],
    ['a byte order mark', '\ufeff{"a": {}}', { a: {} }],
  ])('may hold %s', (_what, text, zone) => {
    expect(zoneOf(text)).toEqual(zone);
  });

  it('keeps the bytes of strings', () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('a TXT '), 0x22, 0xe9, 0xff, 0x22]);
    expect(zoneOf(bytes)).toEqual({ a: { TXT: ['\xe9\xff'] } });
  });

  it('takes an origin from its caller', () => {
    expect(zoneOf('@ A 192.0.2.1\nwww A 192.0.2.2', 'example.com.')).toEqual({
      'example.com': { A: ['192.0.2.1'] },
      'www.example.com': { A: ['192.0.2.2'] },
    });
  });

  it('is refused with all of its errors, each on its line', () => {
    const text = [
      ' A 192.0.2.1',
      '$INCLUDE other.zone',
      '$GENERATE 1-4 a$ A 192.0.2.$',
      '$TTL soon',
      '$ORIGIN a..b.',
      '@ A 192.0.2.1',
      'a..b. A 192.0.2.1',
      ' A 192.0.2.2 and an owner that is wrong is told once',
      'a.example. A 192.0.2.256',
      'a.example. AAAA 192.0.2.1',
      'a.example. MX mx.example.',
      'a.example. MX 65536 mx.example.',
      'a.example. MX 10',
      'a.example. TXT',
      `a.example. TXT ${'x'.repeat(256)}`,
      'a.example. TXT "open',
      'a.example. TXT \\25',
      'a.example. A 192.0.2.1 192.0.2.2',
      'a.example. 192.0.2.1',
      'a.example. NS .',
      'a.example. A ) 192.0.2.1',
      'a.example. SOA ns mail 1 2 3 4',
      'b.example. CNAME c.example.',
      'b.example. A 192.0.2.1',
      'c.example. CNAME a.',
      'c.example. CNAME b.',
      'd\\.e.example. A 192.0.2.1',
      'd\u00e9.example. A 192.0.2.1',
      'e.example. A (',
      '192.0.2.1',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      'z:1: no-owner: no record stands before this one to take the name from',
      'z:2: include: $INCLUDE: no other file is read, write its records here',
      'z:3: unknown-directive: "$GENERATE" is none of $ORIGIN, $TTL',
      'z:4: bad-time: $TTL: one time is expected: seconds, or 1h30m',
      'z:5: bad-name: $ORIGIN: one name is expected, a name has labels of 1 to 63 printable ASCII characters, 253 in all',
      'z:6: bad-name: the name "@": it is the root: no $ORIGIN before',
      'z:7: bad-name: the name "a..b.": a name has labels of 1 to 63 printable ASCII characters, 253 in all',
      'z:9: bad-record: A: address: an IPv4 address is expected, not "192.0.2.256"',
      'z:10: bad-record: AAAA: address: an IPv6 address is expected, not "192.0.2.1"',
      'z:11: bad-record: MX: preference: a number from 0 to 65535 is expected, not "mx.example."',
      'z:12: bad-record: MX: preference: a number from 0 to 65535 is expected, not "65536"',
      'z:13: bad-record: MX: the exchange is missing',
      'z:14: bad-record: TXT: a string is expected',
      'z:15: bad-record: TXT: a string has at most 255 octets, not 256: write several',
      'z:16: syntax: a quoted string has no end on its line',
      'z:17: bad-record: TXT: three digits from 000 to 255 are expected behind "\\"',
      'z:18: bad-record: A: nothing more is expected: "192.0.2.2"',
      'z:19: no-type: a record type is expected (A, MX, TXT ...), not "192.0.2.1"',
      'z:20: bad-record: NS: name: the root is no host',
      'z:21: syntax: ")" has no partner',
      'z:22: bad-record: SOA: the minimum is missing',
      'z:23: beside-cname: other records stand beside the CNAME of b.example',
      'z:25: beside-cname: c.example has more than one CNAME',
      'z:27: bad-name: the name "d\\\\.e.example.": a dot or backslash inside of a label is not held here'.replace(
        '\\\\',
        '\\',
      ),
      'z:28: bad-name: the name "d\xc3\xa9.example.": a name has labels of 1 to 63 printable ASCII characters, 253 in all',
      'z:29: syntax: "(" has no partner',
    ]);
  });
});

describe('a zone in JSON', () => {
  const json = `{"example.com": {"A": ["192.0.2.1"], "MX": [{"preference": 10, "exchange":
   "mx.example.com"}], "TXT": ["v=spf1 mx -all"]}, "slow.example.com": "TIMEOUT", "broken.example.com": "SERVFAIL",
   "half.example.com": {"AAAA": ["2001:db8::1"], "TXT": "TIMEOUT"}, "www.example.com": {"CNAME": "example.com."},
   "web.example.com": {"CNAME": ["example.com"]}, "dead.example.com": {"CNAME": "SERVFAIL"},
   "1.2.0.192.in-addr.arpa.": {"PTR": ["mail.example.com."]},
   "a.example.com": {"CNAME": "b.example.com"}, "b.example.com": {"CNAME": "a.example.com"}}`;

  it('answers as it says', async () => {
    const resolver = zoneResolver(zoneOf(json));
    const value = (one: unknown): object => ({ kind: 'found', value: [one] });
    expect(await resolver.mailExchangers('example.com')).toEqual(value({ preference: 10, exchange: 'mx.example.com' }));
    expect(await resolver.texts('www.example.com')).toEqual(value('v=spf1 mx -all'));
    expect(await resolver.texts('web.example.com')).toEqual(value('v=spf1 mx -all'));
    expect(await resolver.addresses('half.example.com', 6)).toMatchObject(value({ text: '2001:db8::1' }));
    const names = ['slow.example.com', 'broken.example.com', 'half.example.com', 'dead.example.com', 'a.example.com'];
    for (const name of names) expect(await resolver.texts(name)).toMatchObject({ kind: 'cannot-tell' });
    expect(await resolver.texts('none.example.com')).toEqual({ kind: 'not-found', why: 'no-such-name' });
    expect(await resolver.names(ipFromWords([0xc0000201]))).toEqual(value('mail.example.com'));
  });

  it('is refused with all of its errors, each on its line', () => {
    const text = `{
      "a.example": {
        "A": ["192.0.2.1",
              "192.0.2.256"],
        "SRV": [],
        "MX": [{"preference": "10",
                "exchange": "mx.example"}]
      },
      "a..b": {},
      "b.example": "NXDOMAIN",
      "c.example": {"CNAME": ["a", "b"]},
      "A.example": {},
      "c.example": {"TXT": "none", "TXT": ["\u20ac"]}
    }`;
    expect(problemsOf(text)).toEqual([
      'z:4: bad-record: a.example A: expected an IPv4 address, not "192.0.2.256"',
      'z:5: unknown-type: a.example: expected the type A, AAAA, MX, TXT, NS, PTR or CNAME, not "SRV"',
      'z:6: bad-record: a.example MX: expected { preference: 0 to 65535, exchange: a name or "" }, not {"preference":"10","exchange":"mx.example"}',
      'z:9: bad-name: a..b: a name has labels of 1 to 63 octets, 253 in all',
      'z:10: bad-records: b.example: expected records by type, "TIMEOUT" or "SERVFAIL"',
      'z:12: twice: A.example: the name stands there twice',
      'z:13: bad-record: c.example TXT: expected a text of octets (no character above U+00FF), not "\u20ac"',
      'z:13: twice: c.example: stands there twice',
      'z:13: twice: TXT: stands there twice',
    ]);
  });

  it.each([
    ['{', 'z:1: syntax: JSON: a name in double quotes is expected'],
    ['{"a": {}', 'z:1: syntax: JSON: "," or "}" is expected'],
    ['{\n"a": {},\n}', 'z:3: syntax: JSON: a name in double quotes is expected'],
    ['{"a" {}}', 'z:1: syntax: JSON: ":" is expected'],
    ['{"a": }', 'z:1: syntax: JSON: a value is expected: an object, a list, a string or a number'],
    ['{"a": 01}', 'z:1: syntax: JSON: a value is expected: an object, a list, a string or a number'],
    ['{"a\n": {}}', 'z:1: syntax: JSON: the string has no end on its line'],
    ['{"\\x": {}}', 'z:1: syntax: JSON: a string has a wrong escape or a control character'],
    ['{} {}', 'z:1: syntax: JSON: nothing more is expected behind the object'],
    [`{"a": ${'['.repeat(100_000)}`, 'z:1: syntax: JSON: nested more than 16 deep'],
    ['{"a": [1 2]}', 'z:1: syntax: JSON: "," or "]" is expected'],
  ])('is refused where it is no JSON', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('is what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom('', '\n', '\t '), (text, blank) => {
        const records = { A: ['192.0.2.1'] };
        expect(problemsOf(`{"a": ${text}}`).join()).not.toContain('syntax');
        expect(readZone(`${blank}{${blank}"a":${blank}${JSON.stringify(records, null, 1)}}`).zone).toEqual({
          a: records,
        });
      }),
      { numRuns: Math.min(runs, 5000) },
    );
  });
});

describe('any text', () => {
  const words = [
    '@',
    ' ',
    '\n',
    '(',
    ')',
    '"',
    ';',
    '\\',
    'IN',
    'A',
    'MX',
    'TXT',
    'a.b.',
    '$ORIGIN',
    '192.0.2.1',
    '{',
    '}',
    ':',
    '[',
    ',',
  ];
  const pieces = fc.array(fc.constantFrom(...words, '"a"', '\\065', '\t', '10', 'CNAME', '$TTL', ']'), {
    maxLength: 40,
  });
  const text = fc.oneof(
    anyText('@ \n()";\\INAMX{}[]:,.$'),
    pieces.map((list) => list.join(' ')),
    pieces.map((list) => list.join('')),
  );

  it('is a zone that a resolver takes, or refused with lines', () => {
    fc.assert(
      fc.property(text, (input) => {
        const problems = problemsOf(input);
        for (const problem of problems) expect(problem).toMatch(/^z:[1-9][0-9]*: [a-z-]+: ./);
        if (problems.length === 0) zoneResolver(zoneOf(input));
      }),
      { numRuns: runs },
    );
  });

  it('of any octets too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        problemsOf(input);
      }),
      { numRuns: runs },
    );
  });

  it.each<[string, (size: number) => string]>([
    ['records', (size) => 'a.example. 3600 IN A 192.0.2.1\n'.repeat(size / 30)],
    ['names', (size) => Array.from({ length: size / 30 }, (_, i) => `n${i}.example. A 192.0.2.1`).join('\n')],
    ['one long string', (size) => `a TXT ${'x'.repeat(size)}`],
    ['many strings', (size) => `a TXT ${'"xxxxxxxx" '.repeat(size / 11)}`],
    ['open quotes', (size) => 'a TXT "\n'.repeat(size / 8)],
    ['one open quote', (size) => `a TXT "${'\\"'.repeat(size / 2)}`],
    ['open parentheses', (size) => '('.repeat(size)],
    ['closed parentheses', (size) => ') '.repeat(size / 2)],
    ['one long name', (size) => `${'a.'.repeat(size / 2)} A 192.0.2.1`],
    ['backslashes', (size) => '\\'.repeat(size)],
    ['times', (size) => `a ${'1'.repeat(size)} A 192.0.2.1`],
    ['blanks', (size) => ' '.repeat(size)],
    ['JSON names', (size) => `{${Array.from({ length: size / 10 }, (_, i) => `"n${i}":{}`).join(',')}}`],
    ['a JSON list', (size) => `{"a":{"TXT":["${'x","'.repeat(size / 4)}"]}}`],
    ['JSON numbers', (size) => `{"a":${'1'.repeat(size)}}`],
  ])('costs linear time: %s', (_what, make) => {
    expectLinear(40_000, make, (input) => problemsOf(input).length);
  });
});

/** LDIF of RFC 2849: its examples, what tools add, what is refused, and whatever text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLdif } from '../../src/directory/ldif.js';
import { decodeUtf8, encodeUtf8 } from '../../src/values/bytes.js';
import { renderProblem } from '../../src/values/errors.js';

type Shown = readonly [dn: string, attributes: Readonly<Record<string, readonly (string | undefined)[]>>];

function read(text: string | Uint8Array): { readonly entries: readonly Shown[]; readonly problems: readonly string[] } {
  const { entries, problems } = readLdif(typeof text === 'string' ? encodeUtf8(text) : text, 'x.ldif');
  return {
    entries: entries.map(({ dn, attributes }) => [
      dn,
      Object.fromEntries([...attributes].map(([name, values]) => [name, values.map(decodeUtf8)])),
    ]),
    problems: problems.map(renderProblem),
  };
}

describe('entries', () => {
  it('as in the examples of RFC 2849', () => {
    const text = `version: 1
dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com
objectclass: top
objectclass: person
cn: Barbara Jensen
description:Babs is a big sailing fan, and travels extensively in sea
 rch of perfect sailing conditions.
# a comment
  that goes on

dn:: b3U95Za25qWt6YOoLG89QWlyaXVz
# dn:: ou=<JapaneseOU>,o=Airius
objectclass:   organizationalUnit
ou:: 5Za25qWt6YOo
ou;lang-ja:: 5Za25qWt6YOo
description:
2.5.4.3: by number


dn: cn=last`;
    expect(read(text)).toEqual({
      entries: [
        [
          'cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com',
          {
            objectclass: ['top', 'person'],
            cn: ['Barbara Jensen'],
            description: [
              'Babs is a big sailing fan, and travels extensively in search of perfect sailing conditions.',
            ],
          },
        ],
        [
          'ou=営業部,o=Airius',
          {
            objectclass: ['organizationalUnit'],
            ou: ['営業部', '営業部'],
            description: [''],
            '2.5.4.3': ['by number'],
          },
        ],
        ['cn=last', {}],
      ],
      problems: [],
    });
  });

  it('with CRLF, a byte order mark, and what ldapsearch and ldifde add', () => {
    const text = `\ufeff# extended LDIF\n#\n\ndn: cn=a\nchangetype: add\ncn: a\n\n# search reference\nref: ldap://x/\n\n# search result\nsearch: 2\nresult: 0 Success\ncontrol: 1.2.840.113556.1.4.319 false MAUCAQAEAA==\npagedresults: cookie=\n\n# numEntries: 1\n`;
    for (const one of [text, text.replace(/\n/g, '\r\n')]) {
      expect(read(one)).toEqual({ entries: [['cn=a', { cn: ['a'] }]], problems: [] });
    }
  });

  it('keep the octets that are no UTF-8, and blanks at the end', () => {
    const { entries } = readLdif(encodeUtf8('dn: cn=a\nphoto:: /9j/\ncn: a  \n'), 'x');
    expect(entries[0]?.attributes.get('photo')?.[0]).toEqual(new Uint8Array([0xff, 0xd8, 0xff]));
    expect(entries[0]?.attributes.get('cn')?.map(decodeUtf8)).toEqual(['a  ']);
    expect(entries[0]?.line).toBe(1);
  });
});

describe('what is refused', () => {
  it.each([
    [
      'dn: cn=a\nchangetype: modify\nadd: x\nx: y\n-\n',
      ['2: expected entries, not changes of them: changetype: modify', '5: expected "name: value"'],
    ],
    ['dn: cn=a\nchangetype: delete\n', ['2: expected entries, not changes of them: changetype: delete']],
    [
      'dn: cn=a\ncontrol: 1.2.3 true\nchangetype: add\n',
      ['2: expected entries, not changes of them: control: 1.2.3 true'],
    ],
    ['dn: cn=a\njpegphoto:< file:///etc/passwd\n', ['2: values from files and URLs are not read']],
    ['dn: cn=a\ncn:: !\n', ['2: expected Base64 behind "::"']],
    ['dn: cn=a\ncn:: YQ\n', []],
    ['version: 2\ndn: cn=a\n', ['1: expected "version: 1": version: 2']],
    ['cn: a\nsn: b\n\ndn: cn=a\n', ['1: expected "dn:" at the beginning of a record']],
    ['dn: no name\n', ['1: expected a distinguished name (RFC 4514): dn: no name']],
    [`dn: cn=${'a'.repeat(9000)}\n`, [`1: expected a distinguished name (RFC 4514): dn: cn=${'a'.repeat(50)}...`]],
    ['dn: cn=a\ndn: cn=b\n', ['2: expected an empty line before the next record: dn: cn=b']],
    [' dn: cn=a\n', ['1: a line begins with a blank, and there is none before for it to go on with']],
    ['dn: cn=a\n\n cn: a\n', ['3: a line begins with a blank, and there is none before for it to go on with']],
    ['dn: cn=a\nuserPassword secret\nhunter2:x y\n', ['2: expected "name: value"']],
    [
      'dn: cn=a\nüb: x\n: y\n',
      ['2: expected the name of an attribute before ":"', '3: expected the name of an attribute before ":"'],
    ],
    [
      'dn: cn=a\ncn: a\0b\ncn: a\rb\n',
      ['2: NUL or CR in a value that is not in Base64', '3: NUL or CR in a value that is not in Base64'],
    ],
    ['dn: cn=a\nmember;range=0-1499: cn=b\n', ['2: the entry is not complete: the export holds a range of the values']],
    [
      'dn: cn=a\n\nsearch: 2\nresult: 4 Size limit exceeded\n',
      ['4: the search that gave this has failed: it is not complete: result: 4 Size limit exceeded'],
    ],
  ])('%j', (text, problems) => {
    expect(read(text).problems).toEqual(problems.map((one) => `x.ldif:${one}`));
  });

  it('also UTF-16, and problems without end', () => {
    expect(read(new Uint8Array([0xff, 0xfe, 0x64, 0]))).toMatchObject({
      problems: ['x.ldif:1: expected UTF-8, this is UTF-16'],
    });
    const { problems } = read('dn: cn=a\n?\n'.repeat(500));
    expect(problems).toHaveLength(101);
    expect(problems[100]).toMatch(/^x\.ldif: and \d+ more problems$/);
  });
});

describe('whatever text', () => {
  const piece = fc.constantFrom(
    'dn: cn=a',
    'dn:: ',
    'cn: x',
    ' ',
    '\n',
    '\r\n',
    '\n\n',
    ':',
    '::',
    ':<',
    '#',
    'version: 1',
    'search: 2',
    '\0',
    'ü',
    '-',
    ';range=0-*',
    'changetype: ',
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 10 })), { maxLength: 60 })
    .map((parts) => parts.join(''));

  it('is read without a throw; entries and problems have lines that are there', () => {
    fc.assert(
      fc.property(text, (one) => {
        const { entries, problems } = readLdif(encodeUtf8(one), 'x');
        const lines = one.split('\n').length;
        for (const { line } of entries) expect(line >= 1 && line <= lines).toBe(true);
        for (const { source } of problems) expect((source?.line ?? 1) <= lines).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('octets too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => void readLdif(octets, 'x')),
      { numRuns: 500 },
    );
  });

  it('of whatever values: written with Base64 and folds of any width, they come back', () => {
    const value = fc.uint8Array({ minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 80 }), (values, width) => {
        const folded = (line: string): string => line.replace(new RegExp(`(.{${width}})(?=.)`, 'g'), '$1\n ');
        const lines = ['dn: cn=a', ...values.map((one) => `x:: ${Buffer.from(one).toString('base64')}`)].map(folded);
        const { entries, problems } = readLdif(encodeUtf8(`${lines.join('\n')}\n`), 'x');
        expect(problems).toEqual([]);
        expect(entries[0]?.attributes.get('x')?.map((one) => [...one])).toEqual(values.map((one) => [...one]));
      }),
    );
  });

  it('takes time in proportion to its length', () => {
    const shapes = [
      (n: number) => `dn: cn=a\n${' x\n'.repeat(n)}`,
      (n: number) => `dn: cn=a\n${'x: y\n'.repeat(n)}`,
      (n: number) => `# ${'\n  x'.repeat(n)}`,
      (n: number) => ':'.repeat(2 * n),
      (n: number) => '\n'.repeat(3 * n),
      (n: number) => `dn: ${'cn=a,'.repeat(n)}`,
      (n: number) => `dn: cn=a\nx${';a'.repeat(n)}: y\n`,
      (n: number) => 'dn: cn=a\n\n'.repeat(n / 2),
    ];
    const time = (text: string): number => {
      const octets = encodeUtf8(text);
      const before = performance.now();
      readLdif(octets, 'x');
      return performance.now() - before;
    };
    for (const shape of shapes) {
      const [small, large] = [shape(10_000), shape(100_000)];
      time(small);
      const [one, ten] = [Math.min(time(small), time(small), time(small)), time(large)];
      expect(ten).toBeLessThan(Math.max(40 * one, 2000));
    }
  });
});

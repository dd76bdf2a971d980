import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';
import { DEFAULT_MIME_LIMITS, type MimeLimits, MimeWalker } from '../../../src/values/mime/index.js';
import { expectLinear } from '../support.js';
import { joined, walk, walkMessage } from './support.js';

/** `kind text` for each piece, line ends as `|`. */
function pieces(text: string, limits: Partial<MimeLimits> = {}): readonly string[] {
  const { pieces: all, body } = walkMessage(text, limits);
  return all.map(({ kind, start, end }) => {
    return `${kind} ${decodeLatin1(body.subarray(start, end)).replaceAll('\n', '|')}`;
  });
}

const multipart = (body: string, boundary = 'b'): string =>
  `Content-Type: multipart/mixed; boundary="${boundary}"\n\n${body}`;

describe('structure', () => {
  test('no multipart: the body is one piece', () => {
    expect(pieces('A: b\n\n--b\nC: d\n\n--b--\n')).toEqual(['text --b|C: d||--b--|']);
    expect(pieces('A: b\n\n')).toEqual([]);
  });

  test('parts, prolog, epilog', () => {
    expect(pieces(multipart('x\n--b\nA: b\n c\n\ntext\n--b--\ny\n--b\n'))).toEqual([
      'text x|',
      'delimiter --b|',
      'field A: b| c|',
      'text |text|',
      'delimiter --b--|',
      'text y|--b|',
    ]);
  });

  test('a delimiter is what begins with one, innermost first', () => {
    const inner = 'Content-Type: multipart/mixed; boundary=bb\n\n--bbx\n\ni\n--b\n\no\n--bb\n';
    expect(pieces(multipart(`--b cruft\n${inner}`))).toEqual([
      'delimiter --b cruft|',
      'field Content-Type: multipart/mixed; boundary=bb|',
      'text |',
      'delimiter --bbx|',
      'text |i|',
      'delimiter --b|',
      'text |o|',
      'delimiter --bb|',
    ]);
  });

  test('a closed multipart takes those inside along', () => {
    const { walker } = walkMessage(multipart('--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n'));
    expect(walker.depth).toBe(2);
    expect(
      walkMessage(multipart('--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n--b--\n')).walker.depth,
    ).toBe(0);
  });

  test('an empty boundary, several boundaries, a long one', () => {
    expect(pieces(multipart('--x\n\n--\ny\n', ''))).toEqual(['delimiter --x|', 'text |--|y|']);
    const two = 'Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--c\n\nx\n--b\n';
    expect(pieces(two)).toEqual(['delimiter --c|', 'text |x|', 'delimiter --b|']);
    const long = 'x'.repeat(3000);
    expect(pieces(multipart(`--${long}\n`, long), { line: 5000 })).toHaveLength(1);
    expect(pieces(multipart(`--${'x'.repeat(2048)}\n`, long), { line: 5000 })).toEqual([
      `delimiter --${'x'.repeat(2048)}|`,
    ]);
    expect(pieces(multipart(`--${'x'.repeat(2047)}\n`, long), { line: 5000 })[0]).toMatch(/^text/);
  });

  test.each(['rfc822', 'global'])('message/%s has a header of its own', (subtype) => {
    expect(pieces(`Content-Type: message/${subtype}\n\nA: b\n\nx\n`)).toEqual(['field A: b|', 'text |x|']);
  });

  test.each(['partial', 'external-body', 'delivery-status'])('message/%s has not', (subtype) => {
    expect(pieces(`Content-Type: message/${subtype}\n\nA: b\n\nx\n`)).toEqual(['text A: b||x|']);
  });

  test('parts of a digest are messages, unless they say otherwise', () => {
    const digest = 'Content-Type: multipart/digest; boundary=b\n\n';
    expect(pieces(`${digest}--b\n\nA: b\n\nx\n`)).toEqual(['delimiter --b|', 'text |', 'field A: b|', 'text |x|']);
    expect(pieces(`${digest}--b\nContent-Type: text/plain\n\nA: b\n`).at(-1)).toBe('text |A: b|');
  });

  test('what is no field ends a header', () => {
    expect(pieces(multipart('--b\nA: b\ngarbage\nC: d\n'))).toEqual([
      'delimiter --b|',
      'field A: b|',
      'text garbage|C: d|',
    ]);
  });

  test('structure switched off', () => {
    expect(pieces(multipart('--b\nA: b\n'), { structure: false })).toEqual(['text --b|A: b|']);
  });

  test('what a part announced', () => {
    const { pieces: all } = walkMessage(
      multipart('--b\nContent-Type: Text/HTML\nContent-Transfer-Encoding: BASE64 (x)\n\nx\n'),
    );
    expect(all.at(-1)).toMatchObject({ part: { type: 'text', subtype: 'html', encoding: 'base64' } });
  });
});

test('102 multiparts inside one another, and no more', () => {
  const nested = (count: number): string => {
    let text = multipart('', 'b0');
    for (let at = 1; at < count; at++) text += `--b${at - 1}\n${multipart('', `b${at}`)}`;
    return text;
  };
  expect(walkMessage(nested(102)).walker).toMatchObject({ tooDeep: false, depth: 102 });
  expect(walkMessage(nested(103)).walker).toMatchObject({ tooDeep: true, depth: 102 });
  expect(walkMessage(nested(5), { nesting: 2 }).walker).toMatchObject({ tooDeep: true, depth: 4 });
});

const fragment = fc.constantFrom(
  '\n',
  '\r\n',
  '\r',
  '\0',
  '--',
  '--b',
  '--b--',
  '--bc',
  '-',
  'A: b',
  ' fold',
  '\tfold',
  'x',
  'garbage',
  '\n\n',
  '\n--b\n',
  '\n--bc\n',
  'Content-Type: multipart/mixed; boundary=b',
  'Content-Type: multipart/digest; boundary=bc',
  'Content-Type: message/rfc822',
  'xxxxxxxxxxxxxxxxxxxx',
  '\xff',
);
const text = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(''));
const limits = { ...DEFAULT_MIME_LIMITS, line: 16, nesting: 3, boundary: 4, field: 40 };

test('any division: the same pieces, which together are the body', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(text, sizes, (octets, division) => {
      const body = encodeLatin1(octets);
      const walker = (): MimeWalker => {
        const made = new MimeWalker(limits);
        made.field('content-type', 'Content-Type: multipart/mixed; boundary=b');
        made.body(true);
        return made;
      };
      const whole = walk(walker(), body);
      expect(concatBytes(whole.map(({ start, end }) => body.subarray(start, end)))).toEqual(body);
      expect(joined(walk(walker(), body, division))).toEqual(joined(whole));
    }),
    { numRuns: 3000 },
  );
});

test("any octets, from the message's own header on", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (octets, size) => {
      const whole = walk(new MimeWalker(limits), octets);
      expect(joined(walk(new MimeWalker(limits), octets, [size]))).toEqual(joined(whole));
    }),
  );
});

const one = (body: string): void => void walkMessage(body);
const count = (size: number, of: (at: number) => string): string =>
  Array.from({ length: size }, (_, at) => of(at)).join('');

describe('time is linear', () => {
  test.each<[string, number, (size: number) => string]>([
    ['parts', 8_000, (size) => multipart('--b\nA: b\n\nx\n'.repeat(size))],
    [
      'multiparts',
      25_000,
      (size) =>
        multipart(
          count(size, (at) => `--b${at}\n${multipart('', `b${at + 1}`)}`),
          'b0',
        ),
    ],
    ['the same multipart', 8_000, (size) => `A: b\n${`${multipart('')}--b\n`.repeat(size)}`],
    [
      'boundaries that begin alike',
      100,
      (size) => {
        const nested = count(
          100,
          (at) => `--${'y'.repeat(1000)}${at}\n${multipart('', `${'y'.repeat(1000)}${at + 1}.`)}`,
        );
        return multipart(`${nested}${`--${'y'.repeat(1000)}\n`.repeat(20 * size)}`, `${'y'.repeat(1000)}0`);
      },
    ],
    ['a boundary', 250_000, (size) => multipart(`--${'x'.repeat(size)}\n`, 'x'.repeat(size))],
    ['boundary parameters', 20_000, (size) => `Content-Type: multipart/mixed${'; boundary=b'.repeat(size)}\n\nx\n`],
    ['a field', 800_000, (size) => multipart(`--b\nA: ${'x'.repeat(size)}\n`)],
    ['folds', 80_000, (size) => multipart(`--b\nA: b\n${' c\n'.repeat(size)}`)],
    ['hyphens', 800_000, (size) => multipart('-'.repeat(size))],
    ['lines of hyphens', 150_000, (size) => multipart('---\n'.repeat(size))],
    ['a line', 800_000, (size) => multipart('x'.repeat(size))],
    ['empty lines', 800_000, (size) => multipart('\n'.repeat(size))],
    ['NUL', 800_000, (size) => multipart(`--b\nA: \0${'\0'.repeat(size)}\n`)],
    ['bare CR', 800_000, (size) => multipart(`${'\r'.repeat(size)}\n`)],
    ['comments', 50_000, (size) => `Content-Type: multipart/mixed ${'('.repeat(size)}\n\nx\n`],
    ['quotes and folds', 20_000, (size) => `Content-Type: multipart/mixed; boundary="${'\n   '.repeat(size)}\n\nx\n`],
  ])('%s', (_, size, make) => {
    expectLinear(size, make, one);
  });
});

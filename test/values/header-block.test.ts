import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/values/bytes.js';
import { createHeaderReader, type HeaderRead, parseHeaderBlock } from '../../src/values/header-block.js';
import { DEFAULT_HEADER_LIMITS, type HeaderLimits } from '../../src/values/header-limits.js';
import { bytes, chunked, cuts, fastest, mailBytes, text } from './mail.js';

/** What a header block is, as text. */
function seen(source: string) {
  const block = parseHeaderBlock(bytes(source));
  if (block.kind !== 'parsed') return block;
  const { fields, separator, bodyStart, defects } = block.value;
  return {
    fields: fields.map((field) => [field.name, field.value]),
    separator: text(separator),
    body: source.slice(bodyStart),
    defects: defects.map((defect) => `${defect.kind} ${defect.at}`),
  };
}

type Case = [string, string, { fields: string[][]; separator?: string; body?: string; defects?: string[] }];

describe('parseHeaderBlock', () => {
  it.each<Case>([
    [
      'CRLF',
      'A: 1\r\nB: 2\r\n\r\nbody',
      {
        fields: [
          ['A', '1'],
          ['B', '2'],
        ],
        separator: '\r\n',
        body: 'body',
      },
    ],
    [
      'LF',
      'A: 1\nB: 2\n\nbody',
      {
        fields: [
          ['A', '1'],
          ['B', '2'],
        ],
        separator: '\n',
        body: 'body',
      },
    ],
    [
      'mixed line ends',
      'A: 1\r\nB: 2\n\r\nbody',
      {
        fields: [
          ['A', '1'],
          ['B', '2'],
        ],
        separator: '\r\n',
        body: 'body',
      },
    ],
    ['folded with spaces and tabs', 'A: 1\r\n 2\r\n\t3\r\n\r\n', { fields: [['A', '1 2\t3']], separator: '\r\n' }],
    [
      'a line of white space continues',
      'A: 1\r\n \r\nB: 2\r\n\r\n',
      {
        fields: [
          ['A', '1'],
          ['B', '2'],
        ],
        separator: '\r\n',
      },
    ],
    ['value on the next line', 'A:\r\n 1\r\n\r\n', { fields: [['A', '1']], separator: '\r\n' }],
    ['white space before the colon', 'A \t: 1\r\n\r\n', { fields: [['A', '1']], separator: '\r\n' }],
    ['no space after the colon', 'A:1\r\n\r\n', { fields: [['A', '1']], separator: '\r\n' }],
    ['no value', 'A:\r\n\r\n', { fields: [['A', '']], separator: '\r\n' }],
    ['a colon in the value', 'A: b: c\r\n\r\n', { fields: [['A', 'b: c']], separator: '\r\n' }],
    [
      'punctuation in the name',
      'A!#$%&\'*+-/=?^_`{|}~"(),.;<>@[\\]: 1\r\n\r\n',
      { fields: [['A!#$%&\'*+-/=?^_`{|}~"(),.;<>@[\\]', '1']], separator: '\r\n' },
    ],
    ['8-bit value that is no UTF-8', 'A: \xe9\r\n\r\n', { fields: [['A', 'é']], separator: '\r\n' }],
    ['8-bit value that is UTF-8', 'A: \xc3\xa9\r\n\r\n', { fields: [['A', 'é']], separator: '\r\n' }],
    ['NUL in a value', 'A: 1\0 2\r\n\r\n', { fields: [['A', '1\0 2']], separator: '\r\n' }],
    ['a lone CR in a value is content', 'A: 1\rB: 2\r\n\r\n', { fields: [['A', '1\rB: 2']], separator: '\r\n' }],
    ['a lone CR before the line end', 'A: 1\r\r\n\r\n', { fields: [['A', '1\r']], separator: '\r\n' }],
    ['empty line first', '\r\nbody', { fields: [], separator: '\r\n', body: 'body' }],
    ['nothing', '', { fields: [] }],
    ['header only', 'A: 1\r\n', { fields: [['A', '1']] }],
    [
      'no final line end',
      'A: 1\r\nB: 2',
      {
        fields: [
          ['A', '1'],
          ['B', '2'],
        ],
        defects: ['unterminated 6'],
      },
    ],
    ['no final line end, folded', 'A: 1\r\n 2', { fields: [['A', '1 2']], defects: ['unterminated 0'] }],
    ['no header', 'hello world\r\n', { fields: [], body: 'hello world\r\n', defects: ['not-a-field 0'] }],
    ['no header, no line end', 'hello', { fields: [], body: 'hello', defects: ['not-a-field 0'] }],
    [
      'a line without a colon',
      'A: 1\r\nhello\r\nB: 2\r\n',
      { fields: [['A', '1']], body: 'hello\r\nB: 2\r\n', defects: ['not-a-field 6'] },
    ],
    [
      'two words before the colon',
      'A: 1\r\nB c: 2\r\n',
      { fields: [['A', '1']], body: 'B c: 2\r\n', defects: ['not-a-field 6'] },
    ],
    [
      'no name before the colon',
      'A: 1\r\n: 2\r\n',
      { fields: [['A', '1']], body: ': 2\r\n', defects: ['not-a-field 6'] },
    ],
    ['8-bit name', 'A: 1\r\n\xe9: 2\r\n', { fields: [['A', '1']], body: '\xe9: 2\r\n', defects: ['not-a-field 6'] }],
    ['control in the name', 'A\x01: 1\r\n', { fields: [], body: 'A\x01: 1\r\n', defects: ['not-a-field 0'] }],
    [
      'a lone CR in place of the empty line',
      'A: 1\r\n\rbody\r\n',
      { fields: [['A', '1']], body: '\rbody\r\n', defects: ['not-a-field 6'] },
    ],
    ['a lone CR at the end', 'A: 1\r\n\r', { fields: [['A', '1']], body: '\r', defects: ['not-a-field 6'] }],
    [
      'CR CR LF is no empty line',
      'A: 1\r\n\r\r\nb',
      { fields: [['A', '1']], body: '\r\r\nb', defects: ['not-a-field 6'] },
    ],
    [
      'a continuation first',
      ' A: 1\r\nB: 2\r\n\r\n',
      { fields: [], body: ' A: 1\r\nB: 2\r\n\r\n', defects: ['leading-continuation 0'] },
    ],
    [
      'an mbox line first',
      'From a@b Sun\nA: 1\n\nx',
      {
        fields: [
          ['X-Mailbox-Line', 'From a@b Sun'],
          ['A', '1'],
        ],
        separator: '\n',
        body: 'x',
        defects: ['mailbox-line 0'],
      },
    ],
    [
      'a quoted mbox line first',
      '>From a\nA: 1\n\n',
      {
        fields: [
          ['X-Mailbox-Line', '>From a'],
          ['A', '1'],
        ],
        separator: '\n',
        defects: ['mailbox-line 0'],
      },
    ],
    [
      'an mbox line is not continued',
      'From a\n b\n',
      { fields: [['X-Mailbox-Line', 'From a']], body: ' b\n', defects: ['mailbox-line 0', 'leading-continuation 7'] },
    ],
    [
      'an mbox line later',
      'A: 1\nFrom a\n\n',
      { fields: [['A', '1']], body: 'From a\n\n', defects: ['not-a-field 5'] },
    ],
    ['a From field with white space before its colon', 'From : a\n\n', { fields: [['From', 'a']], separator: '\n' }],
  ])('%s', (_, source, expected) => {
    expect(seen(source)).toEqual({ separator: '', body: '', defects: [], ...expected });
  });

  it('keeps the bytes of each field, folds and line end included, and lower-cases its name', () => {
    const block = parseHeaderBlock(bytes('SubJect : a\r\n\tb\nX: c'));
    if (block.kind !== 'parsed') throw new Error('over a limit');
    expect(block.value.fields.map((field) => text(field.bytes))).toEqual(['SubJect : a\r\n\tb\n', 'X: c']);
    expect(block.value.fields[0]).toMatchObject({
      kind: 'field',
      name: 'SubJect',
      lowerName: 'subject',
      origin: 'received',
    });
  });

  it('never throws and loses no octet, whatever the input', () => {
    fc.assert(
      fc.property(mailBytes(), (source) => {
        const block = parseHeaderBlock(source);
        if (block.kind !== 'parsed') throw new Error('over a limit');
        const { fields, separator, bodyStart } = block.value;
        const all = concatBytes([...fields.map((field) => field.bytes), separator, source.subarray(bodyStart)]);
        expect(text(all)).toBe(text(source));
        for (const field of fields) expect(field.value).not.toContain('\n');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('limits', () => {
  const limits: HeaderLimits = { headerBytes: 40, headerFields: 3, fieldBytes: 20 };
  const over = (limit: string, at: number) => ({ kind: 'over-limit', limit, at });

  it.each([
    ['all at the limits', `${'A: 345678901234567\r\n'.repeat(2)}\r\nbody`, 'parsed'],
    ['one octet more in a field', 'A: 3456789012345678\r\n\r\n', over('field-bytes', 20)],
    ['one octet more in a later field', 'A: 1\r\nA: 3456789012345678\r\n\r\n', over('field-bytes', 26)],
    ['one octet more in a fold', 'A: 1\r\n 7890123456789\r\n\r\n', over('field-bytes', 20)],
    ['one octet more in all', `${'A: 345678901234567\r\n'.repeat(2)}B:\r\n\r\n`, over('header-bytes', 40)],
    ['three fields', 'A:\nA:\nA:\n\n', 'parsed'],
    ['four fields', 'A:\nA:\nA:\nA:\n\n', over('header-fields', 9)],
    ['a long first line of a body', `A: 1\n${'x '.repeat(100)}`, 'parsed'],
    ['a long line without a colon', `${'x'.repeat(100)}\n`, 'parsed'],
    ['a name without an end within the limit', `${'x'.repeat(30)}: 1\n`, 'parsed'],
    ['a long body', `A: 1\n\n${'x'.repeat(100)}`, 'parsed'],
  ])('%s', (_, source, expected) => {
    const block = parseHeaderBlock(bytes(source), limits);
    if (expected === 'parsed') expect(block.kind).toBe('parsed');
    else expect(block).toEqual(expected);
  });

  it('has the documented defaults', () => {
    expect(DEFAULT_HEADER_LIMITS).toEqual({ headerBytes: 1_048_576, headerFields: 10_000, fieldBytes: 102_400 });
    expect(parseHeaderBlock(bytes('A: b\r\n'.repeat(10_001)))).toEqual(over('header-fields', 60_000));
    expect(parseHeaderBlock(bytes(`A: ${'b\r\n '.repeat(80_000)}`))).toEqual(over('field-bytes', 102_400));
    expect(parseHeaderBlock(bytes(`A: ${'b'.repeat(100_000)}\r\n`.repeat(11)))).toEqual(
      over('header-bytes', 1_048_576),
    );
  });
});

describe('createHeaderReader', () => {
  function read(chunks: readonly Uint8Array[], limits: Partial<HeaderLimits>): HeaderRead {
    const reader = createHeaderReader(limits);
    for (const [i, chunk] of chunks.entries()) {
      const result = reader.push(chunk);
      if (result === undefined) continue;
      return { header: result.header, rest: concatBytes([result.rest, ...chunks.slice(i + 1)]) };
    }
    return reader.end();
  }

  it('finds what parseHeaderBlock finds, for any division into chunks and any limits', () => {
    const limit = fc.integer({ min: 1, max: 60 });
    const limits = fc.record({ headerBytes: limit, headerFields: fc.integer({ min: 1, max: 4 }), fieldBytes: limit });
    fc.assert(
      fc.property(mailBytes(20), cuts, limits, (source, places, given) => {
        const whole = parseHeaderBlock(source, given);
        const { header, rest } = read(chunked(source, places), given);
        if (whole.kind !== 'parsed' || header.kind !== 'parsed') {
          expect(header).toEqual(whole);
          return;
        }
        expect(header.value.fields.map((f) => [f.name, f.value, text(f.bytes)])).toEqual(
          whole.value.fields.map((f) => [f.name, f.value, text(f.bytes)]),
        );
        expect({ ...header.value, fields: 0 }).toEqual({ ...whole.value, fields: 0 });
        expect(text(rest)).toBe(text(source.subarray(whole.value.bodyStart)));
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses before the octets beyond a limit are all there', () => {
    const reader = createHeaderReader();
    const line = bytes(
      'X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n',
    );
    let pushed = 0;
    let result: HeaderRead | undefined;
    while (result === undefined && pushed < 5_000_000) {
      result = reader.push(line);
      pushed += line.length;
    }
    expect(result?.header).toMatchObject({ kind: 'over-limit' });
    expect(pushed).toBeLessThan(DEFAULT_HEADER_LIMITS.headerBytes + 200);
  });
});

describe('time', () => {
  const unlimited = { headerBytes: Infinity, headerFields: Infinity, fieldBytes: Infinity };
  const parse = (source: Uint8Array) => () => {
    const block = parseHeaderBlock(source, unlimited);
    if (block.kind !== 'parsed') throw new Error('over a limit');
    for (const field of block.value.fields) if (field.value.length === 0) throw new Error('no value');
    return block.value.fields.length;
  };

  it.each([
    ['100,000 fields', (n: number) => bytes('X-Field: some value\r\n'.repeat(n)), 25_000, 100_000],
    ['one field folded 80,000 times', (n: number) => bytes(`X: ${'a\r\n '.repeat(n)}b\r\n`), 20_000, 80_000],
  ])('of %s grows linearly', (_, make, few, many) => {
    const small = fastest(parse(make(few)));
    const large = fastest(parse(make(many)));
    // Four times as much: quadratic would be sixteen.
    expect(large).toBeLessThan(9 * Math.max(small, 1));
  });

  it('of octets that come one by one near a limit is linear too', () => {
    const octet = bytes('x');
    const push = (count: number) => () => {
      const reader = createHeaderReader({ headerBytes: 10, fieldBytes: count });
      for (let i = 0; i < count; i++) reader.push(octet);
    };
    expect(fastest(push(80_000))).toBeLessThan(9 * Math.max(fastest(push(20_000)), 1));
  });
});

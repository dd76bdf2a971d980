import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMboxSplitter, type MboxEvent, type MboxFormat } from '../../../src/servers/batch/protocol.js';
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';

interface Split {
  readonly fromLine: string;
  readonly offset: number;
  readonly text: string;
  readonly ended: boolean;
}

function split(
  chunks: readonly Uint8Array[],
  format: MboxFormat = 'mboxo',
): readonly Split[] | { readonly notMbox: number } {
  const splitter = createMboxSplitter(format);
  // Data are views of the chunk: copied before the next one comes.
  const copied = (events: readonly MboxEvent[]): readonly MboxEvent[] =>
    events.map((event) => (event.kind === 'data' ? { ...event, bytes: event.bytes.slice() } : event));
  const events = [...chunks.flatMap((chunk) => copied(splitter.push(chunk))), ...copied(splitter.end())];
  const out: { fromLine: string; offset: number; parts: Uint8Array[]; ended: boolean }[] = [];
  for (const event of events) {
    const last = out[out.length - 1];
    if (event.kind === 'not-mbox') return { notMbox: event.offset };
    if (event.kind === 'begin') {
      if (last !== undefined && !last.ended) throw new Error('begin before end');
      out.push({ fromLine: event.fromLine, offset: event.offset, parts: [], ended: false });
    } else if (last === undefined || last.ended) throw new Error(`${event.kind} outside of a message`);
    else if (event.kind === 'data') last.parts.push(event.bytes);
    else last.ended = true;
  }
  return out.map(({ parts, ...rest }) => ({ ...rest, text: decodeLatin1(concatBytes(parts)) }));
}

function texts(text: string, format?: MboxFormat): readonly string[] {
  const messages = split([encodeLatin1(text)], format);
  return 'notMbox' in messages ? [`not-mbox ${messages.notMbox}`] : messages.map((one) => one.text);
}

describe('mbox', () => {
  const cases: readonly [string, string, readonly string[], MboxFormat?][] = [
    ['an empty file has no messages', '', []],
    ['empty lines alone are no messages', '\n\r\n\n', []],
    ['one message', 'From a@b Thu\nSubject: x\n\nbody\n\n', ['Subject: x\n\nbody\n']],
    ['no empty line at the end', 'From a@b Thu\nSubject: x\n\nbody', ['Subject: x\n\nbody']],
    ['two messages', 'From a@b x\nA: 1\n\n1\n\nFrom c@d x\nB: 2\n\n2\n\n', ['A: 1\n\n1\n', 'B: 2\n\n2\n']],
    ['CRLF', 'From a@b x\r\nA: 1\r\n\r\n1\r\n\r\nFrom c@d x\r\nB: 2\r\n\r\n', ['A: 1\r\n\r\n1\r\n', 'B: 2\r\n']],
    ['empty lines before the first message', '\n\nFrom a@b x\nA: 1\n\n', ['A: 1\n']],
    [
      'From in the middle of a paragraph is text',
      'From a@b x\nA: 1\n\ntext\nFrom here\n\n',
      ['A: 1\n\ntext\nFrom here\n'],
    ],
    ['all empty lines but one belong to the message', 'From a x\nA: 1\n\n1\n\n\n\nFrom b x\n', ['A: 1\n\n1\n\n\n', '']],
    ['From without a space is text', 'From a x\nA: 1\n\nFromage\n\nFrom', ['A: 1\n\nFromage\n\nFrom']],
    ['mboxo changes nothing', 'From a x\nA: 1\n\n>From x\n>>From y\n\n', ['A: 1\n\n>From x\n>>From y\n']],
    ['mboxrd takes one > off', 'From a x\nA: 1\n\n>From x\n>>From y\n\n', ['A: 1\n\nFrom x\n>From y\n'], 'mboxrd'],
    [
      'mboxrd leaves other quotes',
      'From a x\nA: 1\n\n> From x\n>From: y\n>\n',
      ['A: 1\n\n> From x\n>From: y\n>\n'],
      'mboxrd',
    ],
    ['a lone CR is no empty line', 'From a x\nA: 1\n\nx\n\rFrom y\n\n', ['A: 1\n\nx\n\rFrom y\n']],
    ['not an mbox', 'Subject: x\n\nFrom a x\n', ['not-mbox 0']],
    ['not an mbox behind empty lines', '\n\nFrob', ['not-mbox 2']],
    ['a file that ends in its first word', 'Fro', ['not-mbox 0']],
    ['a quoted From line is no beginning', '>From a x\n', ['not-mbox 0'], 'mboxrd'],
  ];
  it.each(cases)('%s', (_name, text, expected, format) => {
    expect(texts(text, format)).toEqual(expected);
  });

  it('gives the From line and its offset', () => {
    const messages = split([encodeLatin1('\nFrom a@b x\r\nA: 1\n\nFrom c@d \xe4\nB: 2\n')]);
    expect(messages).toMatchObject([
      { fromLine: 'From a@b x', offset: 1 },
      { fromLine: 'From c@d \xe4', offset: 19 },
    ]);
  });

  it('keeps 1,000 octets of a From line and passes a million quotes', () => {
    const messages = split(
      [encodeLatin1(`From ${'x'.repeat(5_000)}\nA: 1\n\n${'>'.repeat(1_000_000)}From x\n\n`)],
      'mboxrd',
    );
    if ('notMbox' in messages) throw new Error('not an mbox');
    expect(messages[0]?.fromLine.length).toBe(1_000);
    expect(messages[0]?.text.length).toBe('A: 1\n\nFrom x\n'.length + 1_000_000);
  });

  const octets = fc.array(
    fc.constantFrom('From ', 'From', 'a@b', '>', '>>', '\n', '\r\n', '\r', ' ', 'x', '\xff', '\0'),
  );
  const format = fc.constantFrom<MboxFormat>('mboxo', 'mboxrd');

  it('splits the same for any chunking and never throws', () => {
    fc.assert(
      fc.property(octets, fc.array(fc.nat(6)), format, (parts, sizes, as) => {
        const bytes = encodeLatin1(parts.join(''));
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(bytes.subarray(at, at + size));
          at = Math.min(bytes.length, at + size);
        }
        expect(split([...chunks, bytes.subarray(at)], as)).toEqual(split([bytes], as));
      }),
    );
  });

  it('reads what an mboxrd writer wrote', () => {
    const line = fc.array(fc.constantFrom('From ', 'from', '>', 'x', ' ', '\xff')).map((parts) => parts.join(''));
    const message = fc.array(line).map((lines) => lines.map((one) => `${one}\n`).join(''));
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const written = messages.map((text) => `From a@b x\n${text.replace(/^(>*From )/gm, '>$1')}\n`).join('');
        expect(texts(written, 'mboxrd')).toEqual(messages);
      }),
    );
  });

  it('is linear in empty lines and in quoted lines', () => {
    const started = performance.now();
    for (const unit of ['\n', '>From x\n', '\r\nFrom x\n']) {
      createMboxSplitter('mboxrd').push(encodeLatin1(`From a x\n${unit.repeat(200_000)}`));
    }
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

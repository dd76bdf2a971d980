import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Unstuffer } from '../../src/servers/shared/unstuff.js';

interface Read {
  readonly content: string;
  readonly rest: string | undefined;
}

function read(text: string, cuts: readonly number[] = []): Read {
  const unstuffer = new Unstuffer();
  const places = [...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
  let content = '';
  let from = 0;
  for (const to of places) {
    const found = unstuffer.read(Buffer.from(text.slice(from, to), 'latin1'));
    content += found.content.toString('latin1');
    if (found.rest !== undefined) return { content, rest: found.rest.toString('latin1') + text.slice(to) };
    from = to;
  }
  return { content, rest: undefined };
}

/** The same by searching the whole text: the data begin at a line. */
function expected(text: string): Read {
  const whole = `\r\n${text}`;
  const end = whole.indexOf('\r\n.\r\n');
  const data = end === -1 ? whole : whole.slice(0, end + 2);
  const content = data.replaceAll('\n..', '\n.').slice(2);
  return { content, rest: end === -1 ? undefined : whole.slice(end + 5) };
}

describe('Unstuffer', () => {
  test.each<[string, string, string | undefined]>([
    ['.\r\n', '', ''],
    ['.\r\nQUIT\r\n', '', 'QUIT\r\n'],
    ['a\r\n.\r\nb', 'a\r\n', 'b'],
    ['..\r\n.\r\n', '.\r\n', ''],
    ['...\r\n.\r\n', '..\r\n', ''],
    ['a\r\n..b\r\n..\r\n.\r\n', 'a\r\n.b\r\n.\r\n', ''],
    ['a\r\n.b\r\n.\r\n', 'a\r\n.b\r\n', ''],
    ['a\n.\r\n\r\n.\r\n', 'a\n.\r\n\r\n', ''],
    ['a\r\n.\n\r\n.\r\n', 'a\r\n.\n\r\n', ''],
    ['a\r\r\n.\r\nb', 'a\r\r\n', 'b'],
    ['a\r\n.\r\r\n', 'a\r\n.\r\r\n', undefined],
    ['a\r\n..', 'a\r\n.', undefined],
  ])('%j', (text, content, rest) => {
    expect(read(text)).toEqual({ content, rest });
    expect(
      read(
        text,
        Array.from(text, (_, at) => at),
      ),
    ).toEqual({ content, rest });
  });

  test('finds the same end and the same text in chunks of any division', () => {
    const text = fc
      .array(fc.constantFrom('.', '..', '\r\n', '\r', '\n', 'x', '\r\n.\r\n', '\r\n..', '\n.', '\0'), { maxLength: 14 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(30), { maxLength: 6 }), (all, cuts) => {
        const whole = expected(all);
        const chunked = read(all, cuts);
        expect(chunked.rest).toBe(whole.rest);
        // A dot that begins the last line is held until more comes.
        if (whole.rest !== undefined) expect(chunked.content).toBe(whole.content);
        else expect(whole.content.startsWith(chunked.content)).toBe(true);
        expect(whole.content.length - chunked.content.length).toBeLessThan(3);
      }),
      { numRuns: 2000 },
    );
  });

  test('lines that all begin with a dot cost one pass, and one piece for each chunk', () => {
    const chunk = Buffer.from('..\r\n'.repeat(16_384));
    const unstuffer = new Unstuffer();
    const started = performance.now();
    let size = 0;
    for (let n = 0; n < 256; n++) size += unstuffer.read(chunk).content.length;
    expect(size).toBe((256 * chunk.length * 3) / 4);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandLines } from '../../src/servers/shared/command-lines.js';

interface Seen {
  readonly lines: string[];
  readonly pending: boolean[];
  readonly errors: string[];
  rest: string | undefined;
}

/** Pushes the chunks one after the other; every line is answered at once, or in a turn of its own. */
async function read(
  chunks: readonly string[],
  options: { late?: boolean; until?: string; limit?: number } = {},
): Promise<Seen> {
  const seen: Seen = { lines: [], pending: [], errors: [], rest: undefined };
  let over = false;
  const lines: CommandLines = new CommandLines(
    {
      line(line, next) {
        const text = line.toString('latin1');
        seen.lines.push(text);
        seen.pending.push(lines.pending);
        over = text === options.until;
        if (options.late === true) setImmediate(next);
        else next();
      },
      over: () => over,
      rest(rest, done) {
        seen.rest = (seen.rest ?? '') + rest.toString('latin1');
        done();
      },
    },
    options.limit ?? 1000,
  );
  for (const chunk of chunks) {
    const error = await new Promise<Error | null | undefined>((resolve) =>
      lines.push(Buffer.from(chunk, 'latin1'), resolve),
    );
    if (error instanceof Error) seen.errors.push(error.message);
  }
  const open = lines.end().toString('latin1');
  if (open !== '') seen.lines.push(`open ${open}`);
  return seen;
}

describe('CommandLines', () => {
  test('lines end in LF or CRLF; a CR elsewhere stays', async () => {
    const { lines } = await read(['A\r\nB\nC\rD\r\n\r\n\nE']);
    expect(lines).toEqual(['A', 'B', 'C\rD', '', '', 'open E']);
  });

  test('tells whether more had come', async () => {
    expect((await read(['A\r\nB\r\n', 'C\r\nD', '\r\n'])).pending).toEqual([true, false, true, false]);
  });

  test('gives the rest away', async () => {
    const seen = await read(['A\r\nDATA\r\nSubject: x\r\n\r\nB\r\n'], { until: 'DATA' });
    expect(seen.lines).toEqual(['A', 'DATA']);
    expect(seen.rest).toBe('Subject: x\r\n\r\nB\r\n');
  });

  test.each([
    ['a whole line', ['123456\n']],
    ['an open one', ['123456']],
    ['one in pieces', ['123', '456']],
  ])('too long: %s', async (_, chunks) => {
    expect((await read(chunks, { limit: 5 })).errors).toEqual(['Command line too long']);
  });

  test('ten thousand lines in one chunk, without a deep stack', async () => {
    expect((await read(['NOOP\r\n'.repeat(10_000)])).lines.length).toBe(10_000);
  });

  test('any chunking gives the same lines, answered early or late', async () => {
    const text = fc.string({ unit: fc.constantFrom('A', ' ', '\r', '\n', '\r\n'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 5 }), fc.boolean(), async (whole, cuts, late) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = places
          .slice(1)
          .map((to, i) => whole.slice(places[i], to))
          .filter((chunk) => chunk !== '');
        const seen = await read(chunks, { late });
        const expected = whole.split('\n').map((line) => line.replace(/\r$/, ''));
        const open = whole.slice(whole.lastIndexOf('\n') + 1);
        const lines = open === '' ? expected.slice(0, -1) : [...expected.slice(0, -1), `open ${open}`];
        expect(seen.lines).toEqual(lines);
      }),
      { numRuns: 200 },
    );
  });
});

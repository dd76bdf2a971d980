import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body } from '../../src/values/body.js';
import { emptyBody, memoryBody } from '../../src/values/body.js';
import { convertLineEnds, countLineEnds, lineEndConverter } from '../../src/values/line-ends.js';
import { makeField } from '../../src/values/make-field.js';
import { type Message, prependField, replaceBody } from '../../src/values/message.js';
import { renderedSize, renderMessage, renderMessageSync } from '../../src/values/render.js';
import { bytes, chunked, collect, cuts, mailBytes, message, rendered, text } from './mail.js';

const endings = fc.constantFrom('keep' as const, 'lf' as const, 'crlf' as const);
/** What the conversions mean, said in another way. */
const expected = {
  keep: (source: string) => source,
  lf: (source: string) => source.replaceAll('\r\n', '\n'),
  crlf: (source: string) => source.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'),
};

/** A body as if it lived elsewhere, coming in the given chunks; counts how often it was opened. */
function distant(whole: Uint8Array, places: readonly number[]): { body: Body; opened: () => number } {
  let opened = 0;
  async function* open(): AsyncIterable<Uint8Array> {
    opened++;
    yield* chunked(whole, places);
  }
  return { body: { kind: 'body', size: whole.length, bytes: undefined, open }, opened: () => opened };
}

function withBody(source: Uint8Array, places: readonly number[]): Message {
  const parsed = message(source);
  return { ...parsed, body: distant(parsed.body.bytes ?? bytes(''), places).body };
}

describe('renderMessage', () => {
  it('gives every octet with the line ends asked for, for any chunks of the body, and renderedSize knows how many', async () => {
    await fc.assert(
      fc.asyncProperty(mailBytes(), cuts, endings, async (source, places, lineEnding) => {
        const want = expected[lineEnding](text(source));
        const far = withBody(source, places);
        expect(text(await collect(renderMessage(far, { lineEnding })))).toBe(want);
        expect(await renderedSize(far, lineEnding)).toBe(want.length);
        const near = message(source);
        expect(text(await collect(renderMessage(near, { lineEnding })))).toBe(want);
        expect(rendered(near, lineEnding)).toBe(want);
        expect(renderedSize(near, lineEnding)).toBe(want.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('converts added fields with the rest', () => {
    const edited = prependField(message('A: 1\nB: 2\r\n\nx'), makeField('X-New', 'yes')).message;
    expect(rendered(edited, 'crlf')).toBe('X-New: yes\r\nA: 1\r\nB: 2\r\n\r\nx');
    expect(rendered(edited, 'lf')).toBe('X-New: yes\nA: 1\nB: 2\n\nx');
    expect(renderedSize(edited, 'crlf')).toBe(27);
  });

  it('gives chunks of at most 64 KiB and one chunk for a small message', async () => {
    const sizes: number[] = [];
    for await (const chunk of renderMessage(message(`A: 1\n\n${'x'.repeat(200_000)}`))) sizes.push(chunk.length);
    expect(sizes.every((size) => size > 0 && size <= 65_536)).toBe(true);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(200_006);
    const small: Uint8Array[] = [];
    for await (const chunk of renderMessage(message('A: 1\n\nbody'))) small.push(chunk);
    expect(small.map(text)).toEqual(['A: 1\n\nbody']);
  });

  it('has no synchronous form for a body that is elsewhere', () => {
    expect(renderMessageSync(withBody(bytes('A: 1\n\nx'), []))).toBeUndefined();
  });

  it('gives nothing for an empty message', async () => {
    expect(await collect(renderMessage(replaceBody(message(''), emptyBody()).message))).toHaveLength(0);
  });
});

describe('renderedSize', () => {
  it('reads a body that is elsewhere once, and not at all when its line ends were counted', async () => {
    const whole = bytes('a\r\nb\n');
    const once = distant(whole, [2]);
    const parsed = { ...message('A: 1\n\n'), body: once.body, size: 11 };
    expect([await renderedSize(parsed, 'lf'), await renderedSize(parsed, 'crlf')]).toEqual([10, 14]);
    expect(once.opened()).toBe(1);
    const never = distant(whole, []);
    const counted = { ...parsed, body: { ...never.body, lineEnds: countLineEnds(whole) } };
    expect(renderedSize(counted, 'lf')).toBe(10);
    expect(never.opened()).toBe(0);
  });
});

describe('line ends', () => {
  it.each([
    ['a\r\nb\nc\rd', 'a\nb\nc\rd', 'a\r\nb\r\nc\rd'],
    ['\r\r\n', '\r\n', '\r\r\n'],
    ['\r', '\r', '\r'],
    ['\n\r', '\n\r', '\r\n\r'],
    ['\r\n\r\n', '\n\n', '\r\n\r\n'],
    ['', '', ''],
  ])('%j', (source, lf, crlf) => {
    expect(text(convertLineEnds(bytes(source), 'lf'))).toBe(lf);
    expect(text(convertLineEnds(bytes(source), 'crlf'))).toBe(crlf);
  });

  it('hold no octet back but a CR', () => {
    const converter = lineEndConverter('lf');
    expect([bytes('a\r'), bytes('\r'), bytes('\nb\r')].map((chunk) => text(converter.push(chunk)))).toEqual([
      'a',
      '\r',
      '\nb',
    ]);
    expect(text(converter.end())).toBe('\r');
  });
});

describe('memoryBody', () => {
  it('can be opened more than once, at once', async () => {
    const body = memoryBody(bytes('x'.repeat(150_000)));
    const both = await Promise.all([collect(body.open()), collect(body.open())]);
    expect(both.map((b) => b.length)).toEqual([150_000, 150_000]);
    for await (const chunk of body.open()) expect(chunk.length).toBeLessThanOrEqual(65_536);
  });
});

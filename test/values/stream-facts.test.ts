import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFactScanner, type StreamFacts, streamFacts } from '../../src/values/stream-facts.js';
import { bytes, chunked, cuts, mailBytes, text } from './mail.js';

/** The same facts the slow way. */
function counted(source: string): StreamFacts {
  const count = (pattern: RegExp) => source.match(pattern)?.length ?? 0;
  const first = /\r?\n/.exec(source)?.[0];
  return {
    size: source.length,
    crlf: count(/\r\n/g),
    bareLf: count(/(?<!\r)\n/g),
    bareCr: count(/\r(?!\n)/g),
    nul: count(/\0/g),
    longestLine: Math.max(...source.split(/\r?\n/).map((line) => line.length)),
    eightBit: /[\x80-\xff]/.test(source),
    firstLineEnding: first === undefined ? undefined : first === '\n' ? 'lf' : 'crlf',
  };
}

describe('StreamFacts', () => {
  it.each<[string, string, Partial<StreamFacts>]>([
    ['nothing', '', { size: 0, longestLine: 0, firstLineEnding: undefined, eightBit: false }],
    ['a smuggled end of data', 'a\r\n.\n\r\nb', { crlf: 2, bareLf: 1, bareCr: 0 }],
    ['CR CR LF', 'a\r\r\n', { crlf: 1, bareCr: 1, longestLine: 2 }],
    ['a last line without an end', 'a\r\nbcd', { longestLine: 3 }],
    ['a last lone CR', 'a\r', { bareCr: 1, longestLine: 2 }],
    ['NUL and 8-bit', '\0\0\x80', { nul: 2, eightBit: true }],
    ['DEL is 7-bit', '\x7f', { eightBit: false }],
  ])('%s', (_, source, facts) => expect(streamFacts(bytes(source))).toMatchObject(facts));

  it('are exact, for any division into chunks', () => {
    fc.assert(
      fc.property(mailBytes(), cuts, (source, places) => {
        const scanner = createFactScanner();
        for (const chunk of chunked(source, places)) scanner.push(chunk);
        expect(scanner.facts()).toEqual(counted(text(source)));
      }),
      { numRuns: 3000 },
    );
  });
});

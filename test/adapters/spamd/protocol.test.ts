import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVerdict } from '../../../src/adapters/rspamd/protocol.js';
import { ReplyReader } from '../../../src/adapters/spamd/protocol.js';
import { hitsOfReport, hitsOfSymbols } from '../../../src/adapters/spamd/rules.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { expectLinear, FUZZ_RUNS } from '../../values/support.js';

function readIn(text: string, cuts: readonly number[]): unknown {
  const reader = new ReplyReader('REPORT', 10_000);
  const bytes = encodeLatin1(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    const reply = reader.push(bytes.subarray(from, end));
    from = end;
    if (reply !== undefined) return reply;
  }
  return reader.end();
}

const GOOD = 'SPAMD/1.1 0 EX_OK\r\nContent-length: 4\r\nSpam: True ; 7.5 / 5.0\r\n\r\nABCD';

describe('a reply', () => {
  it('is the same in any pieces', () => {
    const text = fc.oneof(
      fc.constant(GOOD),
      fc.nat(GOOD.length).map((at) => GOOD.slice(0, at)),
      fc.tuple(fc.nat(GOOD.length), fc.string()).map(([at, more]) => GOOD.slice(0, at) + more + GOOD.slice(at)),
      fc.string(),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 10 }), (one, cuts) => {
        const whole = readIn(one, []) as { readonly kind: string };
        const parts = readIn(one, cuts) as { readonly kind: string };
        // In pieces, octets behind a whole reply are never looked at.
        expect(parts.kind === 'parsed' || parts.kind === whole.kind).toBe(true);
        if (whole.kind === 'parsed') expect(parts).toEqual(whole);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it.each([
    ['True ; 7.5 / 5.0', 'parsed'],
    ['False ; 4.9 / 5.0', 'parsed'],
    ['False ; 5.0 / 5.0', 'parsed'],
    ['True ; 5.0 / 5.0', 'parsed'],
    ['False ; 7.5 / 5.0', 'malformed'],
    ['True ; 4.9 / 5.0', 'malformed'],
  ])('%s is %s', (points, kind) => {
    expect(readIn(GOOD.replace('True ; 7.5 / 5.0', points), [])).toMatchObject({ kind });
  });

  it('has descriptions without control characters', () => {
    const table = `---- ${'-'.repeat(22)} ${'-'.repeat(50)}\n 1.2 A  b\x1b[2Jc\x07\n${' '.repeat(28)}d\0e\n`;
    expect(hitsOfReport(encodeLatin1(table))).toEqual([{ name: 'A', score: 1.2, description: 'b [2Jc  d e' }]);
  });

  it('is linear to read', () => {
    const read = (text: string): unknown => hitsOfReport(encodeLatin1(text));
    expectLinear(20_000, (n) => '---- ---------- ----------\n'.repeat(n), read);
    expectLinear(200_000, (n) => `---- ---------- ----------\n 1.2 A ${' '.repeat(n)}\n`, read);
  });

  it('and its rules never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        hitsOfReport(bytes);
        hitsOfSymbols(bytes);
        readVerdict(bytes);
      }),
      { numRuns: FUZZ_RUNS },
    );
    fc.assert(
      fc.property(fc.json(), (json) => void readVerdict(encodeLatin1(json))),
      { numRuns: FUZZ_RUNS },
    );
  });
});

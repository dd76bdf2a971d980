import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorOf } from '../../../src/stages/dmarc/author.js';
import type { Identifier } from '../../../src/stages/dmarc/identifiers.js';
import { parseMessage } from '../../../src/values/message.js';
import { anyText } from '../../values/support.js';
import { judge, type Records, suffixed } from './support.js';
import { type World, world } from './worlds.js';

const numRuns = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const all: readonly Identifier['use'][] = ['pass', 'pass', 'pass', 'temperror', 'no'];
const rfcs = fc.constantFrom<9989 | 7489>(9989, 7489);

/** Some names do not answer. */
function withFaults(records: Records, faults: readonly number[]): Records {
  const names = Object.keys(records);
  return { ...records, ...Object.fromEntries(faults.map((at) => [names[at % names.length] ?? 'com', 'TIMEOUT'])) };
}

describe('the evaluation', () => {
  it('comes to the same verdict each time, in a bounded number of questions', () => {
    fc.assert(
      fc.property(
        world(all),
        rfcs,
        fc.array(fc.nat(9), { maxLength: 2 }),
        ({ records, author, identifiers }, rfc, faults) => {
          const zone = withFaults(records, faults);
          const judged = judge(zone, { author, identifiers, rfc });
          expect(judge(zone, { author, identifiers, rfc })).toEqual(judged);
          expect(new Set(judged.asked).size).toBe(judged.asked.length);
          expect(judged.asked.length).toBeLessThanOrEqual(rfc === 9989 ? 8 * (identifiers.length + 1) + 1 : 2);
          expect(judged.requested === 'none' || judged.result === 'fail').toBe(true);
          expect(judged.identifiers.some((one) => one.counts)).toBe(judged.result === 'pass');
          expect(judged.atStake !== undefined).toBe(judged.why !== undefined && /time-out|temperror/.test(judged.why));
        },
      ),
      { numRuns },
    );
  });

  it('does not depend on the order of the identifiers', () => {
    fc.assert(
      fc.property(
        world(all),
        rfcs,
        fc.array(fc.nat(9), { maxLength: 2 }),
        ({ records, author, identifiers }, rfc, faults) => {
          const zone = withFaults(records, faults);
          const judged = judge(zone, { author, identifiers, rfc });
          const turned = judge(zone, { author, identifiers: identifiers.toReversed(), rfc });
          expect([turned.result, turned.requested, turned.policy]).toEqual([
            judged.result,
            judged.requested,
            judged.policy,
          ]);
        },
      ),
      { numRuns },
    );
  });

  it('relaxed alignment is never stricter than strict', () => {
    const modes = (records: Records, mode: 'r' | 's'): Records =>
      Object.fromEntries(
        Object.entries(records).map(([name, text]) => [
          name,
          typeof text === 'string'
            ? text.replace(/; a(dkim|spf)=[rs]/g, '').replace(/^(v=DMARC1)/, `$1; adkim=${mode}; aspf=${mode}`)
            : text,
        ]),
      );
    let passed = 0;
    fc.assert(
      fc.property(world(['pass', 'no']), rfcs, ({ records, author, identifiers }, rfc) => {
        const strict = judge(modes(records, 's'), { author, identifiers, rfc }).result;
        const relaxed = judge(modes(records, 'r'), { author, identifiers, rfc }).result;
        if (strict === 'pass') expect(relaxed).toBe('pass');
        else expect([strict, 'pass']).toContain(relaxed);
        if (strict !== relaxed) passed++;
      }),
      { numRuns },
    );
    expect(passed).toBeGreaterThan(0);
  });

  it('one more identifier that passed never makes it worse, one that failed changes nothing', () => {
    fc.assert(
      fc.property(world(all), world(['pass']), rfcs, ({ records, author, identifiers }, other, rfc) => {
        const judged = judge(records, { author, identifiers, rfc });
        const more = judge(records, { author, identifiers: [...other.identifiers, ...identifiers], rfc });
        expect([judged.result, 'pass']).toContain(more.result);
        const failed = other.identifiers.map((one) => ({ ...one, use: 'no' as const }));
        expect(judge(records, { author, identifiers: [...identifiers, ...failed], rfc }).result).toBe(judged.result);
      }),
      { numRuns },
    );
  });

  it('passes only when a passed identifier shares the organizational domain', () => {
    fc.assert(
      fc.property(world(['pass']), ({ records, author, identifiers }: World) => {
        const judged = judge(records, { author, identifiers, rfc: 7489 });
        const home = (name: string): string => {
          const found = suffixed(name);
          return found.kind === 'found' ? found.value : name;
        };
        const related = identifiers.some((one) => home(one.domain) === home(author));
        if (judged.result === 'pass') expect(related).toBe(true);
        if (judged.result === 'fail' && related) expect(judged.policy?.record).toMatch(/=s/);
      }),
      { numRuns },
    );
  });
});

describe('the author', () => {
  it('is the same however the field is folded, and is never found by accident', () => {
    // A tab would be another text: in a quoted local part it is a control character.
    const fold = fc.array(fc.constantFrom('\r\n ', '\r\n  ', ' '), { maxLength: 6 });
    fc.assert(
      fc.property(anyText('a@b.example,;:<>"\\()[]= '), fold, (text, folds) => {
        const clean = text.replace(/[\r\n]/g, '');
        const words = clean.split(' ');
        const folded = words
          .map((word, i) => (i === 0 ? word : `${folds[i % Math.max(1, folds.length)] ?? ' '}${word}`))
          .join('');
        const read = (value: string) => {
          const message = parseMessage(new TextEncoder().encode(`From: ${value}\r\n\r\n`));
          return message.kind === 'parsed' ? authorOf(message.value) : undefined;
        };
        const author = read(clean);
        const again = read(folded);
        expect(again?.kind).toBe(author?.kind);
        if (author?.kind === 'one' && again?.kind === 'one') expect(again.domain).toBe(author.domain);
      }),
      { numRuns },
    );
  });
});

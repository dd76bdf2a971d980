/** File names: unique, sorted in the order of delivery whatever the clock does, safe host part; mailbox names. */
import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHostname, nameSource, wallClock } from '../../../src/adapters/maildir/names.js';
import { parseMailboxName } from '../../../src/values/mailbox-name.js';

function source(clock: () => number, instance = 0xabc) {
  return nameSource({ hostname: 'mx', pid: 42, instance, clock });
}

describe('names', () => {
  it('have the parts of the convention, microseconds padded with zeros', () => {
    expect(source(() => 1_795_341_438_000.007)()).toBe('1795341438.M000007P42Q1R00000abc.mx');
    expect(source(() => 999_999_999_999)()).toBe('0999999999.M999000P42Q1R00000abc.mx');
  });

  it('sort in the order of drawing for any clock, also one that stands still or is set back', () => {
    const reading = fc.double({ min: 1.7e12, max: 1.7e12 + 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), (readings) => {
        let at = 0;
        const next = source(() => readings[at++ % readings.length] ?? 0);
        const names = readings.map(() => next());
        expect(names.toSorted()).toEqual(names);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it('take a stated date; dates within a second stay in the order of drawing, older ones are obeyed', () => {
    const next = source(() => 1.8e12);
    const names = [5000, 5000, 4999, 1_700_000_000_000, 5000].map((ms) => next(new Date(ms)).slice(0, 18));
    expect(names).toEqual([
      '0000000005.M000000',
      '0000000005.M000001',
      '0000000005.M000002',
      '1700000000.M000000',
      '0000000005.M000000',
    ]);
    expect(next(new Date(Number.NaN))).toMatch(/^1800000000\.M000000/);
  });

  it('of two stores in one process differ', () => {
    const [one, two] = [source(() => 1e12, 1), source(() => 1e12, 2)];
    expect(one()).not.toBe(two());
  });

  it.each([
    ['mx.school.example', 'mx.school.example'],
    ['a/b:c', 'a\\057b\\072c'],
    ['a,S=1 b\\', 'a\\054S=1\\040b\\134'],
    ['x\0\n', 'x\\000\\012'],
    ['ü', '\\303\\274'],
    ['', 'localhost'],
    ['h'.repeat(300), 'h'.repeat(64)],
  ])('host %j is written %s', (hostname, escaped) => {
    expect(escapeHostname(hostname)).toBe(escaped);
  });

  it('for any host and process fit a file name and hold no separator', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 90 }), fc.maxSafeNat(), (hostname, pid) => {
        const name = `${nameSource({ hostname, pid, instance: pid, clock: () => 1.8e12 })()},S=100000000000`;
        expect(name).toMatch(/^[!-~]{30,200}$/);
        expect(name).not.toMatch(/[/:]/);
        expect(name.split(',').length).toBe(2);
      }),
    );
  });

  it("the system's clock has microseconds and agrees with Date.now()", () => {
    const clock = wallClock();
    const readings = Array.from({ length: 200 }, () => clock());
    expect(readings.some((reading) => !Number.isInteger(reading))).toBe(true);
    for (const reading of readings) expect(Math.abs(reading - Date.now())).toBeLessThan(100);
  });
});

describe('mailbox names', () => {
  it.each([
    ['s001', ['s001']],
    ['school.example/t01', ['school.example', 't01']],
    ['new', ['new']],
    ['a b', ['a b']],
    ['x..y', ['x..y']],
  ])('%j is taken', (name, segments) => {
    expect(parseMailboxName(name)).toEqual({ kind: 'parsed', value: segments });
  });

  it.each([
    ['', 0],
    ['..', 0],
    ['a/../b', 2],
    ['/a', 0],
    ['a/', 2],
    ['a//b', 2],
    ['.a', 0],
    ['a/new', 2],
    ['a/tmp/b', 2],
    ['a\0', 1],
    ['a\\b', 1],
    ['a\u0085', 1],
    ['a\ud800b', 1],
    ['é'.repeat(128), 0],
    ['a/'.repeat(600), 0],
  ])('%j is refused at %d', (name, at) => {
    expect(parseMailboxName(name)).toMatchObject({ kind: 'malformed', at });
  });

  it('never throw; a taken one is a path below the base, different for different names', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '/', '', '\0', 'new', 'a', '\\', '~', ':'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const name = pieces.join('');
        const result = parseMailboxName(name);
        if (result.kind === 'malformed') return;
        const path = join('/base', ...result.value);
        expect(path).toBe(normalize(`/base/${name}`));
        expect(path.startsWith('/base/')).toBe(true);
        expect(result.value.join('/')).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownersOf, renderOwners } from '../../src/tables/owner-list.js';

describe('owners', () => {
  it.each<[string, readonly string[]]>([
    ['alice', ['alice']],
    ['alice, Bob\tcarol,,', ['alice', 'Bob', 'carol']],
    ['', []],
    ['"jane doe"', ['jane doe']],
    ['bob,"doe, jane" alice', ['bob', 'doe, jane', 'alice']],
    ['"a \\"b\\" \\\\c"', ['a "b" \\c']],
    // As Postfix reads them.
    ['"jane doe', ['"jane', 'doe']],
    ['"jane"doe x', ['"jane"doe', 'x']],
    ['jane"x y"', ['jane"x', 'y"']],
    ['SCHOOL\\alice', ['SCHOOL\\alice']],
    ['""', []],
  ])('%s', (value, owners) => {
    expect(ownersOf(value)).toEqual(owners);
  });

  it('of any names are read back', () => {
    const name = fc.oneof(fc.string({ minLength: 1, unit: 'binary' }), fc.stringMatching(/^[a\\", \t]+$/));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(ownersOf(renderOwners(names))).toEqual(names);
      }),
    );
  });

  it('of any text are read in linear time', () => {
    for (const piece of ['"', '"\\', '"a ', '\\" ', ' "\\ ']) {
      const start = performance.now();
      ownersOf(piece.repeat(200_000));
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });
});

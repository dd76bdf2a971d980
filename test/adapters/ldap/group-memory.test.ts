import { expect, test } from 'vitest';
import { groupMemory } from '../../../src/adapters/ldap/group-memory.js';

const known = { group: undefined, within: ['x'] };

test('what is remembered is so for its time, and as many as there may be', () => {
  let now = 0;
  const memory = groupMemory(2, 1000, () => now);
  memory.set('a', known);
  now = 999;
  expect(memory.get('a')).toBe(known);
  now = 1000;
  expect(memory.get('a')).toBeUndefined();
  for (const key of ['a', 'b', 'c']) memory.set(key, known);
  expect(['a', 'b', 'c'].map((key) => memory.get(key))).toEqual([undefined, known, known]);
  memory.clear();
  expect(memory.get('c')).toBeUndefined();
});

test('no time is no memory', () => {
  const memory = groupMemory(2, 0, () => 0);
  memory.set('a', known);
  expect(memory.get('a')).toBeUndefined();
});

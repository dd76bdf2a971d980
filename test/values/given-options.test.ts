import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/values/errors.js';
import {
  aDirectory,
  aFlag,
  aFunction,
  aText,
  checkedOptions,
  givenOptions,
  oneOf,
  portWith,
  required,
  texts,
} from '../../src/values/given-options.js';

const rules = {
  port: required(portWith('a port', 'ask', 'close')),
  flag: aFlag,
  text: aText,
  list: texts,
  call: aFunction,
  word: oneOf('a', 'b'),
};
type Options = { readonly [K in keyof typeof rules]?: unknown };

const check = (options: unknown): readonly [Options, readonly string[]] => {
  const problems: Problem[] = [];
  const given = checkedOptions<Options>('x', options as Options, rules, problems);
  return [given, problems.map(({ code, construct }) => `${code} ${construct}`)];
};

const port = { ask: () => {}, close: () => {} };

describe('options', () => {
  it('that are right are handed on', () => {
    const all = { port, flag: false, text: '', list: ['x'], call: () => {}, word: 'b' };
    expect(check(all)).toEqual([all, []]);
    expect(check({ port, flag: undefined })).toEqual([{ port }, []]);
  });

  it('that are wrong are all named, and left out', () => {
    const wrong = { port: { ask: 1 }, flag: 'no', text: 1, list: 'x', call: {}, word: 'c', wrod: 'a' };
    const [given, problems] = check(wrong);
    expect(given).toEqual({});
    expect(problems).toEqual([
      'no-such-option wrod',
      ...['port', 'flag', 'text', 'list', 'call', 'word'].map((name) => `bad-option ${name}`),
    ]);
  });

  it.each([null, 'text', 7, [], undefined])('%j are none', (options) => {
    expect(check(options)[1]).toEqual(['bad-option options', 'bad-option port']);
  });

  it.each([[1], ['a', 1], 'a', null, {}])('%j is no list of texts', (list) => {
    expect(check({ port, list })[1]).toEqual(['bad-option list']);
  });

  it('a port has all its methods', () => {
    expect(aDirectory.holds({ findUser() {}, findGroup() {}, groupsOf() {} })).toBe(false);
    expect(aDirectory.holds({ findUser() {}, findGroup() {}, groupsOf() {}, membersOf() {} })).toBe(true);
    expect(aDirectory.holds(null)).toBe(false);
  });

  it('the message says what is expected', () => {
    const problems: Problem[] = [];
    givenOptions('x', { a: 1 } as object, ['b', 'c'], problems);
    checkedOptions<Options>('x', { port, word: 'c' }, rules, problems);
    expect(problems.map((one) => one.message)).toEqual(['x: there is no option "a": b, c', 'x: word is "a" or "b"']);
  });
});

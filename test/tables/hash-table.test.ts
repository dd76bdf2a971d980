import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasTable } from '../../src/tables/alias-table.js';
import { hashTable } from '../../src/tables/hash-table.js';
import { encodeLatin1 } from '../../src/values/bytes.js';
import { postfixData, problemsOf } from '../values/support.js';

const get = (text: string, key: string): string | undefined => {
  const answer = hashTable(text, { file: 'f' }).lookup(key);
  return answer.kind === 'found' ? answer.value.value : undefined;
};
const lines = (problems: readonly { code: string; source?: { line?: number } }[]) =>
  problems.map((one) => [one.code, one.source?.line]);

describe('hashTable', () => {
  it.each([
    ['key value', 'key', 'value'],
    ['key\t \tvalue with spaces  ', 'key', 'value with spaces'],
    ['Key Value', 'KEY', 'Value'],
    ['key a\n b', 'key', 'a b'],
    ['"a b" c', '"a b"', 'c'],
    ['"a\\" b"@x c', '"a\\" b"@x', 'c'],
    ['key value', 'other', undefined],
    ['key first\nKEY second', 'key', 'first'],
    ['constructor x', '__proto__', undefined],
    ['__proto__ x', '__PROTO__', 'x'],
    ['straße x', 'STRASSE', 'x'],
    ['ΣΑΣ x', 'σας', 'x'],
    ['ı x', 'i', undefined],
    ['\u00a0a x', '\u00a0a', 'x'],
  ])('%j asked for %j gives %j', (text, key, expected) => {
    expect(get(text, key)).toBe(expected);
  });

  it('names itself and the line of an entry', () => {
    const table = hashTable('# x\n\nkey value\n', { file: '/etc/m', type: 'texthash' });
    expect(table.name).toBe('texthash:/etc/m');
    expect(table.lookup('key')).toEqual({
      kind: 'found',
      value: { value: 'value', source: { file: '/etc/m', line: 3 } },
    });
  });

  it('tells every problem at once, and loads nothing', () => {
    const text = ' lead x\nkey\n"open x\nok yes\n';
    const problems = problemsOf(() => hashTable(text, { file: 'f' }));
    expect(lines(problems)).toEqual([
      ['leading-space', 1],
      ['no-value', 2],
      ['unbalanced-quotes', 3],
    ]);
  });

  it('reads octets: UTF-8, and Latin-1 with a warning', () => {
    const bytes = encodeLatin1('# caf\xe9\nk\xc3\xa9 \xc3\xbc\nlatin \xfc\n');
    const table = hashTable(bytes, { file: 'f' });
    expect(['ké', 'latin'].map((key) => table.lookup(key))).toMatchObject([
      { value: { value: 'ü' } },
      { value: { value: 'ü' } },
    ]);
    expect(lines(table.warnings)).toEqual([['not-utf8', 3]]);
  });

  it('refuses NUL, which ends a line of Postfix', () => {
    expect(lines(problemsOf(() => hashTable('a b\nc\0 d\n', { file: 'f' })))).toEqual([['nul', 2]]);
  });

  it("finds what postmap warns of in Postfix's own bad map", (ctx) => {
    const text = postfixData(ctx, 'util/dict_thash.in');
    expect(lines(problemsOf(() => hashTable(text, { file: 'f' })))).toEqual([
      ['unbalanced-quotes', 1],
      ['no-value', 3],
    ]);
    const good = text
      .split('\n')
      .map((line, i) => (i === 0 || i === 2 ? '#' : line))
      .join('\n');
    const table = hashTable(good, { file: 'f' });
    expect(lines(table.warnings)).toEqual([
      ['alias-format', 2],
      ['duplicate-key', 5],
    ]);
    const listed = ['aaa', 'xxx:'].map((key) => [key, table.lookup(key)]);
    const reference = postfixData(ctx, 'util/dict_thash.ref')
      .split('\n')
      .filter((line) => /^\S+\t/.test(line));
    expect(listed.map(([key, a]) => `${key}\t${(a as { value: { value: string } }).value.value}`)).toEqual(reference);
  });

  it("reads Postfix's own good map", (ctx) => {
    const text = postfixData(ctx, 'util/dict_thash.map');
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]);
    expect(rows.length).toBeGreaterThan(10);
    for (const [key, value] of rows) expect(get(text, key)).toBe(value);
  });

  it('loads 100,000 keys', () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `user${i}@school.example box${i}\n`).join('');
    const started = performance.now();
    const table = hashTable(text, { file: 'f' });
    const ms = performance.now() - started;
    expect(table.size).toBe(100_000);
    expect(ms).toBeLessThan(10_000); // about 250 here
  });
});

describe('aliasTable', () => {
  it.each([
    ['postmaster: root', 'postmaster', 'root'],
    ['Postmaster : a,\n  b', 'POSTMASTER', 'a,  b'],
    ['"two words": x', 'two words', 'x'],
    ['"a:b\\"c": x', 'a:b"c', 'x'],
    ['a: "|prog arg"', 'a', '"|prog arg"'],
    ['two  words: x', 'two words', 'x'],
  ])('%j asked for %j gives %j', (text, key, expected) => {
    const answer = aliasTable(text, { file: 'f' }).lookup(key);
    expect(answer.kind === 'found' && answer.value.value).toBe(expected);
  });

  it('tells every problem at once', () => {
    const problems = problemsOf(() => aliasTable(' x: y\na@b: c\nd\n: e\nf:\n"g: h\n', { file: 'f' }));
    expect(lines(problems)).toEqual([
      ['leading-space', 1],
      ['no-colon', 2],
      ['no-colon', 3],
      ['no-name', 4],
      ['no-value', 5],
      ['no-colon', 6],
    ]);
  });
});

describe('any text', () => {
  it('loads, or is refused with a configuration error that names lines of it', () => {
    const text = fc
      .array(fc.constantFrom('k', 'K ', 'v', ' ', '\t', '\n', '\r\n', '#', '"', '\\', ':', ','))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => {
        const count = input.split('\n').length;
        for (const read of [hashTable, aliasTable]) {
          for (const one of problemsOf(() => read(input, { file: 'f' }))) {
            expect(one.source?.line).toBeGreaterThanOrEqual(1);
            expect(one.source?.line).toBeLessThanOrEqual(count);
          }
        }
      }),
    );
  });

  it('gives back what was written', () => {
    const word = fc.stringMatching(/^[a-z0-9@.+-]{1,12}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(word, word), { selector: ([key]) => key }), (rows) => {
        const table = hashTable(rows.map(([key, entry]) => `${key} ${entry}\n`).join(''), { file: 'f' });
        expect(table.size).toBe(rows.length);
        for (const [key, entry] of rows) expect(table.lookup(key)).toMatchObject({ value: { value: entry } });
      }),
    );
  });
});

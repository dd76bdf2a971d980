import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../src/core/table.js';
import { openTable, openTableList, splitTableName, type TableFiles } from '../../src/tables/open-table.js';
import { reloadableTable } from '../../src/tables/reloadable.js';
import { staticTable } from '../../src/tables/simple-tables.js';
import { encodeUtf8 } from '../../src/values/bytes.js';
import type { Problem } from '../../src/values/errors.js';
import { expectLinear, postfixData, problemsOf } from '../values/support.js';

const filesOf = (texts: Readonly<Record<string, string>>): TableFiles => ({
  read: (path) =>
    Object.hasOwn(texts, path)
      ? { kind: 'read', file: path, bytes: encodeUtf8(texts[path] ?? '') }
      : { kind: 'unreadable', file: path, why: 'no such file' },
});
const files = filesOf({
  map: 'Foo one\nbar two # not a comment\n',
  rules: '/^(f.)o$/ got $1\n',
  nets: '192.0.2.0/24 net\n',
  aliases: 'root: s001, s002\n"two words": |x\n',
  bad: 'key\n"open x\n',
});
const get = async (table: Table, key: string): Promise<string> => {
  const answer = await table.lookup(key);
  return answer.kind === 'found' ? answer.value.value : answer.kind;
};
const codes = (problems: readonly Problem[]): readonly string[] => problems.map((one) => one.code);

describe('openTable', () => {
  it.each([
    ['hash:map', 'FOO', 'one'],
    ['btree:map', 'foo', 'one'],
    ['lmdb:map', 'bar', 'two # not a comment'],
    ['cdb:map', 'baz', 'not-found'],
    ['dbm:map', 'foo', 'one'],
    ['sdbm:map', 'foo', 'one'],
    ['texthash:map', 'foo', 'one'],
    ['proxy:hash:map', 'foo', 'one'],
    ['map', 'foo', 'one'],
    ['pcre:rules', 'Foo', 'got Fo'],
    ['regexp:rules', 'bar', 'not-found'],
    ['cidr:nets', '192.0.2.7', 'net'],
    ['static:any thing', 'x', 'any thing'],
    ['static:{ any, thing }', 'x', 'any, thing'],
    ['inline:{ a=b, { c = d, e } }', 'C', 'd, e'],
    ['pcre:{ {if /f/} {/(o+)$/ <$1>} {endif} {/./ no} }', 'foo', '<oo>'],
    ['cidr:{ {192.0.2.1 one}, {192.0.2.0/24 net} }', '192.0.2.2', 'net'],
    ['unionmap:{hash:map, static:x}', 'foo', 'one,x'],
    ['pipemap:{inline:{a=foo}, hash:map}', 'a', 'one'],
    ['pipemap:{inline:{a=foo}, hash:map}', 'b', 'not-found'],
    ['fail:down', 'x', 'cannot-tell'],
    ['randmap:{a, b, c}', 'x', 'b'],
    ['unix:passwd.byname', 'x', 'account'],
  ])('%s asked for %j gives %j', async (name, key, expected) => {
    const unix = (map: string) => (map === 'passwd.byname' ? staticTable('account') : undefined);
    expect(await get(openTable(name, { files, random: () => 0.5, unix }), key)).toBe(expected);
  });

  it.each([
    ['nosuch:x', 'unknown-map-type'],
    ['HASH:map', 'unknown-map-type'],
    ['mysql:/x', 'unknown-map-type'],
    ['ldap:/x', 'no-ldap'],
    ['unix:passwd.byname', 'no-accounts'],
    ['hash:', 'bad-map-name'],
    ['hash:absent', 'missing-map'],
    ['pcre:absent', 'missing-map'],
    ['static:{a', 'bad-inline'],
    ['inline:{}', 'bad-inline'],
    ['inline:{ a = b }', 'bad-inline'],
    ['inline:{=b}', 'bad-inline'],
    ['unionmap:x', 'bad-inline'],
    ['pcre:{x}', 'bad-inline'],
    ['randmap:{a}', 'no-random'],
    [`${'unionmap:{'.repeat(30)}static:x${'}'.repeat(30)}`, 'nested-maps'],
  ])('refuses %s: %s', (name, code) => {
    expect(codes(problemsOf(() => openTable(name, { files })))).toContain(code);
  });

  it('tells the problems of all members at once, each where it is', () => {
    const source = { file: 'main.cf', line: 7 };
    const problems = problemsOf(() => openTable('unionmap:{hash:bad, hash:absent, mysql:x}', { files, source }));
    expect(problems.map((one) => [one.code, one.source?.file, one.source?.line])).toEqual([
      ['no-value', 'bad', 1],
      ['unbalanced-quotes', 'bad', 2],
      ['missing-map', 'main.cf', 7],
      ['unknown-map-type', 'main.cf', 7],
    ]);
  });

  it('names the place of inline rules', () => {
    const source = { file: 'main.cf', line: 7 };
    const [problem] = problemsOf(() => openTable('pcre:{ {/a/ x} {/(/ y} }', { files, source }));
    expect(problem?.source).toEqual({ file: 'pcre:{...} of main.cf:7', line: 2 });
  });

  it('reads aliases where it is told so, and warns where it is not', async () => {
    const warnings: Problem[] = [];
    const onWarning = (one: Problem) => warnings.push(one);
    const named = openTable('hash:aliases', { files, aliases: (name) => name === 'hash:aliases', onWarning });
    expect(await get(named, 'Two Words')).toBe('|x');
    expect(warnings).toEqual([]);
    const other = openTable('inline:{a=1 a=2 b=}', { files, onWarning });
    expect(await get(other, 'a')).toBe('2');
    expect(codes(warnings)).toEqual(['duplicate-key', 'empty-value']);
  });

  it('asks the tables of a list in order', async () => {
    const table = openTableList('inline:{x=1}, hash:map\nstatic:last', { files });
    expect(await Promise.all(['x', 'foo', 'y'].map((key) => get(table, key)))).toEqual(['1', 'one', 'last']);
    expect(codes(problemsOf(() => openTableList('hash:absent nosuch:x', { files })))).toEqual([
      'missing-map',
      'unknown-map-type',
    ]);
    expect(codes(problemsOf(() => openTableList(' , ', { files })))).toEqual(['bad-map-name']);
  });

  it('splits names', () => {
    expect(splitTableName('proxy:pcre:/a:b')).toEqual({ type: 'pcre', rest: '/a:b', plain: 'pcre:/a:b' });
    expect(splitTableName('/etc/x:y', 'lmdb')).toMatchObject({ type: 'lmdb', rest: '/etc/x:y' });
  });

  it('loads any name, or refuses it with a configuration error', () => {
    const piece = fc.constantFrom(
      ...'inline: static: unionmap: pipemap: randmap: pcre: cidr: hash: map { } , = a " \\ ! /a/ 1.2.3.4'.split(' '),
      ' ',
    );
    const name = fc.array(piece, { maxLength: 30 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary' })), fc.string(), (text, key) => {
        const problems = problemsOf(() => openTable(text, { files, random: () => 0 }).lookup(key));
        for (const one of problems) expect(one.message).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});

describe("Postfix's own cases", () => {
  it.for([
    ['dict_inline', ['inline:{ foo=XX, { bAr = lotsa stuff }}', 'inline:{ foo=XX, { bAr = lotsa stuff }}']],
    ['dict_inline_cidr', ['cidr:{ {1.2.3.4 got 1.2.3.4} }']],
    ['dict_inline_pcre', ['pcre:{ {/foo/ got foo} }']],
    ['dict_inline_regexp', ['regexp:{ {/foo/ got foo} }']],
    ['dict_static', ['static:fooxx', 'static:{ foo xx }']],
    ['dict_random', ['randmap:{ 123 123 }']],
  ] as const)('%s', async ([name, tables], ctx) => {
    const reference = [...postfixData(ctx, `util/${name}.ref`).matchAll(/^(?!owner)([a-z0-9.]+)(=.*|: not found)$/gm)];
    const keys = reference.slice(0, reference.length / tables.length).map((one) => one[1] ?? '');
    const ours: string[] = [];
    for (const table of tables.map((one) => openTable(one, { files, random: () => 0 }))) {
      for (const key of keys) {
        const answer = await get(table, key);
        ours.push(answer === 'not-found' ? `${key}: not found` : `${key}=${answer}`);
      }
    }
    expect(keys.length).toBeGreaterThan(1);
    expect(ours).toEqual(reference.map((one) => one[0]));
  });

  it('what the reference refuses is refused', (ctx) => {
    const texts = ['dict_inline', 'dict_static', 'dict_random'].map((name) => postfixData(ctx, `util/${name}.ref`));
    const refused = texts.flatMap((text) =>
      [...text.matchAll(/"((?:inline|randmap):[^"]*)"; need/g)].map((one) => one[1]),
    );
    const names = new Set([...refused, 'static:{ foo xx ', 'static:{ foo xx }x']);
    expect(names.size).toBeGreaterThan(7);
    for (const name of names) {
      expect(codes(problemsOf(() => openTable(name ?? '', { files, random: () => 0 }))).length, name).toBeGreaterThan(
        0,
      );
    }
  });
});

describe('hostile text', () => {
  it.each<[string, (size: number) => string, (text: string) => unknown]>([
    [
      'open quotes',
      (n) => '"a '.repeat(n),
      (text) => problemsOf(() => openTable('hash:t', { files: filesOf({ t: text }) })),
    ],
    ['one long line', (n) => `k${' v\n'.repeat(n)}`, (text) => openTable('hash:t', { files: filesOf({ t: text }) })],
    ['duplicates', (n) => 'k v\n'.repeat(n), (text) => openTable('hash:t', { files: filesOf({ t: text }) })],
    [
      'aliases',
      (n) => `${'"a" '.repeat(n)}:`,
      (text) => problemsOf(() => openTable('hash:t', { files: filesOf({ t: text }), aliases: () => true })),
    ],
    ['negations', (n) => `${'! '.repeat(n)}1.2.3.4 x`, (text) => openTable('cidr:t', { files: filesOf({ t: text }) })],
    ['braces', (n) => `inline:{${'{a='.repeat(n)}`, (text) => problemsOf(() => openTable(text, { files }))],
    ['elements', (n) => `inline:{${'{a=b}, '.repeat(n)}}`, (text) => openTable(text, { files })],
    [
      'members',
      (n) => `${'unionmap:{'.repeat(15)}${'static:x '.repeat(n)}${'}'.repeat(15)}`,
      (text) => openTable(text, { files }),
    ],
  ])('%s', (_, make, run) => {
    expectLinear(5_000, make, run);
  });
});

describe('reloadableTable', () => {
  it('reads anew, and keeps the last good table', async () => {
    let text = 'a one\n';
    const table = reloadableTable(() => openTable('hash:t', { files: filesOf({ t: text }) }));
    text = 'a two\n';
    expect(await get(table, 'a')).toBe('one');
    expect(table.reload()).toEqual([]);
    expect(await get(table, 'a')).toBe('two');
    text = 'a three\nb\n';
    expect(codes(table.reload())).toEqual(['no-value']);
    expect(await get(table, 'a')).toBe('two');
  });

  it('has nothing to keep the first time', () => {
    expect(codes(problemsOf(() => reloadableTable(() => openTable('hash:absent', { files }))))).toEqual([
      'missing-map',
    ]);
  });

  it('says that it holds patterns', () => {
    expect(reloadableTable(() => openTable('pcre:rules', { files })).patterns).toBe(true);
    expect('patterns' in reloadableTable(() => openTable('hash:map', { files }))).toBe(false);
  });
});

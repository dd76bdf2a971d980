/** Lines of passwd(5) and group(5): what the C library takes is taken, what it skips is skipped and told of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGroup, readPasswd, textOf } from '../../../src/adapters/posix/lines.js';
import { atOnce } from '../../../src/adapters/posix/steps.js';
import type { Problem } from '../../../src/values/errors.js';

function passwd(text: string) {
  const problems: Problem[] = [];
  const entries = atOnce(readPasswd(text, 'passwd', (problem) => problems.push(problem)));
  return { entries, skipped: problems.map(({ source, construct }) => `${source?.line} ${construct}`) };
}

function group(text: string) {
  const problems: Problem[] = [];
  const entries = atOnce(readGroup(text, 'group', (problem) => problems.push(problem)));
  return { entries, skipped: problems.map(({ source, construct }) => `${source?.line} ${construct}`) };
}

describe('readPasswd', () => {
  it.each([
    [
      'root:x:0:0:root:/root:/bin/bash',
      { name: 'root', uid: 0, gid: 0, gecos: 'root', home: '/root', shell: '/bin/bash' },
    ],
    ['  blanks:x:1:2:g:/h:/s', { name: 'blanks', uid: 1, gid: 2 }],
    ['noshell:x:12:13:g:/h', { name: 'noshell', home: '/h', shell: '' }],
    ['short:x:12:13', { name: 'short', gecos: '', home: '' }],
    ['plus:x:+30: 31::/h:/s', { uid: 30, gid: 31 }],
    [
      'SCHOOL\\j.müller:*:10001:10000:Müller, Jürgen:/home/SCHOOL/jm:/bin/false',
      { name: 'SCHOOL\\j.müller', gecos: 'Müller, Jürgen' },
    ],
    ['Max Muster:x:5:5:::', { name: 'Max Muster' }],
    ['high:x:4294967294:1:::', { uid: 4294967294 }],
  ])('takes %s', (line, entry) => {
    expect(passwd(line)).toMatchObject({ entries: [entry], skipped: [] });
  });

  it.each([
    'nogid:x:15',
    'bare',
    'word:x:abc:1::/:/',
    'more:x:1x:1::/:/',
    'minus:x:-1:1::/:/',
    'none:x:4294967295:1::/:/',
    'large:x:4294967296:1::/:/',
    'nothing:x::1::/:/',
    ':x:20:20::/:/',
    '+nis::::::',
    '-foo:x:21:21::/:/',
    'extra:x:22:22:g:/h:/s:more',
    'cr:x:23:23:g:/h:/s\r',
    'n\0l:x:23:23:g:/h:/s',
  ])('skips %j and says where it stands', (line) => {
    const { entries, skipped } = passwd(`# ours\n\n${line}\nlast:x:1:1:::`);
    expect([entries.map(({ name }) => name), skipped.length, skipped[0]?.startsWith('3 ')]).toEqual([
      ['last'],
      1,
      true,
    ]);
  });

  it('tells of no password', () => {
    const problems: Problem[] = [];
    atOnce(readPasswd('old:$1$secret$hash:word:1:::\nsecret2', 'passwd', (problem) => problems.push(problem)));
    expect(JSON.stringify(problems)).not.toContain('$1$');
  });

  it('ends to tell of lines when there are too many', () => {
    expect(passwd('bad\n'.repeat(1000)).skipped).toHaveLength(20);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', '1', '\n', ',', '#', '+', ' ', '\r', 'ü') }), (text) => {
        for (const { name, uid } of passwd(text).entries) expect([name === '', uid >= 0]).toEqual([false, true]);
        for (const { name, members } of group(text).entries)
          expect([name === '', members.includes('')]).toEqual([false, false]);
      }),
    );
  });
});

describe('readGroup', () => {
  it.each([
    ['root:x:0:', { name: 'root', gid: 0, members: [] }],
    ['short:x:11', { members: [] }],
    ['some: :10: a,b,,c,a', { name: 'some', gid: 10, members: ['a', 'b', 'c'] }],
    [
      'domain users:x:10000:SCHOOL\\alice,Max Muster',
      { name: 'domain users', members: ['SCHOOL\\alice', 'Max Muster'] },
    ],
  ])('takes %s', (line, entry) => {
    expect(group(line)).toMatchObject({ entries: [entry], skipped: [] });
  });

  it('skips what is no group', () => {
    expect(group('nogid:x\nword:x:zz:a\nextra:x:42:a:b\n# no\nok:x:1:').skipped).toEqual([
      '1 "nogid"',
      '2 "word"',
      '3 "extra"',
    ]);
  });
});

describe('textOf', () => {
  it('reads a name of old as Latin-1 and its neighbours as UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('jürgen:x\n'),
      Buffer.from('g\u00fcnter:x\n', 'latin1'),
      Buffer.from('ä'),
    ]);
    expect(textOf(bytes)).toBe('jürgen:x\ngünter:x\nä');
    expect(textOf(Buffer.from([0xff, 10, 10, 0xc3, 0xbc]))).toBe('ÿ\n\nü');
    expect(textOf(new Uint8Array(0))).toBe('');
  });
});

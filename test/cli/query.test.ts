import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Exit, Io } from '../../src/cli/io.js';
import { query } from '../../src/cli/query.js';

let folder = '';
const put = (name: string, text: string) => writeFile(join(folder, name), text);

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function ask(args: readonly string[], stdin: Iterable<string | Uint8Array> = []): Promise<Ran> {
  let out = '';
  let err = '';
  async function* input(): AsyncGenerator<Uint8Array> {
    for (const piece of stdin) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
  }
  const io: Io = {
    stdout: {
      write: (text) => {
        out += text;
      },
    },
    stderr: {
      write: (text) => {
        err += text;
      },
    },
    stdin: input(),
    env: {},
    cwd: folder,
  };
  const ended: number | Exit = await query(args, io);
  if (typeof ended === 'number') return { status: ended, out, err };
  return { status: ended.status, out: out + (ended.data ?? ''), err: `${err}${ended.text}\n` };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'query-'));
  await put('users', 'Alice alice/\nbob bob/ with text\n');
  await put('aliases', 'root: alice\n');
  await put('bad', 'alone\n"open x\n');
  await put('twice', 'a 1\na 2\n');
  await mkdir(join(folder, 'copy'));
  await put('copy/users', 'carol carol/\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('postern query', () => {
  it.each<[readonly string[], number, string]>([
    [['hash:users', 'ALICE'], 0, 'alice/\n'],
    [['users', 'bob'], 0, 'bob/ with text\n'],
    [['hash:users', 'nobody'], 1, ''],
    [['hash:users', 'inline:{nobody=x}', 'nobody'], 0, 'x\n'],
    [['pcre:{{/(.)$/ <$1>}}', 'abc'], 0, '<c>\n'],
    [['static:any thing', 'k'], 0, 'any thing\n'],
    [['-c', 'copy', 'hash:users', 'carol'], 0, 'carol/\n'],
    [['--postfix', 'copy', 'hash:/etc/postfix/users', 'carol'], 0, 'carol/\n'],
    [['--aliases', 'hash:aliases', 'Root'], 0, 'alice\n'],
    [['-f', 'hash:users', 'alice'], 1, ''],
    [['-f', 'hash:users', 'Alice'], 0, 'alice/\n'],
    [['static:x', ''], 0, 'x\n'],
    [['hash:users', '--', '-b'], 1, ''],
  ])('%j: %d', async (args, status, out) => {
    expect(await ask(args)).toEqual({ status, out, err: '' });
  });

  it('answers each line of standard input, however it is cut', async () => {
    const keys = 'alice\nnobody\n\n bob\nbob\nBOB\n';
    const expected = { status: 0, out: 'alice\talice/\nbob\tbob/ with text\nBOB\tbob/ with text\n', err: '' };
    expect(await ask(['hash:users', '-'], [keys])).toEqual(expected);
    expect(await ask(['hash:users', '-'], keys)).toEqual(expected);
    expect(await ask(['hash:users', '-'], [keys.slice(0, -1)])).toEqual(expected);
    expect(await ask(['hash:users', '-'], ['nobody\n'])).toEqual({ status: 1, out: '', err: '' });
    expect(await ask(['hash:users', '-'])).toEqual({ status: 1, out: '', err: '' });
  });

  it('has no answer for a line that is not UTF-8', async () => {
    const bytes = Uint8Array.of(0xff, 0x0a, 0xc3, 0xbc, 0x0a, 0x61);
    expect(await ask(['static:x', '-'], [bytes])).toEqual({ status: 0, out: 'ü\tx\na\tx\n', err: '' });
  });

  it('reads many keys in pieces', async () => {
    const piece = Array.from({ length: 1000 }, (_, i) => `user${i}\n`).join('');
    const { out } = await ask(
      ['static:x', '-'],
      Array.from({ length: 100 }, () => piece),
    );
    expect(out.split('\n')).toHaveLength(100_001);
  });

  it.each<[readonly string[], number, RegExp]>([
    [['hash:bad', 'x'], 78, /^.*bad:1: expected "key white space value": alone\n.*bad:2: a double quote.*\n$/],
    [['hash:absent', 'x'], 78, /^hash:absent: the file .*absent cannot be read \(ENOENT.*\)\n$/],
    [['nosuch:absent', 'x'], 78, /^nosuch:absent: no such type of table; expected hash, /],
    [['hash:copy', 'x'], 78, /not a file/],
    [['fail:x', 'k'], 75, /^fail: could not tell of "k": /],
    [['hash:users'], 64, /TYPE:FILE and a key/],
    [['-b', 'hash:users', 'x'], 64, /the key is "-"/],
    [['-m', 'hash:users', '-'], 64, /-m goes with -h or -b/],
    [['-q', 'hash:users', 'x'], 64, /Unknown option '-q'/],
  ])('%j: %d', async (args, status, err) => {
    const ran = await ask(args);
    expect(ran.status).toBe(status);
    expect(ran.out).toBe('');
    expect(ran.err).toMatch(err);
  });

  it('says what was found before a table could not tell', async () => {
    const ran = await ask(['inline:{a=1}', 'fail:x', '-'], ['a\nb\na\n']);
    expect(ran).toMatchObject({ status: 75, out: 'a\t1\n' });
  });

  it('warns as postmap does', async () => {
    const ran = await ask(['hash:twice', 'a']);
    expect(ran).toMatchObject({ status: 0, out: '1\n' });
    expect(ran.err).toMatch(/^warning: .*twice:2: duplicate key, the first counts: a\n$/);
  });

  it('asks with the header fields and body lines of a message', async () => {
    const message = 'Subject: a\n spam\nFrom: b\n\nspam é\nham\n';
    const table = 'pcre:{ {/spam/ hit} }';
    expect(await ask(['-h', table, '-'], [message])).toEqual({ status: 0, out: 'Subject: a\n spam\thit\n', err: '' });
    expect(await ask(['-bm', table, '-'], [message])).toEqual({ status: 0, out: 'spam é\thit\n', err: '' });
    expect((await ask(['-b', 'pcre:{ {/eggs/ hit} }', '-'], [message])).status).toBe(1);
    expect((await ask(['-h', 'fail:x', '-'], [message])).status).toBe(75);
  });

  it('helps', async () => {
    const { status, out } = await ask(['--help']);
    expect(status).toBe(0);
    expect(out).toContain('Exit status');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});

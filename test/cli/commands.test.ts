import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { publishTestPolicy, run } from './support.js';

const config = fileURLToPath(new URL('fixtures/policy.mjs', import.meta.url));
const school = fileURLToPath(new URL('../postfix/fixtures/school', import.meta.url));
let folder = '';
const put = (name: string, text: string) => writeFile(join(folder, name), text);
const postern = (...argv: string[]) => run(argv, { cwd: folder });

beforeAll(async () => {
  publishTestPolicy();
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  await put('ham.eml', 'Return-Path: <a@client.example>\nX-Original-To: s001@school.example\nSubject: ham\n\n');
  await put('spam.eml', 'Return-Path: <>\nDelivered-To: s001@school.example\nSubject: spam\n\n');
  await put('bare.eml', 'Subject: ham\n\n');
  const one = 'From a@client.example Thu Jan  1\nDelivered-To: s001@school.example\nSubject: ';
  await put('box', `${one}ham\n\n>From x\n\n${one}spam\n\n`);
  await mkdir(join(folder, 'maildir/new'), { recursive: true });
  await put('maildir/new/1', 'Return-Path: <>\nDelivered-To: nobody@school.example\n\n');
  await put('throws.mjs', 'throw new Error("no file \\x1b[31m")');
  await put('broken.mjs', 'export default {\n  a: \n};\n');
  await put('other.mjs', 'export default { kind: "stage" };\n');
  await put('nothing.mjs', 'export const x = 1;\n');
  await put('named.mjs', 'export const policy = await globalThis.posternTestPolicy();\n');
  await put(
    'wrong.mjs',
    'throw Object.assign(new Error("x"), { kind: "configuration-error", code: "policy", problems: [{ code: "a", message: "first", source: { file: "f", line: 2 }, construct: "c" }, { code: "b", message: "second" }] });\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('postern', () => {
  it('says what it is', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await postern('--version')).toEqual({ status: 0, out: `${version}\n`, err: '' });
    for (const args of [
      ['--help'],
      ['explain', '--help'],
      ['batch', '-h'],
      ['check', '--help'],
      ['describe', '--help'],
    ]) {
      const { status, out } = await postern(...args);
      expect(status).toBe(0);
      expect(out).toContain('Exit status');
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    }
  });

  it('refuses other words with 64', async () => {
    expect((await postern()).status).toBe(64);
    expect(await postern('frob\x1b')).toMatchObject({
      status: 64,
      err: 'no such command: frob\\x1b\nTry: postern --help\n',
    });
    expect(await postern('check', '--config', config, '--config=x', '--json')).toEqual({
      status: 64,
      out: '',
      err: '--config is given more than once\nTry: postern --help\n',
    });
    expect((await postern('query', '-c', '.', '--postfix', '.', 'hash:x', 'key')).err).toContain('query: --postfix is');
    for (const command of ['check', 'describe'])
      expect((await postern(command, 'x', '--config', config)).status).toBe(64);
  });
});

describe('a configuration', () => {
  it.each([
    ['throws.mjs', /throws\.mjs: cannot be loaded: no file \\x1b\[31m\n$/],
    ['broken.mjs', /broken\.mjs(?::\d+)?: cannot be loaded: /],
    ['other.mjs', /other\.mjs: expected a policy, or a function that returns one.*not a "stage"\n$/],
    ['nothing.mjs', /not nothing\n$/],
    ['wrong.mjs', /^f:2: first: c\nsecond\n$/],
  ])('%s is wrong: 78', async (file, expected) => {
    const { status, out, err } = await postern('check', '--config', file);
    expect({ status, out }).toEqual({ status: 78, out: '' });
    expect(err).toMatch(expected);
  });

  it.each([
    ['check'],
    ['describe'],
    ['explain', 'ham.eml', '--client-ip', '192.0.2.1', '--mail-from', '', '--rcpt-to', 'a@b.example'],
    ['batch', 'ham.eml'],
  ])('is told as data too with --json: %s', async (...command) => {
    const { status, out, err } = await postern(...command, '--config', 'wrong.mjs', '--json');
    expect(status).toBe(78);
    expect(err).toBe('f:2: first: c\nsecond\n');
    expect(JSON.parse(out)).toEqual({
      ok: false,
      problems: [
        { code: 'a', message: 'first', source: { file: 'f', line: 2 }, construct: 'c' },
        { code: 'b', message: 'second' },
      ],
    });
    const other = await postern(...command, '--config', 'nothing.mjs', '--json');
    expect(JSON.parse(other.out)).toMatchObject({ ok: false, problems: [{ code: 'no-policy' }] });
  });

  it('is right', async () => {
    for (const file of [config, 'named.mjs'])
      expect(await postern('check', '--config', file)).toEqual({ status: 0, out: 'ok\n', err: '' });
  });

  it('of Postfix is right, and each parameter is told', async () => {
    const { status, out, err } = await postern('check', '--postfix', school);
    expect(status).toBe(0);
    expect(err).toMatch(/main\.cf:7: mydestination: .*pcre:FILE .*school\\\.example\$\/ x.*: \*\.school\.example\n$/);
    expect(out).toMatch(/main\.cf:3: myhostname: honoured\n/);
    expect(out).not.toContain('NOT honoured');
    expect(out).toMatch(/main\.cf:\d+: content_filter: honoured: every message to smtp:localhost:20024\n/);
    expect(out).toMatch(/master\.cf:\d+: content_filter \(-o of localhost:20025\/inet\): honoured: to no filter\n/);
    expect(out).toMatch(/main\.cf:\d+: tls_random_source: irrelevant here/);
    expect(out).toMatch(/ok\n$/);
    expect(JSON.parse((await postern('check', '--postfix', school, '--json')).out).ok).toBe(true);
  });

  it('of Postfix is not safe where a guard is not honoured: 1, unless it is allowed', async () => {
    await mkdir(join(folder, 'milter'), { recursive: true });
    const lines = [
      'myhostname = a.example',
      'compatibility_level = 3.6',
      'smtpd_milters = inet:127.0.0.1:1',
      'typo = 1',
      'local_recipient_maps = inline:{ s001=x }',
    ];
    await put('milter/main.cf', `${lines.join('\n')}\nbiff = no\nmailbox_size_limit = 5\n`);
    const { status, out } = await postern('check', '--postfix', 'milter');
    expect(status).toBe(1);
    expect(out).toMatch(/main\.cf:3: smtpd_milters: NOT honoured: no milter is asked/);
    expect(out).toMatch(/main\.cf:4: typo: unknown: /);
    expect(out).toMatch(/main\.cf:7: mailbox_size_limit: NOT honoured: /);
    expect(out).toMatch(/not safe: 1 that guards security NOT honoured; if that is meant: --allow smtpd_milters\n$/);
    const json = await postern('check', '--postfix', 'milter', '--json');
    expect({ status: json.status, ...JSON.parse(json.out) }).toMatchObject({
      status: 1,
      ok: false,
      unsafe: ['smtpd_milters'],
    });
    const allowed = await postern('check', '--postfix', 'milter', '--allow', 'smtpd_milters');
    expect(allowed.status).toBe(0);
    expect(allowed.out).toMatch(/smtpd_milters: NOT honoured.*\n(?:.*\n)*ok\n$/);
  });

  it('of Postfix is wrong: every problem with file and line', async () => {
    await mkdir(join(folder, 'wrong-postfix'), { recursive: true });
    await put(
      'wrong-postfix/main.cf',
      'myhostname = a.example\nrelay_domains = ${a\ntransport_maps = hash:none\ncompatibility_level = 3.6\n',
    );
    const { status, err } = await postern('check', '--postfix', 'wrong-postfix');
    expect(status).toBe(78);
    expect(err).toMatch(/wrong-postfix\/main\.cf:2: "\{" has no partner.*: \$\{a\n/);
    expect(err).toMatch(/wrong-postfix\/main\.cf:3: .*: hash:none\n/);
  });
});

describe('postern describe', () => {
  it('lists stages and failures', async () => {
    const { status, out } = await postern('describe', '--config', config);
    expect(status).toBe(0);
    expect(out).toContain('helo\n  helloAgain: may accept\n');
    expect(out).toContain('  asks: asks table (else defer)\n');
    expect(out).toContain('  extras (sequence)\n    perMessage (when)\n');
    expect(out).toMatch(/rcpt {5}asks +table +defer +defer/);
    expect(out).toMatch(/message {2}extras > crashes +- +- +continue/);
  });

  it('prints JSON', async () => {
    const data = JSON.parse((await postern('describe', '--config', config, '--json')).out);
    expect(data.phases.map((one: { phase: string }) => one.phase)).toEqual(['helo', 'rcpt', 'message']);
    expect(data.failures[0]).toMatchObject({ stage: 'asks', port: 'table' });
  });
});

describe('postern batch', () => {
  it('prints one line a message', async () => {
    const { status, out, err } = await postern('batch', 'ham.eml', 'spam.eml', 'box', 'maildir', '--config', config);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(`${folder}/`, '').split('\t'));
    expect(lines).toEqual([
      ['ham.eml', 'continue', '', ''],
      ['spam.eml', 'reject', 'noSpam rules:7', '550 5.7.1 No spam'],
      ['box:0', 'continue', '', ''],
      [
        `box:${'From a@client.example Thu Jan  1\nDelivered-To: s001@school.example\nSubject: ham\n\n>From x\n\n'.length}`,
        'reject',
        'noSpam rules:7',
        '550 5.7.1 No spam',
      ],
      ['maildir/new/1', 'reject', 'asks', '550 5.1.1 No such user'],
    ]);
    expect({ status, err }).toEqual({ status: 0, err: '2 continue, 3 reject\n' });
  });

  it('reads a folder of .eml files; a message without envelope fails by name', async () => {
    const { status, out, err } = await postern('batch', '.', '--config', config);
    expect(status).toBe(65);
    expect(out).toContain('bare.eml\tfailed\tno-sender\t');
    expect(err).toBe('1 continue, 1 failed: no-sender, 1 reject\n');
  });

  it('takes an envelope from options', async () => {
    const given = ['--mail-from', '<>', '--rcpt-to', 's001@school.example', '--client-ip', '192.0.2.1'];
    expect(await postern('batch', 'bare.eml', ...given, '--config', config)).toMatchObject({
      status: 0,
      err: '1 continue\n',
    });
  });

  it('prints JSON lines', async () => {
    const { out } = await postern('batch', 'spam.eml', 'bare.eml', '--config', config, '--json', '--concurrency', '2');
    const [spam, bare] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(spam).toMatchObject({ kind: 'evaluated', item: { index: 1 }, facts: { bareLf: 4 } });
    expect(spam.outcome.recipients[0].decidedBy.stage).toBe('noSpam');
    expect(bare).toMatchObject({ kind: 'failed', reason: 'no-sender', item: { index: 2 } });
  });

  it.each([
    [['none.eml', '--config', config], 66],
    [['--config', config], 64],
    [['ham.eml', '--config', config, '--concurrency', '0'], 64],
    [['ham.eml', '--config', 'none.mjs'], 78],
  ])('%j: %i', async (args, status) => {
    expect((await postern('batch', ...args)).status).toBe(status);
  });

  it('ends with 130 when interrupted', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'));
    expect(await run(['batch', 'ham.eml', '--config', config], { cwd: folder, signal })).toMatchObject({ status: 130 });
  });
});

describe('a bug', () => {
  it('is reported with 70', async () => {
    const failing = () => {
      throw new Error('broken pipe');
    };
    let err = '';
    const io = {
      stdout: { write: failing },
      stderr: {
        write: (text: string) => {
          err += text;
        },
      },
      stdin: (async function* () {})(),
      env: {},
      cwd: folder,
    };
    expect(await main(['--version'], io)).toBe(70);
    expect(err).toContain('this is a bug of postern');
  });
});

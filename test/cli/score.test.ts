/** `postern score`: what it prints and how it ends. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { when } from '../../src/core/combine.js';
import { definePolicy } from '../../src/core/policy.js';
import { readSpamRules, spamRules } from '../../src/stages/spam/index.js';
import { run } from './support.js';

let folder = '';
const put = (name: string, text: string) => writeFile(join(folder, name), text);
const score = (...args: string[]) => run(['score', '--rules', 'rules', '--site', 'site', ...args], { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-'));
  for (const name of ['rules', 'site', 'wrong', 'bare']) await mkdir(join(folder, name));
  await put('site/init.pre', 'loadplugin Mail::SpamAssassin::Plugin::BodyEval\n');
  await put(
    'rules/a.cf',
    'body BUY /buy now/i\nscore BUY 5.5\ndescribe BUY It sells\nbody __NOW /now/\nbody ODD eval:not_here()\nscore ODD 2\nmeta BOTH ODD && BUY\nifplugin Mail::SpamAssassin::Plugin::DKIM\nfull D eval:check_dkim_valid()\nendif\n',
  );
  await put('wrong/a.cf', 'body A x\n');
  await put('spam.eml', 'Subject: hi\n\nBuy now!\n');
  await put('ham.eml', 'Subject: hi \n\nHello\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('postern score', () => {
  it('prints points and rules', async () => {
    expect(await score('spam.eml', 'ham.eml')).toEqual({
      status: 0,
      out: 'spam.eml: 5.5 of 5, spam\n      5.5  BUY  It sells\nham.eml: 0 of 5, not spam\n',
      err: '1 rule cannot be run here, the largest worth 2: postern score --skipped\n',
    });
    expect((await score('--all', 'spam.eml')).out).toContain('        -  __NOW\n');
  });

  it('prints data', async () => {
    const { out } = await score('--json', '--all', 'spam.eml', 'ham.eml');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        file: 'spam.eml',
        score: 5.5,
        required: 5,
        spam: true,
        hits: [{ name: 'BUY', score: 5.5, description: 'It sells' }],
        subRules: ['__NOW'],
        incomplete: [],
      },
      { file: 'ham.eml', score: 0, required: 5, spam: false, hits: [], subRules: [], incomplete: [] },
    ]);
  });

  it('reads standard input', async () => {
    const ran = await run(['score', '--rules', 'rules', '--site', 'site', '-'], {
      cwd: folder,
      stdin: 'Subject: buy now\n\n',
    });
    expect(ran.out).toContain('-: 5.5 of 5, spam');
  });

  it('lists what cannot be run, and what rests on it', async () => {
    const { status, out } = await score('--skipped');
    expect(status).toBe(0);
    expect(out).toMatch(/^ODD \(2\): there is no function not_here here: .*rules\/a\.cf:5$/m);
    expect(out).toContain('BOTH: is run as if these had not hit: ODD\n');
    expect(out).toContain('Mail::SpamAssassin::Plugin::DKIM is not loaded: 1 rules are passed over\n');
    expect(out).not.toContain('no loadplugin line');
    expect(out).toContain('3 rules, 1 of them meta rules; 1 skipped, 1 rest on one of these, 0 need the DNS\n');
    expect(JSON.parse((await score('--skipped', '--json')).out)).toMatchObject({ skipped: [{ name: 'ODD' }], off: [] });
  });

  it('says where no plugin is loaded, and where there are no rules', async () => {
    const bare = await run(['score', '--rules', 'rules', '--site', 'bare', 'ham.eml'], { cwd: folder });
    expect(bare.err).toContain('no loadplugin line in these files');
    expect((await run(['score', '--site', 'bare', '--rules', 'rules', '--skipped'], { cwd: folder })).out).toContain(
      'no loadplugin line in these files',
    );
    const none = await run(['score', '--rules', 'bare', '--site', 'site', 'ham.eml'], { cwd: folder });
    expect(none.status).toBe(78);
    expect(none.err).toMatch(/no rules in .*bare/);
  });

  it('is recommended by postern check where a policy has such rules', async () => {
    const rules = readSpamRules({
      files: [{ name: 'a.cf', text: 'full A eval:check_pyzor()\nscore A 3\nbody B /x/\n' }],
    });
    const stage = when(true, spamRules({ rules, warm: false }));
    Object.assign(globalThis, { posternSpamPolicy: definePolicy({ message: [stage] }) });
    await put('policy.mjs', 'export default globalThis.posternSpamPolicy;\n');
    const check = (...args: string[]) => run(['check', '--config', 'policy.mjs', ...args], { cwd: folder });
    const note = 'spamRules: 1 rule cannot be run here, the largest worth 3: postern score --skipped';
    expect(await check()).toEqual({ status: 0, out: 'ok\n', err: `${note}\n` });
    const { warnings } = JSON.parse((await check('--json')).out);
    expect(warnings).toEqual([{ code: 'rules-skipped', message: note }]);
  });

  it('goes on behind a file that cannot be read', async () => {
    const { status, out, err } = await score('none.eml', 'ham.eml');
    expect(status).toBe(66);
    expect(err).toContain('score: none.eml: ENOENT');
    expect(out).toContain('ham.eml: 0 of 5');
  });

  it('refuses wrong usage and wrong rules', async () => {
    expect((await score()).status).toBe(64);
    expect((await score('--frob', 'ham.eml')).status).toBe(64);
    expect((await score('--rules', 'rules', 'ham.eml')).err).toContain('--rules is given more than once');
    const wrong = await run(['score', '--rules', 'wrong', '--site', 'site', 'ham.eml', '--json'], { cwd: folder });
    expect(wrong.status).toBe(78);
    expect(wrong.err).toMatch(/wrong\/a\.cf:1: A: a pattern between slashes/);
    expect(JSON.parse(wrong.out)).toMatchObject({ ok: false });
    const { status, out } = await run(['score', '--help']);
    expect(status).toBe(0);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});

/** Folders of SpamAssassin: which files are read, in what order, and what is wrong with them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSpamAssassin, readSpamAssassin } from '../../src/spamassassin/index.js';
import { isConfigurationError, renderProblem } from '../../src/values/errors.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sa-'));
  for (const name of ['rules', 'site']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const put = (path: string, text: string | Uint8Array) => writeFileSync(join(folder, path), text);
const folders = () => ({ rules: join(folder, 'rules'), site: join(folder, 'site') });
const problems = () => checkSpamAssassin(folders()).problems.map(renderProblem);

describe('readSpamAssassin', () => {
  it('reads .pre files of the site, the rules, then .cf files of the site', () => {
    put('site/init.pre', 'loadplugin Mail::SpamAssassin::Plugin::SPF\n');
    put('rules/20_b.cf', 'ifplugin Mail::SpamAssassin::Plugin::SPF\nbody A /b/\nendif\nscore A 2\n');
    put('rules/10_a.cf', 'body A /a/\nbody B /x/\n');
    put('rules/updates_spamassassin_org.cf', 'body A /first/\nbody C /x/\n');
    put('rules/notes.txt', 'no rules\n');
    put('rules/.hidden.cf', 'no rules\n');
    put('site/local.cf', 'score A 3\nrequired_score 7\ninclude more/own.rules\n');
    mkdirSync(join(folder, 'site/more'));
    put('site/more/own.rules', 'body D /x/\n');
    const { rules, required } = readSpamAssassin(folders());
    expect(rules.map(({ name }) => name)).toEqual(['A', 'C', 'B', 'D']);
    expect(rules[0]).toMatchObject({ scores: [3, 3, 3, 3], test: { pattern: { text: 'b' } } });
    expect(rules[0]?.source).toEqual({ file: join(folder, 'rules/20_b.cf'), line: 2 });
    expect(required).toBe(7);
  });

  it('keeps octets', () => {
    put('rules/a.cf', Uint8Array.of(...new TextEncoder().encode('body A /'), 0xe9, 0x2f, 0x0a));
    expect(readSpamAssassin(folders()).rules[0]?.test).toMatchObject({ pattern: { text: '\xe9' } });
  });

  it('reads one folder once', () => {
    put('rules/a.cf', 'body A /x/\nscore A 1\nscore A (1)\n');
    const { rules } = readSpamAssassin({ rules: join(folder, 'rules'), site: join(folder, 'rules') });
    expect(rules[0]?.scores[0]).toBe(2);
  });

  it('tells all that is wrong at once, by file and line', () => {
    put('rules/a.cf', 'wibble\nbody A x\n');
    mkdirSync(join(folder, 'rules/folder.cf'));
    put('site/local.cf', '\ninclude none.cf\n');
    expect(problems()).toEqual([
      `${join(folder, 'rules/folder.cf')}: not a file`,
      `${join(folder, 'rules/a.cf')}:1: a keyword of SpamAssassin is expected: wibble`,
      expect.stringContaining(`${join(folder, 'rules/a.cf')}:2: A: a pattern between slashes`),
      `${join(folder, 'site/local.cf')}:2: cannot be included: ENOENT: no such file or directory: none.cf`,
    ]);
  });

  it.each([
    ['rules', 'site'],
    ['site', 'site'],
  ])('takes folders without rules for a mistake: %s, %s', (rules, site) => {
    put('site/local.cf', 'required_score 5\n');
    put('rules/20_scores.cf', 'score A 5\n');
    const given = { rules: join(folder, rules), site: join(folder, site) };
    const [problem, ...others] = checkSpamAssassin(given).problems;
    expect(problem).toMatchObject({ code: 'no-rules', source: { file: given.rules } });
    for (const one of Object.values(given)) expect(problem?.message).toContain(one);
    expect(others).toEqual([]);
    put(`${rules}/10_a.cf`, 'body A /x/\n');
    expect(checkSpamAssassin(given).problems).toEqual([]);
  });

  it('does not take the rules of the site for all there is', () => {
    put('site/local.cf', 'body A /x/\n');
    expect(problems()).toEqual([expect.stringContaining('no rules in')]);
  });

  it('tells mistakes in patterns and functions of the site, and leaves such rules of others out', () => {
    put('rules/a.cf', 'body A /(/\nbody B eval:wibble()\n');
    put('site/local.cf', 'body C /(/\ninclude own.rules\nbody D /(?=x)(?1)/\nfull E eval:check_pyzor()\n');
    put('site/own.rules', '\nheader F eval:wibble()\n');
    expect(problems()).toEqual([
      `${join(folder, 'site/local.cf')}:1: C: (: missing closing parenthesis`,
      `${join(folder, 'site/own.rules')}:2: F: there is no function wibble, in SpamAssassin neither`,
    ]);
    put('site/init.pre', 'loadplugin Own::Plugin own.pm\n');
    expect(problems()).toHaveLength(1);
  });

  it('throws for a folder that is not there', () => {
    try {
      readSpamAssassin({ rules: join(folder, 'none'), site: join(folder, 'site') });
      expect.unreachable();
    } catch (error) {
      const told = isConfigurationError(error) ? error.problems.map(renderProblem) : [];
      expect(told).toEqual([expect.stringContaining(`${join(folder, 'none')}: ENOENT`)]);
    }
  });
});

/**
 * Tables against the real postmap: generated from a seed (POSTERN_SEED repeats a run), the same keys asked of both. Where
 * Postfix leaves a line out with a warning, we must refuse the table and name that line (see KNOWN.md, "tables").
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '../../src/core/table.js';
import { plainFiles } from '../../src/postfix/files.js';
import { openTable } from '../../src/tables/open-table.js';
import type { Answer } from '../../src/values/answer.js';
import { isConfigurationError, type Problem } from '../../src/values/errors.js';
import { generateTable, types } from './postmap-tables.js';
import { seeded } from './postmap-text.js';
import { seed } from './seed.js';
import { addTotal } from './totals.js';
import { writeOld } from './write-old.js';

/** Of each type. */
const TABLES = Number(process.env.POSTERN_TABLES ?? 15);
let folder = '';
let asked = 0;

beforeAll(() => {
  if (spawnSync('postmap', ['-h']).error !== undefined) {
    throw new Error('there is no postmap: install postfix, postfix-pcre, postfix-lmdb and postfix-cdb');
  }
  folder = mkdtempSync(join(tmpdir(), 'postmap-'));
  writeOld(join(folder, 'main.cf'), 'compatibility_level = 3.6\nmyhostname = mx.school.example\n');
  writeOld(join(folder, 'master.cf'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  addTotal('look-ups', asked);
  expect(asked).toBeGreaterThanOrEqual(2000);
});

interface Said {
  readonly out: string;
  readonly err: string;
}

/** Errors of postmap cost a second each (it sleeps): several may run at once. */
async function run(program: string, args: readonly string[], input = ''): Promise<Said> {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, MAIL_CONFIG: folder } });
  const gather = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  };
  // One that ends early does not read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [out, err] = await Promise.all([gather(child.stdout), gather(child.stderr)]);
  return { out, err };
}

interface Opened {
  readonly table: Table | undefined;
  readonly problems: readonly Problem[];
}

function open(name: string, aliases = false): Opened {
  try {
    const options = { files: plainFiles(folder), aliases: () => aliases, random: () => 0.5 };
    return { table: openTable(name, options), problems: [] };
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return { table: undefined, problems: error.problems };
  }
}

/** Warnings of lines that are read nevertheless. */
const HARMLESS =
  /duplicate entry|is this an alias file|no replacement text|should return NO RESULT|empty string result|obsolete regexp option/;

interface LeftOut {
  /** 0 for a line without number. */
  readonly line: number;
  /** An "endif" whose "if" was left out. */
  readonly follows: boolean;
}

function leftOut(err: string): readonly LeftOut[] {
  const lines = err.split('\n').filter((line) => line.includes('warning:') && !HARMLESS.test(line));
  return lines.map((line) => ({
    line: Number(/line (\d+)/.exec(line)?.[1] ?? 0),
    follows: line.includes('ENDIF without'),
  }));
}

/** True when we refuse for the lines that Postfix leaves out, but for those that only follow from others. */
function sameLines(theirs: readonly LeftOut[], ours: readonly Problem[]): boolean {
  const refused = new Set(ours.map((one) => one.source?.line ?? 0));
  const causes = theirs.filter((one) => !one.follows);
  const all = new Set(theirs.map((one) => one.line));
  const must = causes.length > 0 ? causes : theirs;
  // The line that white space begins is told without its number.
  if (all.has(0) && refused.delete(1)) all.delete(0);
  return (
    must.every(({ line }) => line === 0 || line === 1 || refused.has(line)) &&
    [...refused].every((line) => all.has(line))
  );
}

function answers(table: Table, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const answer = table.lookup(key) as Answer<{ readonly value: string }>;
    return answer.kind === 'found' ? [`${key}\t${answer.value.value}`] : [];
  });
}

/** It writes a colon behind the name, and values as it would write addresses. */
function asPostalias(line: string): string {
  return line.replace('\t', ':\t').replaceAll(/\s*,\s*/g, ', ');
}

test.each(types)('%s', async (type) => {
  const random = seeded(seed ^ (types.indexOf(type) * 0x9e3779b9));
  const program = type === 'aliases' ? 'postalias' : 'postmap';
  const differences: string[] = [];
  let loaded = 0;
  for (let i = 0; i < TABLES; i++) {
    const { text, keys } = generateTable(random, type);
    const name = `${type === 'aliases' ? 'hash' : type}:t${type}${i}`;
    const file = join(folder, `t${type}${i}`);
    writeOld(file, text);
    const compiled = /^(hash|btree|lmdb|cdb):/.test(name) ? (await run(program, [name])).err : '';
    const unique = [...new Set(keys)];
    const said = await run(program, ['-q', '-', name], `${unique.join('\n')}\n`);
    const wrong = leftOut(compiled + said.err);
    const { table, problems } = open(name, type === 'aliases');
    if (table === undefined || wrong.length > 0) {
      if (!sameLines(wrong, problems)) {
        differences.push(`${name}:\n${compiled}${said.err}here: ${JSON.stringify(problems)}\n${text}`);
      }
      continue;
    }
    loaded++;
    asked += unique.length;
    const theirs = said.out.split('\n').slice(0, -1);
    const ours = answers(table, unique).map((line) => (type === 'aliases' ? asPostalias(line) : line));
    for (const line of theirs) if (!ours.includes(line)) differences.push(`${name}: Postfix alone: ${line}\n${text}`);
    for (const line of ours) if (!theirs.includes(line)) differences.push(`${name}: here alone: ${line}\n${text}`);
  }
  expect(differences.slice(0, 3).join('\n')).toBe('');
  expect(loaded).toBeGreaterThan(TABLES / 3);
});

/** Names of tables; those that Postfix refuses to open are refused here. */
const names = `
  inline:{ k=v } | inline:{k=v,{ K = v, w }} | inline:{ {k} } | inline:{k=v k=w} | inline:{"k"=c} | inline:k=v | inline:{}
  inline:{ {k = {v}} } | inline:{{k=v} | inline:{ k =v } | inline:{,k=v,} | inline:{k=a=b} | inline:{ {k = a} b=c}
  inline:{{k=v}x} | static:x | static: | static:{ a b } | static:{a | static:{a}b | static:a b | static:$1 | static:<x
  fail:x | unionmap:{static:a,static:b} | unionmap:{ static:{a b} , inline:{k=v} } | unionmap:{ {static:a} } | unionmap:{}
  unionmap:static:a | unionmap:{static:a, fail:x} | unionmap:{a} | unionmap:{inline:{x=y},inline:{z=y}}
  unionmap:{unionmap:{static:1,inline:{k=2}},pipemap:{static:k,inline:{k=3}}}
  pipemap:{static:a, inline:{a=b}} | pipemap:{inline:{k=A}, inline:{a=b}} | pipemap:{inline:{k=a}, inline:{x=b}}
  pipemap:{static:a,fail:x} | pipemap:{inline:{x=y},fail:x} | pipemap:{inline:{k=a},pcre:{{/(.)/ <$1>}}} | pipemap:{}
  randmap:{a} | randmap:{ {a b} } | randmap:{ a, a } | randmap:{} | randmap:x | pcre:{{/k/ v}} | pcre:{ {/k/ v}, {/x/ y} }
  pcre:{/k/v} | pcre:{ {if /k/} {/k/ $$} {endif} } | pcre:{} | pcre:{{}} | pcre:{ {#x} {/k/ v} } | regexp:{{/(k)/ v$1}}
  regexp:{{!/x/ v} {/k/ w}} | cidr:{{1.2.3.4 k}} | cidr:{{!1.2.3.5 k}, {0.0.0.0/0 x}} | cidr:{x} | nosuch:x | HASH:x
  Static:x | hash:absent | pcre:absent | texthash:absent`
  .split(/ \| |\n/)
  .map((name) => name.trim())
  .filter((name) => name !== '');

test.concurrent.each(names)('%s', async (name) => {
  const { table } = open(name);
  asked += 2;
  const { out, err } = await run('postmap', ['-q', '-', name], 'k\n1.2.3.4\n');
  const keys = ['k', '1.2.3.4'];
  const told =
    table !== undefined && keys.every((key) => (table.lookup(key) as Answer<unknown>).kind !== 'cannot-tell');
  const ours = told ? answers(table, keys).map((line) => `${line}\n`) : ['error'];
  expect(ours.join('')).toBe(err.includes('fatal') ? 'error' : out);
});

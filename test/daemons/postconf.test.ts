// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of main.cf
/**
 * `$name` and defaults against the installed Postfix: generated main.cf files, every value compared with `postconf -x`; what
 * postconf refuses must be a problem here, and the other way round. The seed is printed; POSTERN_SEED repeats it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue, hostDependent } from '../../src/postfix/catalogue/defaults.js';
import { expander } from '../../src/postfix/expand.js';
import { readMainCf } from '../../src/postfix/main-cf.js';
import { readMasterCf } from '../../src/postfix/master-cf.js';
import { seed } from './seed.js';
import { addTotal } from './totals.js';
import { writeOld } from './write-old.js';

const run = promisify(execFile);
/** Files that postconf may refuse are few: it sleeps a second over each. */
const FILES = 150;
const BROKEN = 12;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-postconf-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** mulberry32: the same numbers for the same seed. */
function numbers(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Parameters of text that Postfix gives no meaning to while it prints them. */
const names = [
  'mydestination',
  'relay_domains',
  'transport_maps',
  'virtual_alias_maps',
  'relocated_maps',
  'canonical_maps',
  'propagate_unmatched_extensions',
  'home_mailbox',
  'always_bcc',
  'relayhost',
  'smtp_bind_address',
  'smtpd_sasl_local_domain',
];

type Pick = (below: number) => number;
const oneOf = <T>(pick: Pick, list: readonly T[]): T => list[pick(list.length)] as T;

/** A piece of a value. Each name refers to later ones alone, so that there are no loops but the ones made on purpose. */
function piece(pick: Pick, at: number, depth: number): string {
  // A few of the later ones: chains of doubling names would take postconf for ever.
  const later = names.slice(at + 1).filter((_, index) => index % 3 === at % 3);
  const name = later.length === 0 ? 'mail_name' : oneOf(pick, [...later, 'mail_name', 'myhostname', 'nosuchname']);
  const text = (): string => (depth > 1 ? 'deep' : pieces(pick, at, depth + 1));
  const space = (): string => oneOf(pick, ['', '', ' ', '  ']);
  const group = (): string => `{${space()}${text()}${space()}}`;
  const compared = (): string =>
    `{${operand(pick, name)}}${space()}${oneOf(pick, ['==', '!=', '<', '<=', '>', '>='])}${space()}{${operand(pick, name)}}`;
  switch (pick(16)) {
    case 0:
      return `$${name} `;
    case 1:
      return `\${${space()}${name}${space()}}`;
    case 2:
      return `$(${name})`;
    case 3:
      return `\${${name}${space()}?${text()}}`;
    case 4:
      return `\${${name}:${text()}}`;
    case 5:
      return `\${${name}?${space()}${group()}${space()}:${space()}${group()}${space()}}`;
    case 6:
      return `\${${compared()}${space()}?${space()}${group()}${space()}:${group()}}`;
    case 7:
      return `\${${compared()}}`;
    case 8:
      return `\${{${level(pick)}}${space()}${oneOf(pick, ['<', '<=', '==', '>=', '>', '!='])}level {${level(pick)}}${space()}?{new}:{old}}`;
    case 9:
      return '$$';
    case 10:
      return `\${${name}?${text()}:${text()}}`;
    case 11:
      return 'plain';
    default:
      return oneOf(pick, ['text', ' ', ', ', 'a b', '10', '007', '}', ')', ':', '?', '=', '#', 'é', '[::1]', "it's"]);
  }
}

const level = (pick: Pick): string => oneOf(pick, ['0', '1', '2', '3', '3.6', '3.7', '3.10', '3.6.1', '4']);
const operand = (pick: Pick, name: string): string =>
  oneOf(pick, ['', '1', '01', '10', '9', 'a', 'b', 'ab', 'Z', ` $${name}`, `\${${name}}`, 'é', '-1', 'a b']);

function pieces(pick: Pick, at: number, depth: number): string {
  return Array.from({ length: 1 + pick(depth === 0 ? 4 : 1) }, () => piece(pick, at, depth)).join('');
}

const broken = ['$', '${', '${}', '${a b}', '${{a} = {b}}', '${{a}}', '$(x', '${x?{a}b}'];

/** Some values go on over lines, with comments between them. `faulty`: postconf is likely to refuse one. */
function mainCf(pick: Pick, faulty: boolean): string {
  const bad = faulty ? pick(names.length) : -1;
  const lines = names.map((name, at) => {
    const fault = at === bad ? oneOf(pick, broken) : '';
    const value = fault + (pick(8) === 0 ? '' : pieces(pick, at, 0).replaceAll('#', pick(2) === 0 ? '#' : ''));
    const wrapped =
      pick(4) === 0 ? value.replace(/ +/g, () => oneOf(pick, [' ', '\n ', '\n\t\n# comment\n  '])) : value;
    return `${name} =${wrapped.startsWith('\n') ? '' : ' '}${wrapped}`;
  });
  return `myhostname = mx.school.example\nmail_name = Postfix\n${lines.join('\n')}\n`;
}

function masterCf(pick: Pick): string {
  const lines = Array.from({ length: 1 + pick(4) }, (_, at) => {
    const options = Array.from({ length: pick(4) }, () =>
      oneOf(pick, ['-o a=b', '-oc=d', '-o { e = f g }', '\n  -o h=', '-v', '-o {i=$x}', '\n# comment\n\t-o j=k,l']),
    );
    const columns = [['n', '-'], ['-'], ['y', 'n', '-'], ['-', '60', '1?'], ['-', '0', '7']].map((choices) =>
      oneOf(pick, choices),
    );
    return `127.0.0.${at + 1}:25 inet ${columns.join(' ')} smtpd ${options.join(' ')}`;
  });
  return `${lines.join('\n')}\n`;
}

/** postconf prints a value on one line, its white space as single spaces. */
const asPrinted = (value: string): string => value.replace(/\s+/g, ' ').trim();

interface Printed {
  /** postconf has no bound on what it expands: a value that doubles too often is left out. */
  readonly late: boolean;
  readonly values: readonly string[] | undefined;
  readonly said: string;
}

/** postconf on a folder of its own with these files. */
async function postconf(name: string, files: Files, args: readonly string[]): Promise<Printed> {
  const own = join(folder, name);
  mkdirSync(own);
  writeOld(join(own, 'main.cf'), files.main ?? '');
  writeOld(join(own, 'master.cf'), files.master ?? '');
  try {
    const { stdout } = await run('postconf', ['-c', own, ...args], { timeout: 6000 });
    return { values: stdout.split('\n').slice(0, -1), said: '', late: false };
  } catch (error) {
    const { stderr, killed } = error as { stderr?: string; killed?: boolean };
    return { values: undefined, said: String(stderr), late: killed === true };
  }
}

interface Files {
  readonly main?: string;
  readonly master?: string;
}

/** All of them, several at once: postconf is asleep most of the time it takes. */
async function each<T>(count: number, one: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) results[i] = await one(i);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  return results;
}

describe('postconf', () => {
  it('has the defaults of the catalogue', async () => {
    const printed = (await postconf('defaults', {}, ['-d'])).values ?? [];
    expect(printed.length).toBeGreaterThan(800);
    const theirs = printed.map((line) => [
      line.slice(0, line.indexOf(' =')),
      line.slice(line.indexOf(' =') + 2).trim(),
    ]);
    const fixed = theirs.filter(([name = '']) => !hostDependent.has(name) && name !== 'config_directory');
    const ours = fixed.map(([name = '']) => [name, catalogue[name]]);
    expect(ours).toEqual(fixed);
    addTotal('defaults of parameters', fixed.length);
  });

  it('expands every value as we do', async () => {
    const pick = numbers(seed);
    const texts = Array.from({ length: FILES }, (_, file) => mainCf(pick, file < BROKEN));
    let compared = 0;
    let refused = 0;
    await each(FILES, async (file) => {
      const text = texts[file] ?? '';
      const { values, said, late } = await postconf(`main${file}`, { main: text }, ['-x', '-h', ...names]);
      if (late) return;
      const main = readMainCf(text, 'main.cf');
      expect(main.problems).toEqual([]);
      const ours = expander(main.settings, { ...catalogue, config_directory: join(folder, `main${file}`) });
      const expanded = names.map((name) => asPrinted(ours.value(name) ?? ''));
      const context = `${text}\n${said}`;
      expect({ context, refused: ours.problems.length > 0 }).toEqual({ context, refused: values === undefined });
      if (values === undefined) refused++;
      else {
        expect({ context, values: expanded }).toEqual({ context, values: values.map(asPrinted) });
        compared += names.length;
      }
    });
    process.stdout.write(`postconf: ${compared} values alike, ${refused} files refused by both\n`);
    addTotal('values of parameters', compared);
    expect(compared).toBeGreaterThanOrEqual(500);
    expect(refused).toBeGreaterThan(0);
  });

  it('reads services of master.cf as we do', async () => {
    const pick = numbers(seed + 1);
    const texts = Array.from({ length: 40 }, () => masterCf(pick));
    await each(texts.length, async (file) => {
      const text = texts[file] ?? '';
      const { values, late } = await postconf(`master${file}`, { master: text }, ['-P']);
      if (late) return;
      const theirs = (values ?? []).map((line) => line.trim()).sort();
      const read = readMasterCf(text, 'master.cf');
      expect(read.problems).toEqual([]);
      const ours = read.services.flatMap(({ name, type, overrides }) =>
        [...overrides.values()].map((one) => `${name}/${type}/${one.name} = ${one.value}`.trim()),
      );
      expect({ text, ours: ours.sort() }).toEqual({ text, ours: theirs });
    });
  });
});

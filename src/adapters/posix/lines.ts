/**
 * Lines of passwd(5) and group(5), from the files or from getent(1). Text to values; no file. What the C library skips
 * is skipped: empty lines and comments in silence, lines without a name and whole numbers with a warning, which never
 * holds the password field.
 */
import { decodeText, decodeUtf8, indexOfLf } from '../../values/bytes.js';
import { excerpt } from '../../values/characters.js';
import type { Problem } from '../../values/errors.js';
import { type Steps, stepwise } from './steps.js';

export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  /** Names of users, as written, without duplicates. */
  readonly members: readonly string[];
}

/** UTF-8 or, line by line, Latin-1: one name of old does not spoil the others. */
export function textOf(bytes: Uint8Array): string {
  const whole = decodeUtf8(bytes);
  if (whole !== undefined) return whole;
  const lines: string[] = [];
  for (let at = 0; at <= bytes.length; ) {
    const end = indexOfLf(bytes, at);
    lines.push(decodeText(bytes.subarray(at, end < 0 ? bytes.length : end)));
    at = end < 0 ? bytes.length + 1 : end + 1;
  }
  return lines.join('\n');
}

export type Warn = (problem: Problem) => void;

/** `from`: for warnings. */
export function readPasswd(text: string, from: string, warn: Warn): Steps<readonly PasswdEntry[]> {
  return readLines(text, from, warn, 7, ([name = '', , uid, gid, gecos = '', home = '', shell = '']) => {
    const [user, group] = [idOf(uid), idOf(gid)];
    if (user === undefined || group === undefined) return undefined;
    return { name, uid: user, gid: group, gecos, home, shell };
  });
}

export function readGroup(text: string, from: string, warn: Warn): Steps<readonly GroupEntry[]> {
  return readLines(text, from, warn, 4, ([name = '', , gid, members = '']) => {
    const group = idOf(gid);
    if (group === undefined) return undefined;
    return {
      name,
      gid: group,
      members: [...new Set(members.split(',').map((member) => member.trimStart()))].filter((member) => member !== ''),
    };
  });
}

/** Warnings of one text; more would say the same. */
const WARNINGS_LIMIT = 20;

function* readLines<T>(
  text: string,
  from: string,
  warn: Warn,
  most: number,
  read: (fields: readonly string[]) => T | undefined,
): Steps<readonly T[]> {
  let warnings = 0;
  let number = 0;
  const entries: T[] = [];
  yield* stepwise(linesOf(text), (raw) => {
    number++;
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) return;
    const fields = line.split(':');
    const [name = ''] = fields;
    // `+` and `-` are of NIS ("compat"), which this is not.
    const good = name !== '' && !/^[+-]|[\0\r]/.test(line) && fields.length <= most;
    const entry = good ? read(fields) : undefined;
    if (entry !== undefined) entries.push(entry);
    else if (warnings++ < WARNINGS_LIMIT) warn(badLine(from, number, name));
  });
  return entries;
}

function* linesOf(text: string): Generator<string, void, void> {
  for (let at = 0; at <= text.length; ) {
    const end = text.indexOf('\n', at);
    yield text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length + 1 : end + 1;
  }
}

function badLine(file: string, line: number, name: string): Problem {
  const message = 'a line that is no account is skipped';
  return { code: 'bad-line', message, source: { file, line }, construct: excerpt(name) };
}

/** As the C library reads them; the highest stands for "none". */
function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[ \t]*\+?\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < 0xffff_ffff ? id : undefined;
}

/**
 * One look at the two files: whether they are other ones than before, and what is in them. Throws where that cannot be
 * had.
 */
import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { LF } from '../../values/bytes.js';
import { type Accounts, accountsOf } from './accounts.js';
import { readGroup, readPasswd, textOf } from './lines.js';
import type { FilesSettings } from './settings.js';
import { atOnce, inTurns, type Steps } from './steps.js';

export interface FileState {
  /** Another one as soon as a file was written or replaced. */
  readonly signature: string;
  /** Milliseconds since then, by the clock of the file system. */
  readonly age: number;
}

export interface Looked {
  readonly state: FileState;
  readonly accounts: Accounts;
  /** Nobody is writing, as far as can be seen. */
  readonly whole: boolean;
}

const BIG = { bigint: true } as const;

export function lookNow(settings: FilesSettings): Looked {
  const { passwd, group } = settings;
  const state = stateOf([statSync(passwd, BIG), statSync(group, BIG)], settings);
  const files = [readFileSync(passwd), readFileSync(group)] as const;
  return { state, accounts: atOnce(read(files, settings)), whole: isWhole(files, state, settings) };
}

/** Undefined where `wanted` says so of the state, and where somebody writes. */
export async function look(
  settings: FilesSettings,
  wanted: (state: FileState) => boolean,
): Promise<Looked | undefined> {
  const state = await stateNow(settings);
  if (!wanted(state)) return undefined;
  const files = await Promise.all([readFile(settings.passwd), readFile(settings.group)]);
  if ((await stateNow(settings)).signature !== state.signature || !isWhole(files, state, settings)) return undefined;
  return { state, accounts: await inTurns(read(files, settings)), whole: true };
}

/** Intervals in which a file that ends within a line is not taken for a whole one. */
const UNFINISHED = 10;

function isWhole(files: readonly Uint8Array[], { age }: FileState, { interval }: FilesSettings): boolean {
  return age >= interval * UNFINISHED || files.every((bytes) => bytes.length === 0 || bytes.at(-1) === LF);
}

async function stateNow(settings: FilesSettings): Promise<FileState> {
  return stateOf(await Promise.all([stat(settings.passwd, BIG), stat(settings.group, BIG)]), settings);
}

function stateOf(stats: readonly BigIntStats[], { maxBytes, passwd, group }: FilesSettings): FileState {
  for (const [at, one] of stats.entries()) {
    const path = at === 0 ? passwd : group;
    if (!one.isFile()) throw new Error(`${path} is no file`);
    if (one.size > maxBytes) throw new Error(`${path} is over ${maxBytes} octets`);
  }
  const parts = stats.map(({ dev, ino, size, mtimeNs, ctimeNs }) => `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`);
  return { signature: parts.join(' '), age: Date.now() - Math.max(...stats.map(({ ctimeMs }) => Number(ctimeMs))) };
}

function* read([passwd, group]: readonly Uint8Array[], settings: FilesSettings): Steps<Accounts> {
  const users = yield* readPasswd(textOf(passwd ?? NOTHING), settings.passwd, settings.warn);
  const groups = yield* readGroup(textOf(group ?? NOTHING), settings.group, settings.warn);
  const accounts = yield* accountsOf(users, groups);
  // A file that somebody is about to write, rather than a host without accounts.
  if (accounts.size === 0) throw new Error(`${settings.passwd} holds no account`);
  return accounts;
}

const NOTHING = new Uint8Array(0);

/**
 * One look at the two files: whether they are other ones than before, and what is in them. Throws where that cannot be
 * had.
 */
import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type Accounts, accountsOf } from './accounts.js';
import { readGroup, readPasswd, textOf } from './lines.js';
import type { FilesSettings } from './settings.js';

export interface FileState {
  /** Another one as soon as a file was written or replaced. */
  readonly signature: string;
  /** Milliseconds since then, by the clock of the file system. */
  readonly age: number;
}

export interface Looked {
  readonly state: FileState;
  readonly accounts: Accounts;
}

const BIG = { bigint: true } as const;

export function lookNow(settings: FilesSettings): Looked {
  const { passwd, group } = settings;
  const state = stateOf([statSync(passwd, BIG), statSync(group, BIG)], settings);
  return { state, accounts: read(readFileSync(passwd), readFileSync(group), settings) };
}

/** Undefined where `wanted` says so of the state, and where somebody wrote meanwhile. */
export async function look(
  settings: FilesSettings,
  wanted: (state: FileState) => boolean,
): Promise<Looked | undefined> {
  const state = await stateNow(settings);
  if (!wanted(state)) return undefined;
  const [passwd, group] = await Promise.all([readFile(settings.passwd), readFile(settings.group)]);
  if ((await stateNow(settings)).signature !== state.signature) return undefined;
  return { state, accounts: read(passwd, group, settings) };
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

function read(passwd: Uint8Array, group: Uint8Array, settings: FilesSettings): Accounts {
  const users = readPasswd(textOf(passwd), settings.passwd, settings.warn);
  const accounts = accountsOf(users, readGroup(textOf(group), settings.group, settings.warn));
  // A file that somebody is about to write, rather than a host without accounts.
  if (accounts.size === 0) throw new Error(`${settings.passwd} holds no account`);
  return accounts;
}

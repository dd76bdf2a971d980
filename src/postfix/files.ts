/**
 * Where a Postfix configuration is read from: a folder, or texts in memory for tests and tools. Paths below
 * /etc/postfix mean the folder, wherever it lies: a copy of a configuration can be read beside the original.
 */
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { FileRead, TableFiles } from '../tables/open-table.js';
import { encodeUtf8 } from '../values/bytes.js';

/** Path (`main.cf`, `/etc/aliases`) to text. Paths are relative to the configuration folder. */
export type PostfixTexts = Readonly<Record<string, string>>;

export interface PostfixFiles extends TableFiles {
  /** What `$config_directory` stands for. */
  readonly folder: string;
}

/** The folder that paths in main.cf name, however the folder is called here. */
const USUAL = '/etc/postfix';
const SIZE_LIMIT = 268_435_456;

export function filesOf(origin: string | PostfixTexts): PostfixFiles {
  return typeof origin === 'string' ? inFolder(origin) : inMemory(origin);
}

function inFolder(folder: string): PostfixFiles {
  const isUsual = resolve(folder) === USUAL;
  return {
    folder,
    read: (path) => {
      const local = isUsual ? path : withoutUsual(path);
      return readOne(isAbsolute(local) ? local : join(folder, local));
    },
  };
}

/** Files by the paths that they have, relative ones from `folder`. */
export function plainFiles(folder: string): TableFiles {
  return { read: (path) => readOne(resolve(folder, path)) };
}

function readOne(file: string): FileRead {
  try {
    // A pipe or a device would keep us waiting.
    if (!statSync(file).isFile()) return { kind: 'unreadable', file, why: 'not a file' };
    const bytes = readFileSync(file);
    if (bytes.length > SIZE_LIMIT) return { kind: 'unreadable', file, why: `larger than ${SIZE_LIMIT} octets` };
    return { kind: 'read', file, bytes };
  } catch (error) {
    return { kind: 'unreadable', file, why: whyOf(error) };
  }
}

/** Without the path, which is named beside it. */
function whyOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, [a-z]{1,20} '[^']*'$/, '') : String(error);
}

function inMemory(texts: PostfixTexts): PostfixFiles {
  return {
    folder: USUAL,
    read: (path) => {
      const file = withoutUsual(path);
      const text = Object.hasOwn(texts, file) ? texts[file] : undefined;
      if (text === undefined) return { kind: 'unreadable', file, why: 'no such file' };
      return { kind: 'read', file, bytes: encodeUtf8(text) };
    },
  };
}

function withoutUsual(path: string): string {
  return path.startsWith(`${USUAL}/`) ? path.slice(USUAL.length + 1) : path;
}

/**
 * Where a Postfix configuration is read from: a folder, or texts in memory for tests and tools. Paths below
 * /etc/postfix mean the folder, wherever it lies: a copy of a configuration can be read beside the original.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** Path (`main.cf`, `/etc/aliases`) to text. Paths are relative to the configuration folder. */
export type PostfixTexts = Readonly<Record<string, string>>;

export interface PostfixFiles {
  /** What `$config_directory` stands for. */
  readonly folder: string;
  read(path: string): FileRead;
}

export type FileRead =
  | { readonly kind: 'read'; readonly file: string; readonly text: string }
  | { readonly kind: 'unreadable'; readonly file: string; readonly why: string };

/** The folder that paths in main.cf name, however the folder is called here. */
const USUAL = '/etc/postfix/';
const SIZE_LIMIT = 268_435_456;

export function filesOf(origin: string | PostfixTexts): PostfixFiles {
  return typeof origin === 'string' ? inFolder(origin) : inMemory(origin);
}

function inFolder(folder: string): PostfixFiles {
  const read = (path: string): FileRead => {
    const file = isAbsolute(path) ? path : join(folder, path);
    try {
      const bytes = readFileSync(file);
      if (bytes.length > SIZE_LIMIT) return { kind: 'unreadable', file, why: `larger than ${SIZE_LIMIT} octets` };
      // Latin-1, one character an octet, as the tables want it: 8-bit text is neither refused nor changed.
      return { kind: 'read', file, text: bytes.toString('latin1') };
    } catch (error) {
      return { kind: 'unreadable', file, why: error instanceof Error ? error.message : String(error) };
    }
  };
  return { folder, read: (path) => read(path.startsWith(USUAL) && resolve(folder) !== '/etc/postfix' ? path.slice(USUAL.length) : path) };
}

function inMemory(texts: PostfixTexts): PostfixFiles {
  return {
    folder: '/etc/postfix',
    read: (path) => {
      const file = path.startsWith(USUAL) ? path.slice(USUAL.length) : path;
      const text = Object.hasOwn(texts, file) ? texts[file] : undefined;
      return text === undefined ? { kind: 'unreadable', file, why: 'no such file' } : { kind: 'read', file, text };
    },
  };
}

/**
 * The file system calls that the Maildir store makes, as an interface: so that a test can make each of them
 * fail, and so that another file system can stand in. Every method rejects as `node:fs/promises` does, with an
 * error that carries the system's `code`. Relative paths never occur: the store resolves its base once.
 */
import { chmod, link, lstat, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';

export interface MaildirFileSystem {
  /** One level, never recursive. Rejects with EEXIST where something of that name is. */
  mkdir(path: string, mode: number): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** `wx`: a new file for writing, EEXIST where the name is taken. `r`: a directory, to sync it. */
  open(path: string, flags: 'wx' | 'r', mode?: number): Promise<MaildirFile>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Names only, without `.` and `..`, in no order. */
  readdir(path: string): Promise<readonly string[]>;
  /** Follows symbolic links. */
  stat(path: string): Promise<FileFacts>;
  /** Does not follow symbolic links. */
  lstat(path: string): Promise<FileFacts>;
}

export interface MaildirFile {
  /** Writes from the current position; may write less than asked, as write(2) does. Returns the octets written. */
  write(bytes: Uint8Array): Promise<number>;
  stat(): Promise<FileFacts>;
  chmod(mode: number): Promise<void>;
  /** fsync(2). May run beside `stat`; `close` comes after both, but not always after their answers. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Octets. */
  readonly size: number;
  /** Permission bits, 0o7777 at most. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Device and inode: equal for two paths to the same thing. */
  readonly identity: string;
}

/** `node:fs/promises`. */
export const nodeFileSystem: MaildirFileSystem = {
  mkdir: async (path, mode) => {
    await mkdir(path, { mode });
  },
  chmod,
  open: async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    return {
      write: async (bytes) => (await handle.write(bytes)).bytesWritten,
      stat: async () => facts(await handle.stat()),
      chmod: (wanted) => handle.chmod(wanted),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  link,
  rename,
  unlink,
  readdir: (path) => readdir(path),
  stat: async (path) => facts(await stat(path)),
  lstat: async (path) => facts(await lstat(path)),
};

function facts(found: Awaited<ReturnType<typeof stat>>): FileFacts {
  const { size, mode, mtimeMs, dev, ino } = found;
  const kind = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'symlink'
        : 'other';
  return {
    kind,
    size: Number(size),
    mode: Number(mode) & 0o7777,
    modified: Number(mtimeMs),
    identity: `${dev}:${ino}`,
  };
}

/**
 * The folders of a mailbox, made when the first message for it comes: base/mailbox/{tmp,new,cur}. Modes are exact, whatever
 * the umask. New folders are synced into their parents before a delivery may rely on them. Symbolic links are
 * followed everywhere (a home on another disk); tmp, new and cur must end on one file system.
 */
import { dirname, join } from 'node:path';
import type { DirectorySync } from './directory-sync.js';
import { codeOf } from './failure.js';
import type { MaildirFileSystem } from './file-system.js';

export interface Folders {
  /** Makes what is missing; remembered, so it costs nothing the next time. */
  ensure(segments: readonly string[]): Promise<void>;
  /** Makes the base where that is wanted, and writes a file of that name into it. */
  probe(name: string): Promise<void>;
  /** To be called when a folder was found missing all the same. */
  forget(segments: readonly string[]): void;
}

export interface FolderOptions {
  readonly base: string;
  readonly directoryMode: number;
  readonly createBase: boolean;
  readonly fileSystem: MaildirFileSystem;
  readonly sync: DirectorySync;
}

/** Mailboxes remembered before all are forgotten: a bound on memory, at the cost of a few calls. */
const MAX_KNOWN = 10_000;

export function folders(options: FolderOptions): Folders {
  const known = new Map<string, Promise<void>>();
  return {
    ensure(segments) {
      const key = segments.join('/');
      const earlier = known.get(key);
      if (earlier !== undefined) return earlier;
      if (known.size >= MAX_KNOWN) known.clear();
      // Shared by all who come meanwhile: nobody may rely on a folder that is not yet synced.
      const making = make(options, segments);
      known.set(key, making);
      making.catch(() => {
        if (known.get(key) === making) known.delete(key);
      });
      return making;
    },
    async probe(name) {
      const { base, fileSystem } = options;
      await checkBase(options);
      const path = join(base, name);
      const file = await fileSystem.open(path, 'wx', 0o600);
      await file.close();
      await fileSystem.unlink(path);
    },
    forget(segments) {
      known.delete(segments.join('/'));
    },
  };
}

async function make(options: FolderOptions, segments: readonly string[]): Promise<void> {
  await checkBase(options);
  const parents = [];
  let path = options.base;
  for (const segment of segments) {
    const parent = path;
    path = join(path, segment);
    parents.unshift({ path: parent, changed: await makeOne(options, path) });
  }
  let changed = false;
  for (const part of ['tmp', 'new', 'cur']) changed = (await makeOne(options, join(path, part))) || changed;
  parents.unshift({ path, changed });
  for (const parent of parents) await syncParent(options.sync, parent.path, parent.changed);
}

/** What another process made may not be synced yet; but folders of an operator may be closed to us, and are old. */
async function syncParent(sync: DirectorySync, path: string, changed: boolean): Promise<void> {
  try {
    await sync(path);
  } catch (error) {
    if (changed || codeOf(error) !== 'EACCES') throw error;
  }
}

async function checkBase(options: FolderOptions): Promise<void> {
  try {
    await options.fileSystem.stat(options.base);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    if (options.createBase) return makeAll(options, options.base);
    // An unmounted disk looks like this: mail written below the mount point would be lost from sight.
    const why = `ENOENT: the base folder ${options.base} does not exist, and is only made with createBase`;
    throw Object.assign(new Error(why), { code: 'ENOENT' });
  }
}

async function makeAll(options: FolderOptions, path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await makeOne(options, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    await makeAll(options, parent);
    await makeOne(options, path);
  }
  await options.sync(parent);
}

/** True when the folder was not there. mkdir(2) subtracts the umask, so the mode is set again. */
async function makeOne({ fileSystem, directoryMode }: FolderOptions, path: string): Promise<boolean> {
  try {
    await fileSystem.mkdir(path, directoryMode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await fileSystem.chmod(path, directoryMode);
  return true;
}

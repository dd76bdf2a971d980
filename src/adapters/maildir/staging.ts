/**
 * The first step of a delivery: one recipient's copy as a complete and synced file in tmp/, under a name of its own.
 * Whatever fails, the file is taken away again; nothing here can be seen by a reader of the mailbox.
 */
import { join } from 'node:path';
import type { CopyContent } from '../../values/store-copy.js';
import type { DirectorySync } from './directory-sync.js';
import { abortedError, codeOf, type FailedDelivery, failedBy } from './failure.js';
import type { MaildirFile, MaildirFileSystem } from './file-system.js';
import type { Folders } from './folders.js';
import type { NameSource } from './names.js';

/** What all deliveries of one store share. */
export interface StoreParts {
  readonly base: string;
  readonly fileMode: number;
  readonly fileSystem: MaildirFileSystem;
  readonly folders: Folders;
  readonly sync: DirectorySync;
  readonly name: NameSource;
}

/** A complete file in tmp/, waiting for its name in new/. */
export interface StagedCopy {
  readonly kind: 'staged';
  readonly mailbox: string;
  readonly segments: readonly string[];
  /** base/mailbox */
  readonly folder: string;
  readonly temporary: string;
  /** Octets on the disk. */
  readonly size: number;
}

interface Target {
  readonly mailbox: string;
  readonly segments: readonly string[];
}

/** Names tried before giving up; one is taken only where names are not unique at all. */
export const MAX_NAMES_TRIED = 10;
const BLOCK = 64 * 1024;

export async function stageCopy(
  parts: StoreParts,
  { mailbox, segments }: Target,
  contentOf: () => CopyContent,
  signal: AbortSignal | undefined,
): Promise<StagedCopy | FailedDelivery> {
  const folder = join(parts.base, ...segments);
  let temporary = folder;
  try {
    throwIfAborted(signal);
    const opened = await openTemporary(parts, folder, segments);
    temporary = opened.path;
    const size = await closing(opened.file, (file) => fill(file, parts.fileMode, contentOf(), signal));
    return { kind: 'staged', mailbox, segments, folder, temporary, size };
  } catch (error) {
    if (temporary !== folder) await unlinkQuietly(parts.fileSystem, temporary);
    return failedBy(mailbox, 'writing', temporary, error);
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError();
}

/** For clearing up after a fault, which must not hide that fault. A file left in tmp/ is `cleanTmp`'s. */
export async function unlinkQuietly(fileSystem: MaildirFileSystem, path: string): Promise<void> {
  await fileSystem.unlink(path).catch(() => undefined);
}

async function openTemporary(parts: StoreParts, folder: string, segments: readonly string[]) {
  await parts.folders.ensure(segments);
  let remade = false;
  for (let tried = 1; ; tried += 1) {
    const path = join(folder, 'tmp', parts.name());
    try {
      return { path, file: await parts.fileSystem.open(path, 'wx', parts.fileMode) };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' && !remade) {
        // The folder was there once and somebody removed it.
        remade = true;
        parts.folders.forget(segments);
        await parts.folders.ensure(segments);
      } else if (code !== 'EEXIST' || tried >= MAX_NAMES_TRIED) throw error;
    }
  }
}

/** Closes on every path. A failed close counts: some network file systems report a full disk only here. */
async function closing<T>(file: MaildirFile, use: (file: MaildirFile) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await use(file);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return result;
}

async function fill(
  file: MaildirFile,
  fileMode: number,
  content: CopyContent,
  signal: AbortSignal | undefined,
): Promise<number> {
  let written = 0;
  for await (const block of Array.isArray(content) ? content : blocks(content)) {
    throwIfAborted(signal);
    await writeAll(file, block);
    written += block.length;
  }
  const [{ size, mode }] = await Promise.all([file.stat(), file.sync()]);
  // The size goes into the name, and Dovecot ends the session of a reader who meets a wrong one.
  if (size !== written) throw new Error(`${size} octets on the disk after writing ${written}`);
  if (mode === fileMode) return size;
  // The umask took something away.
  await file.chmod(fileMode);
  await file.sync();
  return size;
}

async function writeAll(file: MaildirFile, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const count = await file.write(rest);
    if (count === 0) throw Object.assign(new Error('write returned 0'), { code: 'EIO' });
    rest = rest.subarray(count);
  }
}

/** Small chunks (a header field each) gathered into blocks; large ones as they come. */
async function* blocks(chunks: CopyContent): AsyncIterable<Uint8Array> {
  const block = new Uint8Array(BLOCK);
  let used = 0;
  for await (const chunk of chunks) {
    if (used + chunk.length > BLOCK) {
      if (used > 0) yield block.subarray(0, used);
      used = 0;
    }
    if (chunk.length >= BLOCK) yield chunk;
    else {
      block.set(chunk, used);
      used += chunk.length;
    }
  }
  if (used > 0) yield block.subarray(0, used);
}

/**
 * Removes what crashed deliveries left in tmp/: after the Maildir convention a file there that nobody has touched for 36
 * hours belongs to nobody. Looks at every Maildir below the base. Touches no folder but tmp/, and only plain files.
 */
import { join } from 'node:path';
import type { FileFacts, MaildirFileSystem } from './file-system.js';

export interface CleanOptions {
  /** Seconds since the last change. Default 129,600 (36 hours, cr.yp.to/proto/maildir.html). */
  readonly olderThanSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface CleanReport {
  /** Paths of the removed files. */
  readonly removed: readonly string[];
  /** One sentence for each folder that could not be read and file that could not be removed. */
  readonly problems: readonly string[];
}

/** Folders below the base that are searched for mailboxes. */
const MAX_DEPTH = 8;

interface Walk {
  readonly fileSystem: MaildirFileSystem;
  /** Milliseconds since 1970: files changed before are removed. */
  readonly before: number;
  readonly signal: AbortSignal | undefined;
  /** Folders seen, by identity: a symbolic link may lead back up. */
  readonly seen: Set<string>;
  readonly removed: string[];
  readonly problems: string[];
}

export async function cleanBelow(
  fileSystem: MaildirFileSystem,
  base: string,
  before: number,
  signal: AbortSignal | undefined,
): Promise<CleanReport> {
  const walk: Walk = { fileSystem, before, signal, seen: new Set(), removed: [], problems: [] };
  await visit(walk, base, 0);
  return { removed: walk.removed, problems: walk.problems };
}

async function visit(walk: Walk, folder: string, depth: number): Promise<void> {
  if (walk.signal?.aborted === true) return;
  const facts = await noting(walk, () => walk.fileSystem.stat(folder));
  if (facts?.kind !== 'directory' || walk.seen.has(facts.identity)) return;
  walk.seen.add(facts.identity);
  const names = (await noting(walk, () => walk.fileSystem.readdir(folder))) ?? [];
  const isMaildir = names.includes('tmp') && names.includes('new') && names.includes('cur');
  if (isMaildir) await cleanFolder(walk, join(folder, 'tmp'));
  if (depth === MAX_DEPTH) return;
  for (const name of names) {
    // A folder of messages is not searched; Maildir++ folders (.Sent) are.
    if (isMaildir && (name === 'tmp' || name === 'new' || name === 'cur')) continue;
    await visit(walk, join(folder, name), depth + 1);
  }
}

async function cleanFolder(walk: Walk, folder: string): Promise<void> {
  for (const name of (await noting(walk, () => walk.fileSystem.readdir(folder))) ?? []) {
    if (walk.signal?.aborted === true) return;
    const path = join(folder, name);
    const facts = await noting(walk, () => walk.fileSystem.lstat(path));
    if (facts === undefined || !isStale(facts, walk.before)) continue;
    const done = await noting(walk, async () => {
      await walk.fileSystem.unlink(path);
      return true;
    });
    if (done === true) walk.removed.push(path);
  }
}

function isStale(facts: FileFacts, before: number): boolean {
  return facts.kind === 'file' && facts.modified < before;
}

/** One folder that cannot be read does not keep the others from being cleaned. What is gone meanwhile is no problem. */
async function noting<T>(walk: Walk, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!message.startsWith('ENOENT')) walk.problems.push(message);
    return undefined;
  }
}

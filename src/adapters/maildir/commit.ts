/**
 * The second step of a delivery: a staged copy gets its final name in new/, and the directory is synced. The name is
 * drawn here, so that names sort in the order in which messages became visible.
 *
 * link(2) then unlink(2), not rename(2): rename would silently replace a message of the same name. Where there are no hard
 * links (FAT, some network mounts) an exclusively made file of the final name in tmp/ guards a rename.
 */
import { join } from 'node:path';
import type { DeliveryResult } from '../../ports/mail-store.js';
import { codeOf, failedBy } from './failure.js';
import type { MaildirFileSystem } from './file-system.js';
import { MAX_NAMES_TRIED, type StagedCopy, type StoreParts, unlinkQuietly } from './staging.js';

const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

export async function makeVisible(
  parts: StoreParts,
  copy: StagedCopy,
  receivedAt: Date | undefined,
): Promise<DeliveryResult> {
  const { fileSystem } = parts;
  const directory = join(copy.folder, 'new');
  let id: string;
  try {
    id = await placeUnique(parts, copy, receivedAt);
  } catch (error) {
    await unlinkQuietly(fileSystem, copy.temporary);
    return failedBy(copy.mailbox, 'moving to new/', copy.temporary, error);
  }
  // Before the sync, not beside it: a file system with a journal makes the later change wait for the commit.
  await unlinkQuietly(fileSystem, copy.temporary);
  try {
    await parts.sync(directory);
  } catch (error) {
    // Not certain to survive: the peer keeps the message and tries again. If a reader has it already, it comes twice.
    await unlinkQuietly(fileSystem, join(directory, id));
    return failedBy(copy.mailbox, 'syncing', directory, error);
  }
  return { kind: 'stored', mailbox: copy.mailbox, id };
}

async function placeUnique(parts: StoreParts, copy: StagedCopy, receivedAt: Date | undefined): Promise<string> {
  let remade = false;
  for (let tried = 1; ; tried += 1) {
    const id = `${parts.name(receivedAt)},S=${copy.size}`;
    try {
      await place(parts.fileSystem, copy, id);
      return id;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' && !remade) {
        // new/ was removed meanwhile, or the whole mailbox; in the second case the next try fails too.
        remade = true;
        parts.folders.forget(copy.segments);
        await parts.folders.ensure(copy.segments);
      } else if (code !== 'EEXIST' || tried >= MAX_NAMES_TRIED) throw error;
    }
  }
}

async function place(fileSystem: MaildirFileSystem, copy: StagedCopy, id: string): Promise<void> {
  const target = join(copy.folder, 'new', id);
  try {
    await fileSystem.link(copy.temporary, target);
  } catch (error) {
    const code = codeOf(error);
    if (NO_HARD_LINKS.has(code)) return renameGuarded(fileSystem, copy, id);
    // NFS repeats a request whose answer was lost, and then finds its own link.
    if (code === 'EEXIST' && (await same(fileSystem, copy.temporary, target))) return;
    throw error;
  }
}

async function renameGuarded(fileSystem: MaildirFileSystem, copy: StagedCopy, id: string): Promise<void> {
  const guard = join(copy.folder, 'tmp', id);
  const target = join(copy.folder, 'new', id);
  const file = await fileSystem.open(guard, 'wx', 0o600);
  try {
    await file.close();
    if (await exists(fileSystem, target)) throw Object.assign(new Error(`EEXIST: ${target}`), { code: 'EEXIST' });
    await fileSystem.rename(copy.temporary, target);
  } finally {
    await unlinkQuietly(fileSystem, guard);
  }
}

async function exists(fileSystem: MaildirFileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function same(fileSystem: MaildirFileSystem, one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([fileSystem.lstat(one), fileSystem.lstat(other)]);
  return a.identity === b.identity;
}

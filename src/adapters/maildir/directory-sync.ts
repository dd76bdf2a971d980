/**
 * fsync of a directory, grouped: while one runs, all who ask for the same directory share the next. It begins
 * after they asked, so it covers what they changed. Many deliveries to one mailbox at once then cost two syncs, not
 * one each. A file system that cannot sync a directory (EINVAL, ENOTSUP) has nothing to be waited for.
 */
import { codeOf } from './failure.js';
import type { MaildirFileSystem } from './file-system.js';

export type DirectorySync = (path: string) => Promise<void>;

interface Queue {
  readonly running: Promise<void>;
  next: Promise<void> | undefined;
}

const UNSUPPORTED: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

export function directorySync(fileSystem: MaildirFileSystem): DirectorySync {
  const queues = new Map<string, Queue>();

  function start(path: string): Promise<void> {
    const queue: Queue = { running: syncOnce(fileSystem, path), next: undefined };
    queues.set(path, queue);
    const forget = () => {
      if (queue.next === undefined) queues.delete(path);
    };
    queue.running.then(forget, forget);
    return queue.running;
  }

  return (path) => {
    const queue = queues.get(path);
    if (queue === undefined) return start(path);
    const begin = () => start(path);
    queue.next ??= queue.running.then(begin, begin);
    return queue.next;
  };
}

async function syncOnce(fileSystem: MaildirFileSystem, path: string): Promise<void> {
  const directory = await fileSystem.open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    if (!UNSUPPORTED.has(codeOf(error))) throw error;
  } finally {
    await directory.close();
  }
}

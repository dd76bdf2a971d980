/** Folders of a test's own, a file system that fails on demand and keeps count, and a look at what is on the disk. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type MaildirFile, type MaildirFileSystem, nodeFileSystem } from '../../../src/adapters/maildir/index.js';
import type { DeliveryRecipient } from '../../../src/ports/mail-store.js';
import { field } from '../../../src/testing/mail-store/fixtures.js';

export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'maildir-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export function to(mailbox: string, ...prepend: [string, string][]): DeliveryRecipient {
  return { mailbox, prepend: prepend.map(([name, value]) => field(name, value)) };
}

export interface FoundFile {
  readonly name: string;
  readonly text: string;
  readonly size: number;
}

/** The files of one folder in the order of their names; none where there is no folder. */
export async function filesIn(folder: string): Promise<FoundFile[]> {
  const names = await readdir(folder).catch(() => []);
  const read = names.sort().map(async (name) => {
    const path = join(folder, name);
    return { name, text: (await readFile(path)).toString('latin1'), size: (await stat(path)).size };
  });
  return Promise.all(read);
}

export interface Call {
  readonly operation: keyof MaildirFileSystem | keyof MaildirFile;
  readonly path: string;
}

export interface WatchedFileSystem {
  readonly fileSystem: MaildirFileSystem;
  readonly calls: Call[];
  /** Files opened and not closed. */
  readonly open: () => number;
}

/** `before` is asked with each call and its number, from 0; it may throw. A failing close closes all the same, as Linux does. */
export function watched(before: (call: Call, index: number) => void = () => undefined): WatchedFileSystem {
  const calls: Call[] = [];
  let open = 0;
  const note = (operation: Call['operation'], path: string) => {
    const call = { operation, path };
    calls.push(call);
    before(call, calls.length - 1);
  };
  const guard =
    <A extends unknown[], R>(operation: Call['operation'], real: (...args: A) => Promise<R>, at = 0) =>
    async (...args: A): Promise<R> => {
      note(operation, String(args[at]));
      return real(...args);
    };
  const watchFile = (file: MaildirFile, path: string): MaildirFile => {
    const inFile =
      <A extends unknown[], R>(operation: Call['operation'], real: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        note(operation, path);
        return real(...args);
      };
    return {
      write: inFile('write', file.write),
      stat: inFile('stat', file.stat),
      chmod: inFile('chmod', file.chmod),
      sync: inFile('sync', file.sync),
      async close() {
        open -= 1;
        await file.close();
        note('close', path);
      },
    };
  };
  const fileSystem: MaildirFileSystem = {
    mkdir: guard('mkdir', nodeFileSystem.mkdir),
    chmod: guard('chmod', nodeFileSystem.chmod),
    async open(path, flags, mode) {
      note('open', path);
      const file = await nodeFileSystem.open(path, flags, mode);
      open += 1;
      return watchFile(file, path);
    },
    link: guard('link', nodeFileSystem.link, 1),
    rename: guard('rename', nodeFileSystem.rename, 1),
    unlink: guard('unlink', nodeFileSystem.unlink),
    readdir: guard('readdir', nodeFileSystem.readdir),
    stat: guard('stat', nodeFileSystem.stat),
    lstat: guard('lstat', nodeFileSystem.lstat),
  };
  return { fileSystem, calls, open: () => open };
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: made by the test, ${path}`), { code });
}

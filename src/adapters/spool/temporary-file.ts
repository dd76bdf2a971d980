/**
 * A file that only this process can reach: made with O_EXCL, mode 0600 and a random name, and unlinked while open,
 * so that no end of the process, however sudden, leaves it behind. Written from front to end, read anywhere.
 */
import { randomBytes } from 'node:crypto';
import { constants, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface TemporaryFile {
  /** Appends all of `bytes`; rejects with the system's error. One call at a time. */
  append(bytes: Uint8Array): Promise<void>;
  /** Up to `length` octets from `position`; empty at the end of the file. Calls may overlap. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Waits for what is under way; the file is gone then. */
  close(): Promise<void>;
}

/** Makes a new, empty file below `directory`. */
export type TemporaryFiles = (directory: string) => Promise<TemporaryFile>;

export const systemFiles: TemporaryFiles = async (directory) => {
  const path = join(directory, `postern-${randomBytes(16).toString('hex')}`);
  const { O_CREAT, O_EXCL, O_RDWR } = constants;
  const handle = await open(path, O_CREAT | O_EXCL | O_RDWR, 0o600);
  try {
    await unlink(path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let end = 0;
  return {
    async append(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, end);
        done += bytesWritten;
        end += bytesWritten;
      }
    },
    async read(position, length) {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
};

export interface StorageFailure {
  readonly kind: 'failed';
  readonly reason: 'storage-full' | 'no-permission' | 'storage-error';
  /** For the log: the directory, and what the system said. */
  readonly why: string;
}

const REASONS: Readonly<Record<string, StorageFailure['reason']>> = {
  ENOSPC: 'storage-full',
  EDQUOT: 'storage-full',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  EROFS: 'no-permission',
};

/** Every error of the system is temporary for the peer: an operator can mend it. */
export function storageFailure(directory: string, error: unknown): StorageFailure {
  const code = (error as { code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  const reason = (typeof code === 'string' ? REASONS[code] : undefined) ?? 'storage-error';
  return { kind: 'failed', reason, why: `spool in ${directory}: ${message}` };
}

/**
 * A Unix socket at its place: with its mode before anybody can find it, in the place of one whose process is gone, and
 * never in that of one that somebody listens to.
 */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, rename, stat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';

/** Which socket it is, so that another one in its place is left alone. */
export interface OwnSocket {
  readonly dev: number;
  readonly ino: number;
}

/** Rejects with the system's error. */
export async function listenAt(
  server: Server,
  { path, mode }: { readonly path: string; readonly mode: number },
): Promise<OwnSocket> {
  // Node would say EACCES for a folder that is not there.
  await stat(dirname(path));
  await refuseIfTaken(path);
  const making = `${path}.${randomBytes(3).toString('hex')}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(making, () => {
      server.off('error', reject);
      resolve();
    });
  });
  try {
    await chmod(making, mode);
    const { dev, ino } = await lstat(making);
    await rename(making, path);
    return { dev, ino };
  } catch (error) {
    await new Promise((resolve) => server.close(resolve));
    throw error;
  }
}

export async function removeOwn(path: string, own: OwnSocket): Promise<void> {
  try {
    const { dev, ino } = await lstat(path);
    if (dev === own.dev && ino === own.ino) await unlink(path);
  } catch {
    // It is gone already, or its folder is not ours any more.
  }
}

async function refuseIfTaken(path: string): Promise<void> {
  let why: string | undefined;
  try {
    const there = await lstat(path);
    if (!there.isSocket()) why = 'it is no socket';
    else if (await isAnswered(path)) why = 'somebody listens there';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (why === undefined) return;
  throw Object.assign(new Error(`listen EADDRINUSE: ${path}: ${why}`), { code: 'EADDRINUSE', syscall: 'listen', path });
}

/** Only "connection refused" is certain: a process that is too busy, or nobody else's business, is one. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => done(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => done(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

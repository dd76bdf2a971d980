/**
 * A Unix socket at its place: with its mode before anybody can find it, in the place of one whose process is gone, and
 * never in that of one that somebody listens to.
 */
import { randomBytes } from 'node:crypto';
import { chmod, link, lstat, rename, stat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Which socket it is, so that another one in its place is left alone. */
export interface OwnSocket {
  readonly dev: number;
  readonly ino: number;
}

/** Two that begin at once may each be in the other's way a few times. */
const TRIES = 5;
const SETTLED_MS = 50;

/** Rejects with the system's error: ENOENT without the folder, EADDRINUSE where the place is somebody's. */
export async function listenAt(
  server: Server,
  { path, mode }: { readonly path: string; readonly mode: number },
): Promise<OwnSocket> {
  await refuseWithoutFolder(path);
  const stale = await refuseIfTaken(path);
  const making = besides(path);
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
    await take(path, making);
    // By another who took it for the stale one, and could not give it back.
    if (stale !== undefined) await setTimeout(SETTLED_MS);
    if (!isSame(await lstat(path), { dev, ino })) throw failure('EADDRINUSE', path, 'another one began at once');
    return { dev, ino };
  } catch (error) {
    await new Promise((resolve) => server.close(resolve));
    throw error;
  } finally {
    await unlink(making).catch(() => undefined);
  }
}

/** By a link, which never puts one in the place of another, as a rename would. */
async function take(path: string, making: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const stale = await refuseIfTaken(path);
    if (stale !== undefined) await removeStale(path, stale);
    try {
      return await link(making, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === TRIES) throw error;
    }
  }
}

/** Taken away first and then looked at: meanwhile it may be another's, who gets it back. */
async function removeStale(path: string, stale: OwnSocket): Promise<void> {
  const aside = besides(path);
  try {
    if (!isSame(await lstat(path), stale)) return;
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (!isSame(await lstat(aside), stale)) await link(aside, path).catch(() => undefined);
  await unlink(aside);
}

function isSame(one: OwnSocket, other: OwnSocket): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function besides(path: string): string {
  return `${path}.${randomBytes(3).toString('hex')}`;
}

export async function removeOwn(path: string, own: OwnSocket): Promise<void> {
  try {
    if (isSame(await lstat(path), own)) await unlink(path);
  } catch {
    // It is gone already, or its folder is not ours any more.
  }
}

/** Node would say EACCES. */
async function refuseWithoutFolder(path: string): Promise<void> {
  const folder = dirname(path);
  const there = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw failure('ENOENT', path, `there is no folder ${folder}`);
    throw error;
  });
  if (!there.isDirectory()) throw failure('ENOTDIR', path, `${folder} is no folder`);
}

/** What nobody listens to, where something is there. */
async function refuseIfTaken(path: string): Promise<OwnSocket | undefined> {
  try {
    const there = await lstat(path);
    if (!there.isSocket()) throw failure('EADDRINUSE', path, 'it is no socket');
    if (await isAnswered(path)) throw failure('EADDRINUSE', path, 'somebody listens there');
    return there;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function failure(code: string, path: string, why: string): Error {
  return Object.assign(new Error(`listen ${code}: option path: ${path}: ${why}`), { code, syscall: 'listen', path });
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

/**
 * Runs a daemon in namespaces of its own: its processes die with the test, however that ends, and it sees our resolver
 * and our accounts in place of the machine's. Needs root and util-linux.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

export interface PrivateHost {
  readonly child: ChildProcess;
  /** What the commands wrote on standard output and standard error. */
  output(): string;
  /** True once the first process has ended. */
  ended(): boolean;
  /** Ends every process in it, at once. */
  stop(): Promise<void>;
}

/** `mounts`: file to show -> the path where it is shown. `command` is for sh; all ends when it does. */
export function runPrivately(
  command: string,
  mounts: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): PrivateHost {
  const binds = Object.entries(mounts).map(([from, to]) => `mount --bind ${from} ${to}`);
  // The shell stays the first process of its namespace, and is killed with its parent: daemons that change their user
  // would lose that bond. All others are killed with the first.
  const script = ['mount -t proc proc /proc', ...binds, `{ ${command}\n}`].join(' && ');
  const namespaces = ['unshare', '-m', '-p', '--fork', '--kill-child', '--propagation', 'private'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...namespaces, 'sh', '-c', script], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let ended = false;
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      resolve();
    });
    child.once('error', (error) => {
      output += String(error);
      ended = true;
      resolve();
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
    });
  }
  return {
    child,
    output: () => output,
    ended: () => ended,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** A TCP port that is free now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Whether somebody takes connections there. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const end = (good: boolean) => (): void => {
      socket.destroy();
      resolve(good);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks every few milliseconds until it holds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { ms = 15_000, why = (): string => '' } = {},
): Promise<void> {
  const end = performance.now() + ms;
  for (let pause = 3; !(await holds()); pause = Math.min(pause * 1.4, 50)) {
    if (performance.now() > end) throw new Error(`not after ${ms} ms: ${what}\n${why()}`);
    await wait(pause);
  }
}

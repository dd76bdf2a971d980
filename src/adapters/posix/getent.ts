/**
 * One run of getent(1), without a shell, in a process group of its own that is killed when the time is over. Never
 * rejects; leaves no process, timer or pipe.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { concatBytes } from '../../values/bytes.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { textOf } from './lines.js';

export interface Ran {
  /** Of some of the keys nothing is known: exit status 2. */
  readonly incomplete: boolean;
  readonly text: string;
}

/** Status 0 and 2 are answers; all else, 3 for a list that nobody gives, is none. */
export async function runGetent(
  program: string,
  words: readonly string[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<Parsed<Ran>> {
  if (signal.aborted) return malformed(String(signal.reason));
  const child = start(program, words);
  if (typeof child === 'string') return malformed(child);
  const parts: Uint8Array[] = [];
  let size = 0;
  let why: string | undefined;
  const end = (reason: string): void => {
    why ??= reason;
    child.stdout?.destroy();
    killGroup(child);
  };
  const abort = (): void => end(String(signal.reason));
  child.stdout?.on('data', (octets: Buffer) => {
    size += octets.length;
    if (size > maxBytes) end(`an answer of over ${maxBytes} octets`);
    else parts.push(octets);
  });
  signal.addEventListener('abort', abort, { once: true });
  const status = await statusOf(child);
  signal.removeEventListener('abort', abort);
  if (why !== undefined) return malformed(why);
  if (status !== 0 && status !== 2) return malformed(`getent ${words[0]}: ${status}`);
  return parsed({ incomplete: status === 2, text: textOf(concatBytes(parts)) });
}

function start(program: string, words: readonly string[]): ChildProcess | string {
  const { PATH } = process.env;
  try {
    // No more of the environment than it needs.
    const env = { PATH, LC_ALL: 'C' };
    return spawn(program, words, { detached: true, env, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    return codeOf(error);
  }
}

/** The exit status, or why there is none. */
function statusOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(codeOf(error));
    });
    child.on('close', (status, signal) => resolve(status ?? `it was ended by ${signal}`));
    // Whoever has inherited the pipe does not keep us waiting.
    child.on('exit', () => killGroup(child));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}

/**
 * One run of the program: the message to its standard input, until it has ended. In a process group of its own, all of which is
 * ended when the time is over: SIGTERM, then SIGKILL; what is left of it when the program has ended is killed. The program has a
 * folder of its own for temporary files, which goes with it. Never rejects; leaves no process, timer, pipe, listener or file.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Message } from '../../values/message.js';
import { shownOctets } from '../shared/shown-to-clamav.js';
import type { ClamscanSettings } from './settings.js';

export type Ended =
  | {
      readonly kind: 'exited';
      readonly status: number;
      /** All of the message was taken, as far as can be told. */
      readonly fed: boolean;
      /** The beginnings and ends of standard output and standard error, as Latin-1. */
      readonly output: string;
      readonly errors: string;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Octets of each that are kept, from its beginning and from its end. */
const OUTPUT_LIMIT = 16_384;

export async function runProgram(settings: ClamscanSettings, message: Message, signal: AbortSignal): Promise<Ended> {
  let folder: string;
  try {
    // For its owner alone, as mkdtemp(3) makes it.
    folder = await mkdtemp(join(tmpdir(), 'postern-clamscan-'));
  } catch (error) {
    return { kind: 'failed', why: `no folder for temporary files: ${codeOf(error)}` };
  }
  try {
    return signal.aborted
      ? { kind: 'failed', why: String(signal.reason) }
      : await runIn(folder, settings, message, signal);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

async function runIn(
  folder: string,
  settings: ClamscanSettings,
  message: Message,
  signal: AbortSignal,
): Promise<Ended> {
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(settings.program, settings.arguments, { detached: true, env: environment(folder), stdio: 'pipe' });
  } catch (error) {
    return { kind: 'failed', why: codeOf(error) };
  }
  const output = kept(child.stdout);
  const errors = kept(child.stderr);
  const feeding = new AbortController();
  const fed = feed(child, message, feeding.signal);
  const stop = stopper(child, settings.killAfter);
  signal.addEventListener('abort', stop.begin, { once: true });
  const end = await endOf(child);
  signal.removeEventListener('abort', stop.begin);
  stop.done();
  // A body that stalls does not keep a program's place.
  feeding.abort('the program has ended');
  const all = await fed;
  if (typeof end === 'string') return { kind: 'failed', why: end };
  return { kind: 'exited', status: end, fed: all, output: output(), errors: errors() };
}

/** No more than the program needs: what the server was given (keys, passwords) is nothing to it. */
function environment(folder: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, TMPDIR: folder, LC_ALL: 'C' };
}

/** The exit status, or why there is none. */
function endOf(child: ChildProcessWithoutNullStreams): Promise<number | string> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(`${child.spawnfile}: ${codeOf(error)}`);
    });
    child.on('close', (status, signal) => resolve(status ?? `it was ended by ${signal}`));
    child.on('exit', () => {
      // Whoever has inherited the pipe does not keep us waiting, and nobody of the group outlives the program.
      child.stdin.destroy();
      signalGroup(child, 'SIGKILL');
    });
  });
}

/** False where not all of it could be written: the program went away, or the body could not be read. */
async function feed(child: ChildProcessWithoutNullStreams, message: Message, signal: AbortSignal): Promise<boolean> {
  child.stdin.on('error', () => {});
  try {
    await pipeline(shownOctets(message, signal), child.stdin);
    return true;
  } catch {
    // What the program then says is of a part of it.
    return false;
  }
}

function kept(stream: NodeJS.ReadableStream): () => string {
  let begin = '';
  let end = '';
  let cut = false;
  stream.on('data', (octets: Buffer) => {
    const text = octets.toString('latin1');
    const room = OUTPUT_LIMIT - begin.length;
    begin += text.slice(0, room);
    if (text.length <= room) return;
    end += text.slice(room);
    cut ||= end.length > OUTPUT_LIMIT;
    end = end.slice(-OUTPUT_LIMIT);
  });
  // Two parts of lines are no line.
  return () => (cut ? `${begin}\n${end.slice(end.indexOf('\n') + 1)}` : begin + end);
}

function stopper(child: ChildProcessWithoutNullStreams, killAfter: number): { begin(): void; done(): void } {
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    signalGroup(child, 'SIGKILL');
    // Whoever left the group may still hold the pipes.
    for (const stream of child.stdio) if (stream !== null) (stream as unknown as { destroy(): void }).destroy();
  };
  return {
    begin: () => {
      child.stdin.destroy();
      signalGroup(child, 'SIGTERM');
      timer = setTimeout(kill, killAfter);
      child.once('exit', kill);
    },
    done: () => clearTimeout(timer),
  };
}

/** The child leads its group: one that is left of it when the child has ended is reached too. */
function signalGroup({ pid }: ChildProcessWithoutNullStreams, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody is left.
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}

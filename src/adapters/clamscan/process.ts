/**
 * One run of the program: the message to its standard input, until it has ended. In a process group of its own, all of which is
 * ended when the time is over: SIGTERM, then SIGKILL. Never rejects; leaves no process, timer, pipe or listener.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import type { Message } from '../../values/message.js';
import { renderMessage } from '../../values/render.js';
import type { ClamscanSettings } from './settings.js';

export type Ended =
  | {
      readonly kind: 'exited';
      readonly status: number;
      /** All of the message was taken, as far as can be told. */
      readonly fed: boolean;
      /** The beginnings of standard output and standard error, as Latin-1. */
      readonly output: string;
      readonly errors: string;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Octets of each that are kept. */
const OUTPUT_LIMIT = 16_384;

export async function runProgram(settings: ClamscanSettings, message: Message, signal: AbortSignal): Promise<Ended> {
  if (signal.aborted) return { kind: 'failed', why: String(signal.reason) };
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(settings.program, settings.arguments, { detached: true, env: environment(), stdio: 'pipe' });
  } catch (error) {
    return { kind: 'failed', why: codeOf(error) };
  }
  const output = beginningOf(child.stdout);
  const errors = beginningOf(child.stderr);
  const fed = feed(child, message);
  const stop = stopper(child, settings.killAfter);
  signal.addEventListener('abort', stop.begin, { once: true });
  const end = await endOf(child);
  signal.removeEventListener('abort', stop.begin);
  stop.done();
  if (typeof end === 'string') return { kind: 'failed', why: end };
  return { kind: 'exited', status: end, fed: await fed, output: output(), errors: errors() };
}

/** No more than the program needs: what the server was given (keys, passwords) is nothing to it. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, HOME } = process.env;
  return { PATH, TMPDIR, HOME, LC_ALL: 'C' };
}

/** The exit status, or why there is none. */
function endOf(child: ChildProcessWithoutNullStreams): Promise<number | string> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(`${child.spawnfile}: ${codeOf(error)}`);
    });
    child.on('close', (status, signal) => resolve(status ?? `it was ended by ${signal}`));
    // Whoever has inherited the pipes does not keep us waiting.
    child.on('exit', () => child.stdin.destroy());
  });
}

/** False where not all of it could be written: the program went away, or the body could not be read. */
async function feed(child: ChildProcessWithoutNullStreams, message: Message): Promise<boolean> {
  let octets = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of renderMessage(message)) {
      octets += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
    // What the program then says is of a part of it.
    if (octets !== message.size) throw new Error('the message is not as long as it says');
  }
  child.stdin.on('error', () => {});
  try {
    await pipeline(counted, child.stdin);
    return true;
  } catch {
    return false;
  }
}

function beginningOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (octets: Buffer) => {
    if (text.length < OUTPUT_LIMIT) text += octets.toString('latin1').slice(0, OUTPUT_LIMIT - text.length);
  });
  return () => text;
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

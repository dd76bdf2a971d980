/**
 * The port Scanner over `clamdjs` (^1.0.2, to be installed beside this one), for those who use it. Only its scanBuffer is called, its
 * reply read as strictly as our own client's, within a deadline of our own. What a wrapper cannot cure: TCP only; a whole copy of the
 * message in memory; a socket to a daemon that has begun to answer and does not end is kept until it does (it counts as a connection
 * until then, so that there are never more); after a refused connection the package's timer runs on; its end of the stream reaches
 * the daemon before the reply does. Here too clamd.conf(5) is to say `AlertExceedsMax yes`.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scanner, ScanVerdict } from '../../ports/scanner.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { excerpt } from '../../values/characters.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import type { Message } from '../../values/message.js';
import { readReply } from '../shared/clamav.js';
import { Desk } from '../shared/desk.js';
import { type Endpoint, endpointName, endpointProblems } from '../shared/endpoint.js';
import { shownOctets, shownSize } from '../shared/shown-to-clamav.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

/** What is used of the package. */
export interface ClamdjsModule {
  createScanner(
    host: string,
    port: number,
  ): {
    /** Resolves with the whole reply, or with what there was of it. */
    scanBuffer(octets: Uint8Array, timeout: number): Promise<string>;
  };
}

export interface ClamdjsOptions {
  /** Milliseconds for one scan, its wait included. Default 120,000. */
  readonly timeout?: number;
  /** Scans at once, a connection and a copy of the message each; more wait. Default 5. */
  readonly connections?: number;
  /** Scans that may wait; more are "could not tell". Default 1,000. */
  readonly waiting?: number;
  /** Octets of a message; a larger one is `unscannable`. Default 26,214,400. */
  readonly maxBytes?: number;
  /** The package, where it is at hand already. Default: it is imported. */
  readonly module?: ClamdjsModule;
}

export interface Clamdjs extends Scanner, AsyncDisposable {
  scan(message: Message, call?: PortCall): Promise<Answer<ScanVerdict>>;
  /** Ends every scan as "could not tell", later ones too. The package's own connections end when they end. */
  close(): Promise<void>;
}

const ranges: Readonly<Record<'timeout' | 'connections' | 'waiting' | 'maxBytes', Range>> = {
  timeout: [120_000, 1, MOST_MILLISECONDS],
  connections: [5, 1, 1000],
  waiting: [1000, 0, 1_000_000],
  maxBytes: [26_214_400, 1, 1_073_741_824],
};

/** Throws ConfigurationError `options` for wrong options, `package` when `clamdjs` is not installed. */
export async function clamdjs(
  endpoint: { readonly host: string; readonly port: number },
  options: ClamdjsOptions = {},
): Promise<Clamdjs> {
  const problems: Problem[] = [...endpointProblems(NAME, endpoint)];
  if ((endpoint as Partial<Endpoint> | null | undefined)?.path !== undefined) {
    problems.push({ code: 'bad-option', message: 'clamdjs: TCP alone', construct: 'path' });
  }
  const given = givenOptions(NAME, options, [...Object.keys(ranges), 'module'], problems);
  const { timeout, connections, waiting, maxBytes } = wholeNumbers(NAME, ranges, given, problems);
  const { module } = given;
  if (module !== undefined && typeof (module as Partial<ClamdjsModule> | null)?.createScanner !== 'function') {
    problems.push({ code: 'bad-option', message: 'clamdjs: module has a function createScanner', construct: 'module' });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const { createScanner } = module ?? (await load());
  const scanner = createScanner(endpoint.host, endpoint.port);
  const where = `${NAME} ${endpointName(endpoint)}`;
  const desk = new Desk({ name: where, timeout, atOnce: connections, waiting });
  // It cannot be told to stop: nobody waits for it.
  const close = async (): Promise<void> => void desk.close();
  return {
    name: NAME,
    async scan(message, call) {
      if (message.size > maxBytes) {
        return found({ kind: 'unscannable', cause: 'too-large', why: `over ${maxBytes} octets` });
      }
      return desk.run(call, async (signal) => {
        const left = Math.min(timeout, call === undefined ? timeout : call.deadline - performance.now());
        const said = await asked(scanner, message, Math.max(1, Math.ceil(left)), signal);
        return said.kind === 'cannot-tell' ? cannotTell(`${where}: ${said.why}`) : said;
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const NAME = 'clamdjs';

async function asked(
  scanner: ReturnType<ClamdjsModule['createScanner']>,
  message: Message,
  ms: number,
  signal: AbortSignal,
): Promise<Answer<ScanVerdict>> {
  try {
    return readWhole(await scanner.scanBuffer(await wholeOf(message, signal), ms));
  } catch (error) {
    return readFailure(error instanceof Error ? error.message : String(error));
  }
}

async function wholeOf(message: Message, signal: AbortSignal): Promise<Uint8Array> {
  const octets = Buffer.alloc(shownSize(message));
  let at = 0;
  for await (const chunk of shownOctets(message, signal)) {
    octets.set(chunk, at);
    at += chunk.length;
  }
  return octets;
}

/** The package gives what came before the end of the connection, whole or not: only what ends with NUL is a reply. */
function readWhole(text: unknown): Answer<ScanVerdict> {
  if (typeof text !== 'string') return cannotTell('no reply');
  return text.indexOf('\0') === text.length - 1 && text !== ''
    ? readReply(text.slice(0, -1))
    : cannotTell(`part of a reply: ${excerpt(text)}`);
}

const ABORTED = 'Scan aborted. Reply from server: ';

/** A reply that came before all was sent is told as an error. */
function readFailure(why: string): Answer<ScanVerdict> {
  if (!why.startsWith(ABORTED)) return cannotTell(excerpt(why));
  const answer = readWhole(why.slice(ABORTED.length));
  if (answer.kind === 'found' && answer.value.kind !== 'unscannable') return cannotTell(excerpt(why));
  return answer;
}

async function load(): Promise<ClamdjsModule> {
  // Not a literal: neither bundlers nor type checkers are to look for an optional package.
  const name: string = 'clamdjs';
  try {
    const loaded = (await import(name)) as { readonly default: ClamdjsModule };
    return loaded.default;
  } catch (error) {
    throw new ConfigurationError('package', [problemOf(error)]);
  }
}

function problemOf(error: unknown): Problem {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  // The last is what a bundler puts in the place of an optional peer that is not there.
  const missing =
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || message.startsWith('Could not resolve "clamdjs"');
  if (missing) {
    return { code: 'not-installed', message: 'this adapter needs the package clamdjs: npm install clamdjs' };
  }
  return { code: 'not-loaded', message: `the package clamdjs is installed and cannot be loaded: ${message}` };
}

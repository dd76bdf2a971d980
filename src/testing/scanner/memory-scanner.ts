/**
 * The reference scanner: looks for given texts in the octets of the message, as they stand there, in whatever pieces they come. Takes
 * nothing apart: a text in Base64 is another text. Can be told not to answer.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scanner, ScanVerdict } from '../../ports/scanner.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { decodeLatin1 } from '../../values/bytes.js';
import type { Message } from '../../values/message.js';
import { renderMessage } from '../../values/render.js';

/** The test text of the European Institute for Computer Antivirus Research, which every scanner takes for a virus. In two parts, lest
 * this file be taken for one. */
export const eicar: string = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

export interface MemoryScannerOptions {
  /** Name of each virus and the text that shows it, of Latin-1. Default `Test.EICAR` and `eicar`. */
  readonly viruses?: Readonly<Record<string, string>>;
  /** Octets of a message; a larger one is `unscannable`. Default: any. */
  readonly maxBytes?: number;
  /** Default `memory`. */
  readonly name?: string;
}

export interface MemoryScanner extends Scanner {
  /** Scans asked for so far. */
  readonly scans: number;
  scan(message: Message, call?: PortCall): Promise<Answer<ScanVerdict>>;
  /** From now on every scan is "could not tell" for this reason; undefined: answers again. */
  fail(why: string | undefined): void;
}

export function memoryScanner(options: MemoryScannerOptions = {}): MemoryScanner {
  const { viruses = { 'Test.EICAR': eicar }, maxBytes = Number.POSITIVE_INFINITY, name = 'memory' } = options;
  let failure: string | undefined;
  let scans = 0;
  return {
    name,
    get scans() {
      return scans;
    },
    async scan(message, call) {
      scans++;
      if (failure !== undefined) return cannotTell(failure);
      if (message.size > maxBytes) {
        return found({ kind: 'unscannable', cause: 'too-large', why: `over ${maxBytes} octets` });
      }
      return Promise.race([verdictOn(message, viruses), ...(call === undefined ? [] : [ended(call.signal)])]);
    },
    fail: (why) => {
      failure = why;
    },
  };
}

async function verdictOn(message: Message, viruses: Readonly<Record<string, string>>): Promise<Answer<ScanVerdict>> {
  const longest = Math.max(0, ...Object.values(viruses).map((text) => text.length));
  const names = new Set<string>();
  let octets = 0;
  let rest = '';
  try {
    for await (const chunk of renderMessage(message)) {
      octets += chunk.length;
      const text = rest + decodeLatin1(chunk);
      for (const [name, virus] of Object.entries(viruses)) if (text.includes(virus)) names.add(name);
      // What may be the beginning of one.
      rest = longest > 1 ? text.slice(1 - longest) : '';
    }
  } catch (error) {
    return cannotTell(`the message cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (octets !== message.size) return cannotTell('the message is not as long as it says');
  return found(names.size === 0 ? { kind: 'clean' } : { kind: 'infected', names: [...names] });
}

function ended(signal: AbortSignal): Promise<Answer<never>> {
  return new Promise((resolve) => {
    const end = (): void => resolve(cannotTell('the evaluation is over'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

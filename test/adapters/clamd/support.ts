/** Answers in short, and waiting for what comes soon. */
import type { ScanVerdict } from '../../../src/ports/scanner.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Answer } from '../../../src/values/answer.js';
import type { Body } from '../../../src/values/body.js';
import { type Message, messageFromParts } from '../../../src/values/message.js';

/** `clean`, `infected A, B`, `unscannable too-large: why`, a text, or `? why` without the name of the scanner in front. */
export async function said(answer: Promise<Answer<ScanVerdict | string>>): Promise<string> {
  const given = await answer;
  if (given.kind === 'cannot-tell') return `? ${given.why.replace(/^[a-z]+(?: [^ ]+:\d+)?: /, '')}`;
  if (given.kind === 'not-found') return given.kind;
  const { value } = given;
  if (typeof value === 'string') return value;
  if (value.kind === 'infected') return `infected ${value.names.join(', ')}`;
  return value.kind === 'clean' ? 'clean' : `unscannable ${value.cause}: ${value.why}`;
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(holds: () => boolean, ms = 3000): Promise<void> {
  for (const end = performance.now() + ms; !holds(); await wait(3)) {
    if (performance.now() > end) throw new Error(`not after ${ms} ms: ${holds}`);
  }
}

export interface Given {
  /** How often the body was opened, and given back by its reader. */
  opened: number;
  back: number;
  /** Lets the body go on: it ends. */
  letGo(): void;
}

/** A message whose body stalls, as one does that is read over a network: in the middle of its 100 octets, or behind the last. */
export function stalling(where: 'in the middle' | 'behind its last octet'): { message: Message; given: Given } {
  const given: Given = { opened: 0, back: 0, letGo: () => {} };
  const stalled = new Promise<void>((resolve) => {
    given.letGo = resolve;
  });
  async function* open(): AsyncGenerator<Uint8Array> {
    given.opened++;
    try {
      yield Buffer.alloc(where === 'in the middle' ? 50 : 100, 'x');
      await stalled;
    } finally {
      given.back++;
    }
  }
  const { header, separator } = messageOf('Subject: test\r\n\r\n');
  const body: Body = { kind: 'body', size: 100, bytes: undefined, open };
  return { message: messageFromParts({ fields: header, separator }, body), given };
}

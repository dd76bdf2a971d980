/** The promises of the port Scanner, each with the messages that show whether it is kept. */
import type { PortCall } from '../../core/stage.js';
import type { Scanner } from '../../ports/scanner.js';
import type { Body } from '../../values/body.js';
import { encodeLatin1 } from '../../values/bytes.js';
import { type Message, messageFromParts } from '../../values/message.js';
import { messageOf, messageOfSize } from '../builders.js';

type Case = (scanner: Scanner, virus: string) => Promise<void>;

const patient = (): PortCall => ({
  signal: new AbortController().signal,
  deadline: performance.now() + 60_000,
});

/** In short: `clean`, `infected`, `unscannable`, `cannot-tell`. Throws for what no scanner may say. */
async function said(scanner: Scanner, message: Message, call: PortCall = patient()): Promise<string> {
  const answer = await scanner.scan(message, call);
  if (answer.kind === 'not-found') throw new Error('"not found" is no verdict');
  if (answer.kind === 'cannot-tell') {
    equal(answer.why !== '', true);
    return answer.kind;
  }
  if (answer.value.kind === 'infected') {
    equal(answer.value.names.length > 0, true);
    for (const name of answer.value.names) equal(/^[!-~](?:[ -~]{0,200}[!-~])?$/.test(name), true);
  }
  return answer.value.kind;
}

function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
}

const HEADER = 'From: a@example.com\r\nSubject: test\r\n\r\n';
const LINE = `${'x'.repeat(70)}\r\n`;

function withBody(body: string): Message {
  return messageOf(encodeLatin1(HEADER + body));
}

/** A body that is not in memory, in these pieces. `after`: what comes then. */
function streamed(pieces: readonly string[], size?: number, after?: () => Promise<void>): Message {
  const octets = pieces.map(encodeLatin1);
  async function* open(): AsyncIterable<Uint8Array> {
    yield* octets;
    await after?.();
  }
  const total = octets.reduce((sum, piece) => sum + piece.length, 0);
  const body: Body = { kind: 'body', size: size ?? total, bytes: undefined, open };
  const { header, separator } = messageOf(HEADER);
  return messageFromParts({ fields: header, separator }, body);
}

/** Pieces of `length`. */
function cut(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length));
}

export const conformanceCases: Readonly<Record<string, Case>> = {
  'has a name that can be printed': async (scanner) => {
    equal(/^[!-~](?:[ -~]{0,198}[!-~])?$/.test(scanner.name), true);
  },
  'finds nothing in harmless mail': async (scanner) => {
    for (const body of ['', '\r\n', 'Hello\r\n', 'OK\0\r\n.\r\n', 'stream: X FOUND\r\n', LINE.repeat(5000)]) {
      equal([body.length, await said(scanner, withBody(body))], [body.length, 'clean']);
    }
    equal(await said(scanner, messageOf('')), 'clean');
    equal(await said(scanner, messageOf('Subject: no body')), 'clean');
  },
  'finds a virus wherever it stands': async (scanner, virus) => {
    const at = [0, 1, 65_400, 65_500, 131_000];
    for (const before of at) {
      const body = `${'x'.repeat(before)}${virus}${LINE.repeat(10)}`;
      equal([before, await said(scanner, withBody(body))], [before, 'infected']);
    }
    equal(await said(scanner, withBody(LINE.repeat(3000) + virus)), 'infected');
    equal(
      await said(scanner, messageOf(encodeLatin1(`Subject: test\r\nX-Note: ${virus}\r\n\r\nHello\r\n`))),
      'infected',
    );
  },
  'looks at all of a body that comes in pieces': async (scanner, virus) => {
    const text = LINE.repeat(100) + virus;
    for (const length of [7, 100, 4096, 65_536]) equal(await said(scanner, streamed(cut(text, length))), 'infected');
    // An empty piece is not the end.
    equal(await said(scanner, streamed([LINE, '', LINE, '', virus, ''])), 'infected');
    equal(await said(scanner, streamed(['', ''])), 'clean');
    equal(await said(scanner, streamed(cut(LINE.repeat(4000), 10_000))), 'clean');
  },
  'says the same of the same message': async (scanner, virus) => {
    for (const message of [streamed([LINE, virus]), withBody(LINE)]) {
      const first = await said(scanner, message);
      equal(await said(scanner, message), first);
    }
  },
  'says of each message what is in it, however many there are at once': async (scanner, virus) => {
    const bodies = Array.from({ length: 40 }, (_, i) => LINE.repeat(i * 20) + (i % 3 === 0 ? virus : ''));
    const verdicts = await Promise.all(bodies.map((body) => said(scanner, withBody(body))));
    equal(
      verdicts,
      bodies.map((_, i) => (i % 3 === 0 ? 'infected' : 'clean')),
    );
  },
  'takes a message of 1 MiB': async (scanner) => {
    equal(await said(scanner, messageOfSize(1_048_000)), 'clean');
  },
  'cannot tell about a message that cannot be read': async (scanner) => {
    const broken = streamed([LINE, LINE], 1000, () => Promise.reject(new Error('EIO')));
    equal(await said(scanner, broken), 'cannot-tell');
  },
  'does not call clean what is shorter or longer than it says': async (scanner) => {
    for (const size of [10, 1000])
      equal([size, await said(scanner, streamed([LINE, LINE], size))], [size, 'cannot-tell']);
  },
  'ends with the evaluation that asks': async (scanner) => {
    const over = new AbortController();
    over.abort();
    equal(await said(scanner, withBody(LINE), { ...patient(), signal: over.signal }), 'cannot-tell');
    const soon = new AbortController();
    const stalled = streamed([LINE], 1000, () => new Promise(() => {}));
    const answer = said(scanner, stalled, { ...patient(), signal: soon.signal });
    soon.abort();
    equal(await answer, 'cannot-tell');
  },
};

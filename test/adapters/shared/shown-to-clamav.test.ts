/** What ClamAV is given: the line, the message octet for octet, and an end whatever the body does. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shownOctets, shownSize } from '../../../src/adapters/shared/shown-to-clamav.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Body } from '../../../src/values/body.js';
import { type Message, messageFromParts } from '../../../src/values/message.js';
import { stalling, until } from '../clamd/support.js';

const never = new AbortController().signal;
const { header, separator } = messageOf('Subject: test\r\n\r\n');

function streamed(pieces: readonly Uint8Array[], size: number): Message {
  async function* open(): AsyncIterable<Uint8Array> {
    yield* pieces;
  }
  const body: Body = { kind: 'body', size, bytes: undefined, open };
  return messageFromParts({ fields: header, separator }, body);
}

async function shown(message: Message, signal: AbortSignal = never): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of shownOctets(message, signal)) {
    expect(chunk.length).toBeGreaterThan(0);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

it('is the message behind the line, in whatever pieces', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: -3, max: 3 }), async (list, wrong) => {
      const octets = Buffer.concat(list);
      const said = octets.length + wrong;
      const message = streamed(list, Math.max(0, said));
      const answer = await shown(message).catch((error: Error) => error.message);
      if (Math.max(0, said) < octets.length) expect(answer).toBe('it is longer than it says');
      else if (said > octets.length) expect(answer).toBe('it is shorter than it says');
      else {
        expect(answer.toString('latin1')).toBe(
          `Received: by postern\r\nSubject: test\r\n\r\n${octets.toString('latin1')}`,
        );
        expect(answer.length).toBe(shownSize(message));
      }
    }),
    { numRuns: 200 },
  );
});

it('is the line alone of a message without octets', async () => {
  expect((await shown(messageOf(''))).toString()).toBe('Received: by postern\r\n');
});

it.each(['in the middle', 'behind its last octet'] as const)(
  'ends with the signal though the body stalls %s',
  async (where) => {
    const over = new AbortController();
    const { message, given } = stalling(where);
    const answer = shown(message, over.signal).catch((error: Error) => error.message);
    setTimeout(() => over.abort('the time is over'), 5);
    expect(await answer).toBe('the time is over');
    expect(given.back).toBe(0);
    given.letGo();
    await until(() => given.back === 1);
    expect(await shown(message, over.signal).catch((error: Error) => error.message)).toBe('the time is over');
  },
);

it('gives the body back when nobody wants more of it', async () => {
  const { message, given } = stalling('behind its last octet');
  for await (const chunk of shownOctets(message, never)) if (chunk.length > 0) break;
  given.letGo();
  await until(() => given.back <= 1);
  const failing = streamed([], 1);
  async function* open(): AsyncIterable<Uint8Array> {
    yield Buffer.from('x');
    throw new Error('EIO');
  }
  const broken: Message = { ...failing, body: { ...failing.body, open } };
  expect(await shown(broken).catch((error: Error) => error.message)).toBe('EIO');
});

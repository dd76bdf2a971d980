/** A client's side of a session, for tests that are no dialogues. */
import { expect } from 'vitest';
import { openWire, type Wire } from '../../src/testing/dialogue/index.js';

export async function session(port: number): Promise<Wire> {
  const wire = await openWire(port, '127.0.0.1', false);
  expect(await wire.line(2000)).toMatch(/^220 /);
  await say(wire, 'EHLO client.example', 6);
  return wire;
}

export async function say(wire: Wire, text: string, lines = 1): Promise<string | undefined> {
  wire.send(`${text}\r\n`);
  let last: string | undefined;
  for (let n = 0; n < lines; n++) last = await wire.line(5000);
  return last;
}

export async function envelope(wire: Wire, recipient = 's001@school.example'): Promise<void> {
  expect(await say(wire, 'MAIL FROM:<a@example.com>')).toMatch(/^250 /);
  expect(await say(wire, `RCPT TO:<${recipient}>`)).toMatch(/^250 /);
  expect(await say(wire, 'DATA')).toMatch(/^354 /);
}

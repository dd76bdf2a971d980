/** Every file of test/dialogues is a session with the SMTP or LMTP server. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { parseDialogue, runDialogue } from '../../src/testing/dialogue/index.js';
import { setupNamed, startTestServer, type TestServer } from './smtp-support.js';

const folder = new URL('../dialogues/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.dialogue'));
const running: TestServer[] = [];

afterAll(async () => {
  await Promise.all(running.map((one) => one.server.close()));
});

test('there are dialogues', () => {
  expect(files.length).toBeGreaterThan(20);
});

test.each(files)('%s', async (name) => {
  const dialogue = parseDialogue(readFileSync(new URL(name, folder), 'utf8'), name);
  const server = await startTestServer(await setupNamed(dialogue.setup));
  running.push(server);
  await runDialogue(dialogue, { port: server.server.port, check: (words) => void check(server, words) });
});

/** `stored MAILBOX COUNT`, `has MAILBOX TEXT`, `lacks MAILBOX TEXT`, `held COUNT`, `quarantined COUNT`, `log TEXT`, `queued TEXT`. */
function check({ store, hold, quarantine, queued, lines }: TestServer, words: string): unknown {
  const [, verb, first = '', rest = ''] = /^(\S+) ?(\S*) ?(.*)$/.exec(words) ?? [];
  const textOf = (): string =>
    store
      .messages(first)
      .map((one) => Buffer.from(one.bytes).toString('latin1'))
      .join('\n');
  const kept = (from: typeof hold, box: string): number => from.messages(box).length;
  switch (verb) {
    case 'stored':
      return expect(store.messages(first).length).toBe(Number(rest));
    case 'has':
      return expect(textOf()).toMatch(new RegExp(rest, 'm'));
    case 'lacks':
      return expect(textOf()).not.toMatch(new RegExp(rest, 'm'));
    case 'held':
      return expect(kept(hold, 'hold')).toBe(Number(first));
    case 'quarantined':
      return expect(kept(quarantine, 'quarantine')).toBe(Number(first));
    case 'queued':
      return expect(queued).toContain(first);
    case 'log':
      return expect(lines.map((line) => JSON.stringify({ ...line.fields, text: line.text })).join('\n')).toContain(
        `${first} ${rest}`.trim(),
      );
    case 'nolog':
      return expect(JSON.stringify(lines)).not.toContain(first);
    default:
      throw new Error(`no check ${words}`);
  }
}

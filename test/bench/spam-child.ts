/**
 * Child process of spam.ts: scores messages in process. Arguments: the folder of the messages, the folders of rules
 * and of site rules. Says how long the start with a first message took, then answers `run` with
 * milliseconds of processor time a message, and `size` with that of one message of several sizes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSpamAssassin } from '../../src/spamassassin/index.js';
import { compileSpamRules } from '../../src/stages/spam/score/compile.js';
import { scoreMessage } from '../../src/stages/spam/score/score.js';
import { parseMessage } from '../../src/values/message.js';

const [folder = '', rules = '', site = ''] = process.argv.slice(2);
const compiled = compileSpamRules(readSpamAssassin({ rules, site, localTestsOnly: true }));

function score(octets: Uint8Array): number {
  const parsed = parseMessage(octets);
  if (parsed.kind !== 'parsed') return 0;
  const message = parsed.value;
  const body = message.body.bytes ?? new Uint8Array(0);
  const envelope = { sender: 'sender@mail.example', recipients: ['head@school.example'] };
  return scoreMessage(compiled, compiled.preparation.subject({ message, body, envelope, now: new Date() }), {
    detail: false,
  }).score;
}

const messages = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .sort()
  .map((name) => new Uint8Array(readFileSync(join(folder, name))));
score(messages[0] ?? new Uint8Array(0));
const first = performance.now();
const { user, system } = process.cpuUsage();

function cpuOf(work: () => void): number {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

function run(): number {
  return (
    cpuOf(() => {
      for (const one of messages) score(one);
    }) / messages.length
  );
}

/** The same text again and again, up to so many octets. */
function ofSize(size: number): number {
  const text = Buffer.concat(messages)
    .toString('latin1')
    .replace(/[^ -~\n]/g, '')
    .slice(0, size)
    .padEnd(size, ' text');
  const octets = new Uint8Array(Buffer.from(`Subject: x\nContent-Type: text/plain\n\n${text}`, 'latin1'));
  const rounds = Math.ceil(2_000_000 / size);
  return (
    cpuOf(() => {
      for (let i = 0; i < rounds; i++) score(octets);
    }) / rounds
  );
}

process.on('message', (what: { readonly run?: true; readonly size?: number }) => {
  const cpu = what.size === undefined ? run() : ofSize(what.size);
  process.send?.({ cpu, rss: process.memoryUsage().rss / 1024 / 1024 });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ first, cpu: (user + system) / 1000 });

/** A process that scans over each kind of connection, closes nothing, and must end by itself. Arguments: two ports. */
import { clamd } from '../../../src/adapters/clamd/index.js';
import { messageOf } from '../../../src/testing/builders.js';

const [port = '', silent = ''] = process.argv.slice(2);
const message = messageOf('Subject: test\r\n\r\nHello\r\n');
const ended = new AbortController();

async function main(): Promise<void> {
  const at = (text: string) => ({ host: '127.0.0.1', port: Number(text) });
  const call = { signal: ended.signal, deadline: performance.now() + 3_600_000 };
  const answers = [
    await clamd(at(port)).scan(message, call),
    await clamd(at(port), { session: true, maxIdle: 3_600_000 }).scan(message, call),
    await clamd(at(silent), { timeout: 50 }).scan(message, call),
    await clamd(at('1')).scan(message, call),
  ];
  const kinds = answers.map((answer) => (answer.kind === 'found' ? answer.value.kind : answer.kind));
  process.stdout.write(`${kinds.join('\n')}\n`);
}

void main();

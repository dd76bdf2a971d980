/**
 * What one message of 100 MiB costs an SMTP server over a Maildir in memory: the peak of the resident set while it arrives
 * and is delivered, above that of the idle server, which has taken a small message before.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { buildChildren, type Child, startChild } from './built.js';
import { type BenchRow, row } from './row.js';

const MIB = 1_048_576;
const LIMIT_MIB = 64;

/** `folder`: where the Maildir and the spool are; default the system's for temporary files. */
export async function benchLargeMessage({ mib = 100, folder = '' } = {}): Promise<readonly BenchRow[]> {
  await buildChildren(['large-message-child']);
  const child = await startChild<{ port: number }>('large-message-child', folder === '' ? [] : [folder]);
  try {
    await deliver(child.ready.port, MIB / 4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await peakOf(child);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const idle = await peakOf(child);
    await deliver(child.ready.port, mib * MIB);
    const ours = ((await peakOf(child)) - idle) / MIB;
    const name = `peak memory above idle, a message of ${mib} MiB to a Maildir`;
    return [row({ name, unit: 'MiB', ours, against: 'limit', rival: LIMIT_MIB, goal: '<= 1' })];
  } finally {
    child.process.disconnect();
  }
}

/** Since the last question. */
async function peakOf({ process }: Child<unknown>): Promise<number> {
  const answer = once(process, 'message');
  process.send('peak');
  return ((await answer) as [{ peak: number }])[0].peak;
}

/** Sends a message of so many octets in lines, as fast as the server takes it. */
async function deliver(port: number, octets: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const lines = `${'lorem ipsum dolor sit amet '.repeat(3).slice(0, 62)}\r\n`.repeat(1024);
  let replies = '';
  socket.on('data', (chunk: Buffer) => {
    replies += chunk.toString('latin1');
  });
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(replies)) await once(socket, 'data');
    replies = '';
  };
  await until(/^220 .*\r\n/);
  socket.write('EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<s001@school.example>\r\nDATA\r\n');
  await until(/^354 .*\r\n/m);
  socket.write('Subject: large\r\n\r\n');
  for (let sent = 0; sent < octets; sent += lines.length) {
    if (!socket.write(lines)) await once(socket, 'drain');
  }
  socket.write('.\r\n');
  await until(/^250 2\.0\.0 .*\r\n/);
  socket.end('QUIT\r\n');
  socket.resume();
}

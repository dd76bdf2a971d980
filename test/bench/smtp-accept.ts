/**
 * Messages a second through the SMTP server with a policy of ten stages that match nothing, beside bare smtp-server with a
 * handler that counts octets. Three processes: each server and the load; the servers take turns under the same load.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type BenchRow, median, row } from './row.js';

const OCTETS = 4096;
const CONNECTIONS = 10;

/** The ratio is the median of the rounds' ratios. Default 5 rounds of 2,000 ms for each server, after one to warm up. */
export async function benchSmtpAccept({ rounds = 5, ms = 2000 } = {}): Promise<readonly BenchRow[]> {
  const ours = await child('smtp-accept-server.ts', 'ours');
  const bare = await child('smtp-accept-server.ts', 'bare');
  const client = await child('smtp-accept-client.ts', '');
  const run = async (port: number): Promise<number> => {
    const answer = once(client.process, 'message');
    client.process.send({ port, ms, octets: OCTETS, connections: CONNECTIONS });
    return ((await answer) as [{ rate: number }])[0].rate;
  };
  try {
    const pairs: (readonly [number, number])[] = [];
    for (let round = 0; round <= rounds; round++) {
      const first = round % 2 === 0 ? await run(ours.port) : await run(bare.port);
      const second = round % 2 === 0 ? await run(bare.port) : await run(ours.port);
      if (round > 0) pairs.push(round % 2 === 0 ? [first, second] : [second, first]);
    }
    const one = row({
      name: `SMTP accept, 10 stages, 4 KiB, ${CONNECTIONS} connections`,
      unit: 'messages/s',
      ours: median(pairs.map(([rate]) => rate)),
      against: 'bare smtp-server',
      rival: median(pairs.map(([, rate]) => rate)),
      goal: '>= 0.80',
    });
    return [{ ...one, ratio: median(pairs.map(([rate, rival]) => rate / rival)) }];
  } finally {
    for (const one of [ours, bare, client]) one.process.disconnect();
  }
}

async function child(file: string, role: string): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const process = fork(fileURLToPath(new URL(file, import.meta.url)), [role]);
  const [{ port }] = (await once(process, 'message')) as [{ port: number }];
  return { process, port };
}

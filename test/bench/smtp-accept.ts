/**
 * Messages a second through the SMTP server with a policy of ten stages that match nothing, beside bare smtp-server with a
 * handler that counts octets. Three processes: each server and the load; the servers take turns under the same load.
 */
import { once } from 'node:events';
import { buildChildren, type Child, startChild } from './built.js';
import { type BenchRow, median, row } from './row.js';

const OCTETS = 4096;
const CONNECTIONS = 10;

/**
 * Ratios are medians over the rounds. Default 5 rounds of 2,000 ms for each server, after a time to warm up in which the
 * code of both is compiled for speed. The second row is steadier on a machine that others use too.
 */
export async function benchSmtpAccept({ rounds = 5, ms = 2000, warmUp = 12_000 } = {}): Promise<readonly BenchRow[]> {
  await buildChildren(['smtp-accept-server', 'smtp-accept-client']);
  const ours = await startChild<{ port: number }>('smtp-accept-server', ['ours']);
  const bare = await startChild<{ port: number }>('smtp-accept-server', ['bare']);
  const client = await startChild('smtp-accept-client');

  async function run(server: Child<{ port: number }>, time: number): Promise<Round> {
    const before = await cpuOf(server);
    const answer = once(client.process, 'message');
    client.process.send({ port: server.ready.port, ms: time, octets: OCTETS, connections: CONNECTIONS });
    const [{ accepted, rate }] = (await answer) as [{ accepted: number; rate: number }];
    return { rate, cpu: ((await cpuOf(server)) - before) / accepted };
  }

  try {
    for (const server of [ours, bare]) await run(server, warmUp);
    const pairs: { ours: Round; bare: Round }[] = [];
    for (let round = 0; round < rounds; round++) {
      const first = await run(round % 2 === 0 ? ours : bare, ms);
      const second = await run(round % 2 === 0 ? bare : ours, ms);
      pairs.push(round % 2 === 0 ? { ours: first, bare: second } : { ours: second, bare: first });
    }
    const name = `SMTP accept, 10 stages, 4 KiB, ${CONNECTIONS} connections`;
    return [
      rowOf(pairs, ({ rate }) => rate, { name, unit: 'messages/s', goal: '>= 0.80' }),
      rowOf(pairs, ({ cpu }) => 1e6 / cpu, { name: `${name}, by processor time`, unit: 'messages/s', goal: '' }),
    ];
  } finally {
    for (const one of [ours, bare, client]) one.process.disconnect();
  }
}

interface Round {
  /** Messages a second. */
  readonly rate: number;
  /** Microseconds of processor time for one message, in the server. */
  readonly cpu: number;
}

function rowOf(
  pairs: readonly { readonly ours: Round; readonly bare: Round }[],
  read: (round: Round) => number,
  facts: Pick<BenchRow, 'name' | 'unit' | 'goal'>,
): BenchRow {
  const ours = median(pairs.map((pair) => read(pair.ours)));
  const rival = median(pairs.map((pair) => read(pair.bare)));
  const ratio = median(pairs.map((pair) => read(pair.ours) / read(pair.bare)));
  return { ...row({ ...facts, ours, against: 'bare smtp-server', rival }), ratio };
}

async function cpuOf({ process }: Child<unknown>): Promise<number> {
  const answer = once(process, 'message');
  process.send('cpu');
  const [{ cpu }] = (await answer) as [{ cpu: { user: number; system: number } }];
  return cpu.user + cpu.system;
}

/** What the pipeline costs: 20 synchronous stages that do nothing, with trace, beside a loop that awaits bare functions. */
import { type AnyStage, definePolicy, defineStage } from 'postern';
import { mailboxOf, messageOf, senderOf, sessionOf } from 'postern/testing';
import { type BenchRow, median, row } from './row.js';

const STAGES = 20;
const EVALUATIONS = 20_000;

export async function benchCore(): Promise<readonly BenchRow[]> {
  const stages: readonly AnyStage[] = Array.from({ length: STAGES }, (_, n) =>
    defineStage({ name: `stage${n}`, at: 'message', run: () => undefined }),
  );
  const policy = definePolicy({ message: stages });
  const message = messageOf('Subject: x\r\n\r\nbody\r\n');
  const input = {
    session: sessionOf(),
    helo: 'client.example',
    sender: senderOf('a@client.example'),
    recipients: [mailboxOf('s001@school.example')],
    message,
  };
  const tx = { message };
  const bare = async (): Promise<void> => {
    for (const stage of stages) await stage.run(tx as never, undefined as never);
  };
  const ours: number[] = [];
  const rival: number[] = [];
  for (let round = 0; round < 5; round++) {
    ours.push(await rate(() => policy.evaluate(input)));
    rival.push(await rate(bare));
  }
  return [
    row({
      name: `evaluate: all phases, ${STAGES} synchronous stages, trace`,
      unit: 'evaluations/s',
      ours: median(ours),
      against: 'awaiting 20 bare functions',
      rival: median(rival),
      goal: '',
    }),
  ];
}

async function rate(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < EVALUATIONS; n++) await run();
  return (EVALUATIONS * 1000) / (performance.now() - started);
}

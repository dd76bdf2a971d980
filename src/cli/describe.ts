/** `postern describe`: what a policy is made of, and its table of failures, as text or JSON. */
import type { FailureRow, PolicyDescription, StageDescription } from '../core/describe.js';
import { commandLine, policyOptions } from './arguments.js';
import { type Exit, exitStatus, type Io, print, usageExit } from './io.js';
import { loadPolicy } from './load-policy.js';
import { printable, safeJson } from './printable.js';
import { describeHelp } from './usage.js';

export async function describe(args: readonly string[], io: Io): Promise<number | Exit> {
  const line = commandLine(args, policyOptions);
  if (line.kind === 'exit') return line;
  const { values, operands } = line.value;
  if (values.help === true) {
    await print(io.stdout, describeHelp);
    return exitStatus.ok;
  }
  if (operands.length > 0) return usageExit(`describe: unexpected ${operands[0]}`);
  const loaded = await loadPolicy(values, io);
  if (loaded.kind === 'exit') return loaded;
  const { policy } = loaded.value;
  const description = policy.describe();
  const failures = policy.failures();
  const text =
    values.json === true
      ? `${safeJson({ ...description, failures }, 2)}\n`
      : `${[...phasesText(description), '', ...failuresText(failures)].join('\n')}\n`;
  await print(io.stdout, text);
  return exitStatus.ok;
}

function phasesText({ phases }: PolicyDescription): readonly string[] {
  if (phases.length === 0) return ['no stages: everything goes on'];
  return phases.flatMap(({ phase, stages }) => [`${phase}`, ...stages.flatMap((stage) => stageText(stage, 1))]);
}

function stageText(stage: StageDescription, depth: number): readonly string[] {
  const { name, form, members, needs, uses, gives, edits, decides, accepts, asks } = stage;
  const asked = Object.entries(asks).map(([port, rule]) => `${port} (else ${rule})`);
  const facts = [
    ['needs', needs],
    ['uses', uses],
    ['gives', gives],
    ['edits', edits],
    ['asks', asked],
    ['may', accepts ? ['accept', ...decides] : decides],
  ] as const;
  const shown = facts.filter(([, list]) => list.length > 0).map(([word, list]) => `${word} ${list.join(', ')}`);
  const head = form === 'leaf' ? name : `${name} (${form})`;
  const line = `${'  '.repeat(depth)}${head}${shown.length === 0 ? '' : `: ${shown.join('; ')}`}`;
  return [printable(line), ...members.flatMap((member) => stageText(member, depth + 1))];
}

function failuresText(rows: readonly FailureRow[]): readonly string[] {
  const table = rows.map((row) =>
    [
      row.phase,
      row.stage,
      row.port ?? '-',
      `${row.cannotTell ?? '-'}${row.unless === undefined ? '' : `, unless ${row.unless}`}`,
      row.crash,
    ].map(printable),
  );
  const all = [['phase', 'stage', 'port', 'cannot tell', 'crash'], ...table];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const lines = all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return ['when something does not answer (a stage that crashes defers where nothing else is said):', ...lines];
}

/** `postern batch`: a policy over stored mail, one line or one JSON object a message. */
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type BatchResult,
  type BatchSource,
  emlFiles,
  inOrder,
  maildirFolder,
  mboxFile,
  runBatch,
} from '../servers/batch/index.js';
import { replyText } from '../values/reply.js';
import { circumstances, commandLine, envelopeOptions, type OptionValues, policyOptions } from './arguments.js';
import { decidedBy } from './decided-by.js';
import { type Exit, exitStatus, type Io, print, usageExit } from './io.js';
import { loadPolicy } from './load-policy.js';
import { outcomeData } from './outcome-data.js';
import { printable, safeJson } from './printable.js';
import { batchHelp } from './usage.js';

export async function batch(args: readonly string[], io: Io): Promise<number | Exit> {
  const line = commandLine(args, {
    ...policyOptions,
    ...envelopeOptions,
    mboxrd: { type: 'boolean' },
    concurrency: { type: 'string' },
  });
  if (line.kind === 'exit') return line;
  const { values, operands } = line.value;
  if (values.help === true) {
    await print(io.stdout, batchHelp);
    return exitStatus.ok;
  }
  const concurrency = Number(values.concurrency ?? '1');
  if (operands.length === 0) return usageExit('batch: at least one path is expected');
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1_000) {
    return usageExit('batch: --concurrency is a whole number from 1 to 1000');
  }
  const loaded = await loadPolicy(values, io);
  if (loaded.kind === 'exit') return loaded;
  const given = circumstances(values, loaded.value.serverName);
  if (given.kind === 'exit') return given;

  const sources: BatchSource[] = [];
  for (const path of operands) sources.push(await sourceOf(resolve(io.cwd, path), values));
  const { policy } = loaded.value;
  const run = runBatch({
    policy,
    source: inOrder(...sources),
    session: () => given.value,
    concurrency,
    detail: values.json === true,
    ...(io.signal !== undefined && { signal: io.signal }),
  });
  const tally = new Map<string, number>();
  for await (const result of run) {
    const kind = result.kind === 'failed' ? `failed: ${result.reason}` : decisionOf(result);
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
    await print(io.stdout, values.json === true ? `${safeJson(dataOf(result))}\n` : lineOf(result));
  }
  const counts = [...tally].sort().map(([kind, count]) => `${count} ${kind}`);
  await print(io.stderr, `${counts.length === 0 ? 'no messages' : counts.join(', ')}\n`);
  if (tally.has('failed: unreadable') || tally.has('failed: not-mbox')) return exitStatus.noInput;
  return [...tally.keys()].some((kind) => kind.startsWith('failed')) ? exitStatus.data : exitStatus.ok;
}

/** What cannot be looked at is left to `emlFiles`, which says why by name. */
async function sourceOf(path: string, { mboxrd }: OptionValues): Promise<BatchSource> {
  try {
    if (!(await stat(path)).isDirectory()) {
      return (await isMbox(path)) ? mboxFile(path, { format: mboxrd === true ? 'mboxrd' : 'mboxo' }) : emlFiles([path]);
    }
    const names = await readdir(path);
    if (names.includes('new') || names.includes('cur')) return maildirFolder(path);
    return emlFiles(
      names
        .filter((name) => name.endsWith('.eml'))
        .sort()
        .map((name) => join(path, name)),
    );
  } catch {
    return emlFiles([path]);
  }
}

async function isMbox(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(5), 0, 5, 0);
    return buffer.toString('latin1', 0, bytesRead) === 'From ';
  } finally {
    await handle.close();
  }
}

type Evaluated = Extract<BatchResult, { kind: 'evaluated' }>;

/** The decision that all recipients share, else every kind among them: `continue+reject`. */
function decisionOf({ outcome }: Evaluated): string {
  return [...new Set(outcome.recipients.map((one) => one.decision.kind))].sort().join('+') || outcome.decision.kind;
}

/** `box:1234<TAB>reject<TAB>headerChecks header_checks:3<TAB>550 5.7.1 No`. */
function lineOf(result: BatchResult): string {
  const { file, offset } = result.item;
  const place = offset === undefined ? file : `${file}:${offset}`;
  const cells = result.kind === 'failed' ? [place, 'failed', result.reason, result.why] : [place, ...verdict(result)];
  return `${cells.map(printable).join('\t')}\n`;
}

function verdict(result: Evaluated): readonly string[] {
  const { outcome } = result;
  const final =
    outcome.recipients.map((one) => one.decision).find((one) => one.kind !== 'continue') ?? outcome.decision;
  if (final.kind === 'continue') return [decisionOf(result), '', ''];
  const by = decidedBy(outcome.trace, final);
  const source = by?.rule?.source;
  const rule = source === undefined ? '' : ` ${source.file}:${source.line ?? 0}`;
  return [decisionOf(result), `${by?.stage ?? ''}${rule}`, replyText(final.reply)];
}

function dataOf(result: BatchResult): unknown {
  if (result.kind === 'failed') return result;
  const { kind, item, outcome, facts } = result;
  return { kind, item, facts, outcome: outcomeData(outcome) };
}

/**
 * `postern check`: loads the policy and says whether that worked; for a Postfix configuration, what becomes of every
 * parameter. A parameter that is not honoured is told, and is no error.
 */
import type { ReportRow } from '../postfix/index.js';
import { renderProblem } from '../values/errors.js';
import { commandLine, policyOptions } from './arguments.js';
import { type Exit, exitStatus, type Io, print, usageExit, wantsColor } from './io.js';
import { loadPolicy } from './load-policy.js';
import { toPlain } from './plain.js';
import { type Painter, painter, printable, safeJson } from './printable.js';
import { checkHelp } from './usage.js';

export async function check(args: readonly string[], io: Io): Promise<number | Exit> {
  const line = commandLine(args, policyOptions);
  if (line.kind === 'exit') return line;
  const { values, operands } = line.value;
  if (values.help === true) {
    await print(io.stdout, checkHelp);
    return exitStatus.ok;
  }
  if (operands.length > 0) return usageExit(`check: unexpected ${operands[0]}`);
  const loaded = await loadPolicy(values, io);
  if (loaded.kind === 'exit') return loaded;
  const { report = [], warnings = [] } = loaded.value.postfix ?? {};
  if (values.json === true) {
    await print(io.stdout, `${safeJson({ ok: true, report: toPlain(report), warnings: toPlain(warnings) }, 2)}\n`);
    return exitStatus.ok;
  }
  for (const one of warnings) await print(io.stderr, `${printable(renderProblem(one))}\n`);
  const paint = painter(wantsColor(io));
  for (const row of report) await print(io.stdout, `${rowText(row, paint)}\n`);
  await print(io.stdout, `${paint.good('ok')}\n`);
  return exitStatus.ok;
}

/** `main.cf:12: content_filter: NOT honoured: mail is not sent through that filter`. */
function rowText({ parameter, source, status, why }: ReportRow, paint: Painter): string {
  const where = source === undefined ? '(default)' : `${source.file}:${source.line ?? 1}`;
  const shown =
    status === 'not-honoured' ? paint.warn('NOT honoured') : status === 'honoured' ? status : 'irrelevant here';
  return `${printable(where)}: ${printable(parameter)}: ${shown}${why === '' ? '' : `: ${printable(why)}`}`;
}

/**
 * `postern check`: loads the policy and says whether that worked; for a Postfix configuration, what becomes of every
 * parameter. One that is not honoured and guards security fails the check, unless `--allow` names it.
 */
import { leavesOf } from '../core/describe.js';
import { phases } from '../core/phase.js';
import type { Policy } from '../core/policy.js';
import type { ReportRow } from '../postfix/index.js';
import type { SpamRulesStage } from '../stages/spam/index.js';
import { renderProblem } from '../values/errors.js';
import { commandLine, type OptionValues, policyOptions } from './arguments.js';
import { configExit, type Exit, exitStatus, type Io, plainProblems, print, usageExit, wantsColor } from './io.js';
import { inspectFolder, loadPolicy } from './load-policy.js';
import { toPlain } from './plain.js';
import { type Painter, painter, printable, safeJson } from './printable.js';
import { skippedNote } from './score-text.js';
import { checkHelp } from './usage.js';

export async function check(args: readonly string[], io: Io): Promise<number | Exit> {
  const line = commandLine(args, { ...policyOptions, allow: { type: 'string', multiple: true } });
  if (line.kind === 'exit') return line;
  const { values, operands } = line.value;
  if (values.help === true) {
    await print(io.stdout, checkHelp);
    return exitStatus.ok;
  }
  if (operands.length > 0) return usageExit(`check: unexpected ${operands[0]}`);
  if (values.postfix !== undefined) return checkFolder(values, io);
  const loaded = await loadPolicy(values, io);
  if (loaded.kind === 'exit') return loaded;
  const notes = skippedIn(loaded.value.policy);
  const warnings = notes.map((message) => ({ code: 'rules-skipped', message }));
  const plain = { ok: true, unsafe: [], report: [], warnings };
  if (values.json !== true) for (const one of notes) await print(io.stderr, `${printable(one)}\n`);
  await print(io.stdout, values.json === true ? `${safeJson(plain, 2)}\n` : `${painter(wantsColor(io)).good('ok')}\n`);
  return exitStatus.ok;
}

/** Of stages with rules of SpamAssassin. */
function skippedIn({ lists }: Policy): readonly string[] {
  const stages = phases.flatMap((phase) => lists[phase].flatMap(leavesOf));
  return stages.flatMap((stage) => {
    const { skipped } = stage as Partial<SpamRulesStage>;
    const note = stage.name === 'spamRules' && Array.isArray(skipped) ? skippedNote(skipped) : undefined;
    return note === undefined ? [] : [`spamRules: ${note}`];
  });
}

/** All rows, also where something is wrong: what is left is worth to know before it is mended. */
async function checkFolder(values: OptionValues, io: Io): Promise<number | Exit> {
  const read = await inspectFolder(values, io);
  if (read.kind === 'exit') return read;
  const { accounts, inspected, unused } = read.value;
  const { report, warnings, problems } = inspected;
  const odd = [...unused, ...allowedInVain(report, values)];
  const unsafe = unsafeNames(report, values);
  const status = problems.length > 0 ? exitStatus.config : unsafe.length > 0 ? exitStatus.unsafe : exitStatus.ok;
  const ended = problems.length > 0 ? configExit(problems, false) : undefined;
  for (const one of odd) await print(io.stderr, `${printable(one)}\n`);
  if (values.json === true) {
    const wrong = problems.length === 0 ? {} : { problems: plainProblems(problems) };
    const ok = status === exitStatus.ok;
    const plain = { ok, unsafe, accounts, report: toPlain(report), warnings: toPlain(warnings), ...wrong };
    await print(io.stdout, `${safeJson(plain, 2)}\n`);
    return ended ?? status;
  }
  for (const one of warnings) await print(io.stderr, `${printable(renderProblem(one))}\n`);
  const paint = painter(wantsColor(io));
  for (const row of report) await print(io.stdout, `${rowText(row, paint)}\n`);
  if (accounts !== undefined) await print(io.stdout, `accounts (unix:passwd.byname): ${printable(accounts)}\n`);
  if (ended !== undefined) return ended;
  const ok = unsafe.length === 0;
  await print(io.stdout, ok ? `${paint.good('ok')}\n` : `${paint.bad('not safe')}: ${unsafeText(unsafe)}\n`);
  return status;
}

/** A slip of the pen allows nothing. */
function allowedInVain(report: readonly ReportRow[], { allow = [] }: OptionValues): readonly string[] {
  const known = new Set(report.filter(({ guards }) => guards).map(({ parameter }) => parameter));
  return allow.filter((name) => !known.has(name)).map((name) => `--allow ${name}: nothing of that name is refused`);
}

function unsafeNames(report: readonly ReportRow[], { allow = [] }: OptionValues): readonly string[] {
  const names = report.filter(({ guards, parameter }) => guards && !allow.includes(parameter));
  return [...new Set(names.map(({ parameter }) => parameter))];
}

function unsafeText(names: readonly string[]): string {
  const options = names.map((name) => `--allow ${printable(name)}`).join(' ');
  return `${names.length} that guard${names.length === 1 ? 's' : ''} security NOT honoured; if that is meant: ${options}`;
}

/** `main.cf:12: smtpd_milters: NOT honoured: no milter is asked`; for `-o` the service in brackets behind the name. */
function rowText({ parameter, service, source, status, why, guards }: ReportRow, paint: Painter): string {
  const where = source === undefined ? '(default)' : `${source.file}:${source.line ?? 1}`;
  const name = service === undefined ? parameter : `${parameter} (-o of ${service})`;
  return `${printable(where)}: ${printable(name)}: ${statusText(status, guards, paint)}${why === '' ? '' : `: ${printable(why)}`}`;
}

function statusText(status: ReportRow['status'], guards: boolean, paint: Painter): string {
  switch (status) {
    case 'honoured':
      return status;
    case 'irrelevant':
      return 'irrelevant here';
    case 'unknown':
      return paint.warn('unknown');
    case 'not-honoured':
      return guards ? paint.bad('NOT honoured') : paint.warn('NOT honoured');
  }
}

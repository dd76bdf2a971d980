/** What the command touches of its process, as a parameter: tests pass their own. Exit statuses are sysexits.h's. */
import type { Resolver } from '../ports/resolver.js';
import type { LdapOpener } from '../tables/index.js';
import { type Problem, renderProblem } from '../values/errors.js';
import { printable, safeJson } from './printable.js';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  once?(event: 'drain', listener: () => void): unknown;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Who is asked of the DNS. Default: the system's. */
  readonly resolver?: Resolver;
  /** Who searches for `ldap:` tables. Default: the servers that they name. */
  readonly ldap?: LdapOpener;
  /** Ends a long run. */
  readonly signal?: AbortSignal;
}

export const exitStatus: {
  readonly ok: 0;
  /** `check`: the configuration is right, and something in it that guards security is not honoured. */
  readonly unsafe: 1;
  /** EX_USAGE: unknown option, missing argument, malformed address on the command line. */
  readonly usage: 64;
  /** EX_DATAERR: a message that cannot be evaluated. */
  readonly data: 65;
  /** EX_NOINPUT: a message file that cannot be read. */
  readonly noInput: 66;
  /** EX_SOFTWARE: a bug. */
  readonly software: 70;
  /** EX_CONFIG: the policy is wrong, or cannot be loaded. */
  readonly config: 78;
} = { ok: 0, unsafe: 1, usage: 64, data: 65, noInput: 66, software: 70, config: 78 };

export interface Exit {
  readonly kind: 'exit';
  readonly status: number;
  /** For standard error, without final line end. */
  readonly text: string;
  /** For standard output, without final line end: the same as data, where data were asked for. */
  readonly data?: string;
}

export type Ready<T> = { readonly kind: 'ready'; readonly value: T };

export function exit(status: number, text: string): Exit {
  return { kind: 'exit', status, text };
}

/** One line for each fault. */
export function usageExit(...faults: readonly string[]): Exit {
  return exit(exitStatus.usage, `${faults.map(printable).join('\n')}\nTry: postern --help`);
}

/** Each line begins with the command, whose own help is named. */
export function commandUsageExit(command: string, faults: readonly string[]): Exit {
  const lines = faults.map((fault) => printable(`${command}: ${fault}`));
  return exit(exitStatus.usage, `${lines.join('\n')}\nTry: postern ${command} --help`);
}

/** Every problem as `file:line: message: construct`, and with `json` as data too. */
export function configExit(problems: readonly Problem[], json: boolean | undefined): Exit {
  const lines = problems.map((one) => printable(renderProblem(one)));
  const told = exit(exitStatus.config, [...lines, ...hintsOf(problems)].join('\n'));
  if (json !== true) return told;
  return { ...told, data: safeJson({ ok: false, problems: plainProblems(problems) }) };
}

export function plainProblems(problems: readonly Problem[]): readonly unknown[] {
  return problems.map(({ code, message, source, construct }) => ({ code, message, source, construct }));
}

/** Options that help. */
function hintsOf(problems: readonly Problem[]): readonly string[] {
  const hints = [
    ['unsupported-pattern', 'to run patterns that need backtracking, in a worker with a deadline: --trusted TYPE:FILE'],
    ['no-accounts', 'to say whose accounts are meant: --accounts system, or --accounts PASSWD-FILE'],
  ] as const;
  return hints.filter(([code]) => problems.some((one) => one.code === code)).map(([, hint]) => hint);
}

export function ready<T>(value: T): Ready<T> {
  return { kind: 'ready', value };
}

/** Waits for a reader that is slower than we are. */
export async function print(output: Output, text: string): Promise<void> {
  if (output.write(text) !== false || output.once === undefined) return;
  const { once } = output;
  await new Promise<void>((resolve) => once.call(output, 'drain', resolve));
}

/** Colours on a terminal only, and never where NO_COLOR is set to anything (no-color.org). */
export function wantsColor({ stdout, env }: Io): boolean {
  return stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

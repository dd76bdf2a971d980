/** What the operator of `virus` decides, and what is wrong with it. */
import type { CannotTellRule } from '../../core/decision.js';
import type { Scanner } from '../../ports/scanner.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';

export type InfectedAction = 'reject' | 'quarantine' | 'discard';
export type UnscannableAction = 'defer' | 'reject' | 'quarantine' | 'discard' | 'continue';

export interface VirusOptions {
  /** `clamd()`, `clamscan()`, or several put together by `firstThatAnswers`, `allOf`, `anyOf`. */
  readonly scanner: Scanner;
  /** `reject`: 554 5.7.1, so that a sender who did not mean it learns of it. `discard` tells the client that all is well and drops
   * the mail, as amavisd's usual set-up does: behind another host of ours, where a refusal would become a bounce to a forged
   * address. Default `reject`. */
  readonly onInfected?: InfectedAction;
  /** What the scanner cannot look at, for its size or since it is encrypted or damaged. It will not be able to tomorrow: after
   * `defer` the client tries for days and then gives up, unless the limit is raised meanwhile; `reject` says so at once. `continue`
   * lets it pass with a mark. Default `defer`. */
  readonly onUnscannable?: UnscannableAction;
  /** Name what was found in the reply of `reject`. Default false: it is told to the log alone. */
  readonly nameInReply?: boolean;
  /** Write X-Virus-Scanned into mail that was found clean, and X-Virus-Status into mail that passes, or is kept aside, without
   * that. Fields of these names from outside are removed either way. Default true. */
  readonly fields?: boolean;
  /** Who says so in these fields; printable ASCII. Default: the server's name. */
  readonly host?: string;
  /** When the scanner gives no answer. Default `defer`; `continue` lets mail pass that nobody has looked at, with a mark. */
  readonly cannotTell?: CannotTellRule;
}

const choices: Readonly<Record<string, readonly unknown[]>> = {
  onInfected: ['reject', 'quarantine', 'discard'],
  onUnscannable: ['defer', 'reject', 'quarantine', 'discard', 'continue'],
  nameInReply: [true, false],
  fields: [true, false],
  cannotTell: ['defer', 'reject', 'hold', 'quarantine', 'continue'],
};

const names: readonly string[] = ['scanner', 'host', ...Object.keys(choices)];

/** Throws ConfigurationError `options` with all that is wrong (problems `bad-option`, `no-such-option`). */
export function checkOptions(options: VirusOptions): void {
  const given = ((options as unknown) ?? {}) as Readonly<Record<string, unknown>>;
  const problems: Problem[] = Object.keys(given).flatMap((name) => (names.includes(name) ? [] : [noSuchOption(name)]));
  for (const [name, allowed] of Object.entries(choices)) {
    if (given[name] === undefined || allowed.includes(given[name])) continue;
    problems.push(wrong(name, `is one of ${allowed.join(', ')}`));
  }
  const { name, scan } = (given.scanner ?? {}) as { readonly [P in keyof Scanner]?: unknown };
  if (typeof scan !== 'function' || typeof name !== 'string' || name.trim() === '') {
    problems.push(wrong('scanner', 'is a scanner: a name and scan()'));
  }
  const { host } = given;
  if (host !== undefined && !(typeof host === 'string' && /^[!-~]{1,255}$/.test(host))) {
    problems.push(wrong('host', 'is printable ASCII without blanks'));
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

function noSuchOption(name: string): Problem {
  const message = `virus: there is no option "${name}": ${names.join(', ')}`;
  return { code: 'no-such-option', message, construct: name };
}

function wrong(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `virus: ${name} ${expected}`, construct: name };
}

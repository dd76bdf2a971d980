/** What the cases of both suites share: calls, comparisons, what the tree says. */

import type { PortCall } from '../../core/stage.js';
import { foldName } from '../../directory/fold.js';
import type { Answer } from '../../values/answer.js';

/** As frameworks give it to a test: vitest's and node:test's can skip with a reason. */
export interface TestContext {
  readonly skip?: (why: string) => unknown;
}

/** A minute for an answer. */
export function patient(): PortCall {
  return { signal: new AbortController().signal, deadline: performance.now() + 60_000 };
}

export function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`expected ${short(wanted)}, got ${short(got)}`);
}

function short(text: string | undefined): string {
  return text !== undefined && text.length > 500 ? `${text.slice(0, 500)}...` : String(text);
}

/** The value that must have been found. */
export function foundIn<T>(answer: Answer<T>, what: string): T {
  if (answer.kind === 'found') return answer.value;
  throw new Error(`${what}: expected "found", got ${JSON.stringify(answer)}`);
}

/** Keys of the names, sorted: sets of names that are the same without regard to letter case are equal. */
export function folded(names: Iterable<string>): readonly string[] {
  return [...names].map((name) => foldName(name) ?? '').sort();
}

/** `cannot-tell` with a reason, as any answer must have one that says so. */
export function kindOf(answer: Answer<unknown>): string {
  if (answer.kind === 'cannot-tell') equal([typeof answer.why, answer.why === ''], ['string', false]);
  return answer.kind;
}

/** Names that no account has, though a filter, a file or a shell might find one by them. */
export const HOSTILE_NAMES: readonly string[] = [
  '*',
  'a*',
  'alice*',
  '*)(uid=*',
  'alice)(uid=*',
  'alice)(|(uid=*',
  '(alice)',
  'alice\\',
  '\\61lice',
  'alice\0',
  '\0',
  'alice\n',
  'alice:x',
  ' alice',
  'alice ',
  'ali ce',
  'alice,dc=school',
  'cn=alice',
  'ａlice',
  'alice\u00ad',
  '../alice',
  '-alice',
  '--help',
  '10000',
  '#10000',
  '\ud800',
  '__proto__',
  'constructor',
  `${'a'.repeat(300)}`,
  'a'.repeat(65_536),
  '('.repeat(65_536),
  '*'.repeat(65_536),
  'ü'.repeat(65_536),
];

/** Answers in short, and waiting for what comes soon. */
import type { ScanVerdict } from '../../../src/ports/scanner.js';
import type { Answer } from '../../../src/values/answer.js';

/** `clean`, `infected A, B`, `unscannable too-large: why`, a text, or `? why` without the name of the scanner in front. */
export async function said(answer: Promise<Answer<ScanVerdict | string>>): Promise<string> {
  const given = await answer;
  if (given.kind === 'cannot-tell') return `? ${given.why.replace(/^[a-z]+(?: [^ ]+:\d+)?: /, '')}`;
  if (given.kind === 'not-found') return given.kind;
  const { value } = given;
  if (typeof value === 'string') return value;
  if (value.kind === 'infected') return `infected ${value.names.join(', ')}`;
  return value.kind === 'clean' ? 'clean' : `unscannable ${value.cause}: ${value.why}`;
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(holds: () => boolean, ms = 3000): Promise<void> {
  for (const end = performance.now() + ms; !holds(); await wait(3)) {
    if (performance.now() > end) throw new Error(`not after ${ms} ms: ${holds}`);
  }
}

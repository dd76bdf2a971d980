/**
 * Several scanners asked at once. For both: `infected` as soon as one says so, the others are then ended.
 *
 *     allOf   all must have looked: clean when all say clean; else "could not tell" when one cannot; else unscannable
 *     anyOf   one that has looked is enough: clean when one says clean; else "could not tell" when one cannot; else unscannable
 *
 * With `anyOf` a scanner that is down is made up for by another, and its signatures are missed meanwhile.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scanner, ScanVerdict } from '../../ports/scanner.js';
import { type Answer, found } from '../../values/answer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions, nameProblems } from '../../values/given-options.js';
import { asked, noneTells, partOf, type Said } from './asked.js';
import { scannerProblems } from './checked.js';

export interface CombineOptions {
  /** Default: the names of the scanners, with `and` or `or` between them. */
  readonly name?: string;
  /** Milliseconds of a scan's time for all of them, asked at once. Default for `anyOf`: half of what is left, so that one that is silent
   * takes no time from the stages behind; for `allOf` all of it, for without that one nothing can be said. */
  readonly timeout?: number;
}

/** Throws ConfigurationError `options` without scanners, or with what is none. */
export function allOf(scanners: readonly Scanner[], options: CombineOptions = {}): Scanner {
  const own = nameOf('allOf', scanners, options, ' and ');
  return together(scanners, own, options.timeout, (said) => {
    const worse = cannotTellOf(said) ?? said.find((one) => one.kind === 'found' && one.value.kind !== 'clean');
    return worse ?? cleanBy(said, own);
  });
}

/** Throws ConfigurationError `options` without scanners, or with what is none. */
export function anyOf(scanners: readonly Scanner[], options: CombineOptions = {}): Scanner {
  const own = nameOf('anyOf', scanners, options, ' or ');
  const half = (call: PortCall): number => (call.deadline - performance.now()) / 2;
  return together(scanners, own, options.timeout ?? half, (said) => {
    const clean = said.filter((one) => one.kind === 'found' && one.value.kind === 'clean');
    if (clean.length > 0) return cleanBy(clean, own);
    return cannotTellOf(said) ?? (said[0] as Said);
  });
}

/** `settle`: of answers, none of which is `infected`. */
function together(
  scanners: readonly Scanner[],
  name: string,
  ms: number | undefined | ((call: PortCall) => number),
  settle: (said: readonly Said[]) => Answer<ScanVerdict>,
): Scanner {
  return {
    name,
    async scan(message, call) {
      const part = partOf(call, typeof ms === 'function' ? ms(call) : ms);
      try {
        const answers = scanners.map((scanner) => asked(scanner, message, part));
        const infected = await firstInfected(answers);
        return infected ?? settle(await Promise.all(answers));
      } finally {
        part.end();
      }
    },
  };
}

/** Undefined when all have answered otherwise. */
function firstInfected(answers: readonly Promise<Said>[]): Promise<Said | undefined> {
  return new Promise((resolve) => {
    const looked = answers.map((answer) =>
      answer.then((said) => {
        if (said.kind === 'found' && said.value.kind === 'infected') resolve(said);
      }),
    );
    void Promise.all(looked).then(() => resolve(undefined));
  });
}

/** In the name of those that say so. */
function cleanBy(said: readonly Said[], own: string): Answer<ScanVerdict> {
  const names = said.map((one) => (one.kind === 'found' ? (one.value.by ?? own) : own));
  return found({ kind: 'clean', by: names.join(' and ') });
}

function cannotTellOf(said: readonly Said[]): Said | undefined {
  const silent = said.flatMap((one) => (one.kind === 'cannot-tell' ? [one] : []));
  return silent.length === 0 ? undefined : noneTells(silent);
}

/** What they are called together, once all that is given is known to be right. */
function nameOf(of: string, scanners: readonly Scanner[], options: CombineOptions, word: string): string {
  const problems: Problem[] = [];
  const { name, timeout } = givenOptions(of, options, ['name', 'timeout'], problems);
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout > 0)) {
    problems.push({ code: 'bad-option', message: `${of}: timeout is a whole number from 1`, construct: 'timeout' });
  }
  if (name !== undefined) problems.push(...nameProblems(of, name));
  if (!Array.isArray(scanners) || scanners.length === 0) {
    const message = `${of}: a list of at least one scanner is expected`;
    problems.push({ code: 'bad-option', message, construct: 'scanners' });
  } else scanners.forEach((scanner, i) => void problems.push(...scannerProblems(of, `scanners[${i}]`, scanner)));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return name ?? scanners.map((scanner) => scanner.name).join(word);
}

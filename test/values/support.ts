import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, type TestContext, vi } from 'vitest';
import { isConfigurationError, type Problem } from '../../src/values/errors.js';
import type { Parsed } from '../../src/values/parsed.js';

// Thousands of random cases on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

/** Random cases of one property; the environment variable POSTERN_FUZZ_RUNS asks for more. */
export const FUZZ_RUNS: number = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);

/** The value, or a failed test that says why there is none. */
export function value<T>(result: Parsed<T>): T {
  if (result.kind === 'malformed') throw new Error(`malformed at ${result.at}: ${result.why}`);
  return result.value;
}

/** Every malformed answer keeps the promises of `Parsed`. */
export function expectSound(result: Parsed<unknown>, input: string): void {
  if (result.kind === 'parsed') return;
  expect(result.why.length).toBeGreaterThan(0);
  expect(result.why.length).toBeLessThan(300);
  expect(result.at).toBeGreaterThanOrEqual(0);
  expect(result.at).toBeLessThanOrEqual(input.length);
}

/** Any text, lone surrogates included, and text of the characters that the parsers treat as special. */
export function anyText(specials: string): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...specials);
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit, maxLength: 60 }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  );
}

/**
 * The time for four times the size must be nowhere near sixteen times that of the size. The least of several runs
 * counts, 60 ms are free (quadratic work at these sizes takes seconds), and a busy machine has three tries.
 */
export function expectLinear(size: number, make: (size: number) => string, run: (text: string) => unknown): void {
  const small = make(size);
  const large = make(4 * size);
  let measured = { small: 0, large: 0 };
  for (let i = 0; i < 3; i++) {
    measured = { small: leastTime(small, run), large: leastTime(large, run) };
    if (measured.large < 9 * measured.small + 60) return;
  }
  expect.fail(`${measured.small} ms for ${size}, ${measured.large} ms for four times that: ${small.slice(0, 20)}`);
}

function leastTime(text: string, run: (text: string) => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    run(text);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** The problems that `make` throws. */
export function problemsOf(make: () => unknown): readonly Problem[] {
  try {
    make();
  } catch (error) {
    if (isConfigurationError(error)) return error.problems;
    throw error;
  }
  return [];
}

/** A file of Postfix's own test data, or a skipped test that says which file is missing. */
export function postfixData(ctx: TestContext, path: string): string {
  return conformanceData(ctx, `postfix/${path}`);
}

/** The test suites of RFC 7208 and RFC 4408. */
export function openspfData(ctx: TestContext, path: string): string {
  return conformanceData(ctx, `openspf-pyspf/${path}`);
}

/** The SPF scenarios of mail-auth. */
export function mailAuthSpfData(ctx: TestContext, path: string): string {
  return conformanceData(ctx, `mailauth-rs-spf/${path}`);
}

/** The messages and cases of DKIM Verifier's tests, as octets. */
export function dkimData(ctx: TestContext, path: string): Uint8Array {
  return readFileSync(conformanceFile(ctx, `dkim-lieser/${path}`));
}

/** The ARC test suite. */
export function arcData(ctx: TestContext, path: string): string {
  return conformanceData(ctx, `arc-test-suite/${path}`);
}

function conformanceData(ctx: TestContext, path: string): string {
  return readFileSync(conformanceFile(ctx, path), 'utf8');
}

function conformanceFile(ctx: TestContext, path: string): string {
  const file = fileURLToPath(new URL(`../../../shared/conformance/${path}`, import.meta.url));
  if (!existsSync(file)) ctx.skip(`no conformance data: ../shared/conformance/${path} is absent`);
  return file;
}

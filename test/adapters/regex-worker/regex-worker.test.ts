/** Threads that run away, crash, or are closed; and that nothing of it holds up the event loop. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { type RegexWorker, type RegexWorkerOptions, regexWorker } from '../../../src/adapters/regex-worker/index.js';
import type { BacktrackingMatches, BacktrackingQuestion } from '../../../src/ports/backtracking-regex.js';
import type { Answer } from '../../../src/values/answer.js';
import { problemsOf } from '../../values/support.js';

const open: RegexWorker[] = [];
function worker(options: RegexWorkerOptions = {}): RegexWorker {
  const made = regexWorker(options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Each text against the pattern. */
function question(source: string, texts: readonly string[], groups: readonly number[] = []): BacktrackingQuestion {
  const size = texts.reduce((sum, text) => sum + text.length, 0);
  const items = texts.map((text) => ({ text, patterns: [0] }));
  return { patterns: [{ source, flags: '', groups, rule: 'pcre:map:1' }], texts: { kind: 'body', size, items } };
}

function matches(answer: Answer<BacktrackingMatches>): BacktrackingMatches['matches'] {
  if (answer.kind !== 'found') throw new Error(answer.kind === 'cannot-tell' ? answer.why : answer.kind);
  return answer.value.matches;
}

const why = (answer: Answer<BacktrackingMatches>): string => (answer.kind === 'cannot-tell' ? answer.why : answer.kind);
const twice = '(a)\\1';
const runaway = question('(a+)+\\1$', [`${'a'.repeat(60)}b`]);
const called = (signal: AbortSignal) => ({ signal, deadline: Number.POSITIVE_INFINITY });

describe('answers', () => {
  test('are in the order of texts and patterns, with the groups that were asked for', async () => {
    const items = [
      { text: 'xaax', patterns: [1, 0] },
      { text: 'b', patterns: [1] },
    ];
    const patterns = [
      { source: '(?:(z)|(a))\\2', flags: '' as const, groups: [2, 1], rule: 'a' },
      { source: 'B', flags: 'i' as const, groups: [], rule: 'b' },
    ];
    expect(await worker().search({ patterns, texts: { kind: 'body', size: 5, items } })).toEqual({
      kind: 'found',
      value: { kind: 'body', size: 2, matches: [null, ['a', null], []] },
    });
  });

  test('for 10,000 texts in one question', async () => {
    const texts = Array.from({ length: 10_000 }, (_, at) => (at % 3 === 0 ? `aa${at}` : `ab${at}`));
    const found = matches(await worker().search(question(twice, texts)));
    expect(found.map((one) => one !== null)).toEqual(texts.map((_, at) => at % 3 === 0));
  });

  test('come to each of many questions at once, over several threads', async () => {
    const engine = worker({ workers: 3 });
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, at) => engine.search(question(twice, [at % 2 === 0 ? 'aa' : 'ab']))),
    );
    expect(all.map((answer) => matches(answer)[0] !== null)).toEqual(all.map((_, at) => at % 2 === 0));
  });
});

describe('a pattern that runs away', () => {
  test('is cut at the deadline, the event loop goes on, and the next question has its answer', async () => {
    const engine = worker({ timeout: 300 });
    await engine.search(question(twice, ['x']));
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const started = performance.now();
    const answer = await engine.search(runaway);
    clearInterval(ticking);
    expect(answer).toEqual({
      kind: 'cannot-tell',
      temporary: true,
      why: 'trusted patterns (pcre:map:1): no answer within 300 ms',
    });
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(ticks).toBeGreaterThan(10);
    expect(matches(await engine.search(question(twice, ['aa'])))).toEqual([[]]);
  });

  test('takes no time from questions that wait behind it', async () => {
    const engine = worker({ timeout: 300 });
    const [first, second] = await Promise.all([engine.search(runaway), engine.search(question(twice, ['aa']))]);
    expect(why(first)).toContain('within 300 ms');
    expect(matches(second)).toEqual([[]]);
  });

  test('is cut when nobody waits any more, and so is the wait for a thread', async () => {
    const engine = worker({ timeout: 60_000 });
    const abort = new AbortController();
    const both = [runaway, question(twice, ['aa'])].map((one) => engine.search(one, called(abort.signal)));
    const third = engine.search(question(twice, ['aa']));
    setTimeout(() => abort.abort(), 100);
    expect((await Promise.all(both)).map(why)).toEqual([
      expect.stringContaining('nobody waits'),
      expect.stringContaining('nobody waits'),
    ]);
    expect(matches(await third)).toEqual([[]]);
    expect(why(await engine.search(runaway, called(abort.signal)))).toContain('nobody waits');
  });

  test('lets a bounded number of questions wait', async () => {
    const engine = worker({ timeout: 300, waiting: 1 });
    const all = await Promise.all(
      [runaway, question(twice, ['aa']), question(twice, ['aa'])].map((one) => engine.search(one)),
    );
    expect(all.map(why)).toEqual([
      expect.stringContaining('within 300 ms'),
      'found',
      expect.stringContaining('too many questions wait'),
    ]);
  });
});

describe('a thread that fails', () => {
  test('for want of memory: could not tell, and the next question has its answer', async () => {
    const engine = worker({ memory: 8, timeout: 30_000 });
    // Each match holds a piece of a text of its own.
    const texts = Array.from({ length: 10_000 }, (_, at) => `${at}${'a'.repeat(2000)}`);
    const answer = await engine.search(
      question(
        '(a+)',
        texts,
        Array.from({ length: 2000 }, () => 1),
      ),
    );
    expect(why(answer)).toMatch(/memory/);
    expect(matches(await engine.search(question(twice, ['aa'])))).toEqual([[]]);
  });

  test('a program that is none: could not tell', async () => {
    const engine = worker();
    expect(why(await engine.search(question('(', ['x'])))).toContain('SyntaxError');
    expect(matches(await engine.search(question(twice, ['aa'])))).toEqual([[]]);
  });
});

describe('close', () => {
  test('ends what runs, what waits and what comes later', async () => {
    const engine = worker({ timeout: 60_000 });
    const asked = [runaway, question(twice, ['aa'])].map((one) => engine.search(one));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await engine.close();
    await engine[Symbol.asyncDispose]();
    const all = [...(await Promise.all(asked)), await engine.search(question(twice, ['aa']))];
    expect(all.map(why)).toEqual(all.map(() => expect.stringContaining('the adapter is closed')));
  });

  test('is not needed for a process to end', async () => {
    const index = fileURLToPath(new URL('../../../src/adapters/regex-worker/index.ts', import.meta.url));
    const program = `
      import { regexWorker } from ${JSON.stringify(index)};
      const answer = await regexWorker().search(${JSON.stringify(question(twice, ['aa']))});
      console.log(answer.kind);`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      timeout: 20_000,
    });
    expect(stdout).toBe('found\n');
  });
});

test('wrong options are told all at once', () => {
  const options = { timeout: 0, workers: 1.5, waiting: -1, memory: Number.NaN };
  expect(problemsOf(() => regexWorker(options)).map(({ construct }) => construct)).toEqual(Object.keys(options));
});

/** Several scanners as one: what comes of every pair of answers, the circuit breaker, time, and names. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { allOf, anyOf, type FallbackOptions, firstThatAnswers } from '../../../src/adapters/scanners/index.js';
import type { PortCall } from '../../../src/core/stage.js';
import type { Scanner, ScanVerdict } from '../../../src/ports/scanner.js';
import { messageOf } from '../../../src/testing/builders.js';
import { memoryScanner, scannerConformance } from '../../../src/testing/scanner/index.js';
import { type Answer, cannotTell, found } from '../../../src/values/answer.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { wait } from '../clamd/support.js';

const plain = messageOf('Subject: test\r\n\r\nHello\r\n');

type Kind = 'clean' | 'infected' | 'unscannable' | 'cannot-tell' | 'crash' | 'silent' | 'not-found';

/** Says one thing. `asked` counts. */
function saying(name: string, kind: Kind, ms = 0): Scanner & { kind: Kind; asked: number; ended: number } {
  const scanner = {
    name,
    kind,
    asked: 0,
    ended: 0,
    async scan(_: unknown, call: PortCall): Promise<Answer<ScanVerdict>> {
      scanner.asked++;
      call.signal.addEventListener('abort', () => scanner.ended++, { once: true });
      if (ms > 0) await wait(ms);
      switch (scanner.kind) {
        case 'clean':
          return found({ kind: 'clean' });
        case 'infected':
          return found({ kind: 'infected', names: [`Virus.of.${name}`] });
        case 'unscannable':
          return found({ kind: 'unscannable', cause: 'too-large', why: name });
        case 'cannot-tell':
          return cannotTell(`${name} is down`);
        case 'not-found':
          return { kind: 'not-found' };
        case 'crash':
          throw new Error('crashed');
        case 'silent':
          return new Promise(() => {});
      }
    },
  };
  return scanner;
}

const call = (ms = 60_000): PortCall => ({ signal: new AbortController().signal, deadline: performance.now() + ms });

/** `clean by a`, `? why`. */
async function said(scanner: Scanner, ms?: number): Promise<string> {
  const answer = await scanner.scan(plain, call(ms));
  if (answer.kind === 'found') return `${answer.value.kind} by ${answer.value.by}`;
  return answer.kind === 'cannot-tell' ? `? ${answer.why}` : answer.kind;
}

describe.each([
  ['firstThatAnswers', () => firstThatAnswers(memoryScanner(), memoryScanner())],
  ['firstThatAnswers, the first of which is down', () => firstThatAnswers(saying('a', 'cannot-tell'), memoryScanner())],
  ['allOf', () => allOf([memoryScanner({ name: 'a' }), memoryScanner({ name: 'b' })])],
  ['anyOf', () => anyOf([memoryScanner({ name: 'a' }), saying('b', 'cannot-tell')])],
] as const)('%s', (_, makeScanner) => {
  const count = scannerConformance({ test: it, makeScanner });
  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(10);
  });
});

describe('a silent one beside one that says clean', () => {
  const pair = (): readonly Scanner[] => [saying('a', 'silent'), saying('b', 'clean')];

  it('takes anyOf half of the time that is left, and the stages behind have the rest', async () => {
    const given = call(400);
    const answer = await anyOf(pair()).scan(plain, given);
    expect(answer).toMatchObject({ kind: 'found', value: { kind: 'clean', by: 'b' } });
    expect(given.deadline - performance.now()).toBeGreaterThan(100);
  });

  it('takes as long as the operator says', async () => {
    const given = call();
    expect(await anyOf(pair(), { timeout: 20 }).scan(plain, given)).toMatchObject({ value: { kind: 'clean' } });
    expect(await allOf(pair(), { timeout: 20 }).scan(plain, given)).toMatchObject({ kind: 'cannot-tell' });
    expect(given.deadline - performance.now()).toBeGreaterThan(50_000);
  });
});

describe('two scanners', () => {
  const down = 'a is down; b is down';
  it.each<[Kind, Kind, string, string, string]>([
    // a, b, firstThatAnswers, allOf, anyOf
    ['clean', 'clean', 'clean by a', 'clean by a and b', 'clean by a and b'],
    ['clean', 'infected', 'clean by a', 'infected by b', 'infected by b'],
    ['clean', 'unscannable', 'clean by a', 'unscannable by b', 'clean by a'],
    ['clean', 'cannot-tell', 'clean by a', '? b is down', 'clean by a'],
    ['clean', 'crash', 'clean by a', '? b: it failed: crashed', 'clean by a'],
    ['clean', 'not-found', 'clean by a', '? b: it gives no verdict', 'clean by a'],
    ['infected', 'clean', 'infected by a', 'infected by a', 'infected by a'],
    ['infected', 'cannot-tell', 'infected by a', 'infected by a', 'infected by a'],
    ['infected', 'silent', 'infected by a', 'infected by a', 'infected by a'],
    ['unscannable', 'clean', 'unscannable by a', 'unscannable by a', 'clean by b'],
    ['unscannable', 'infected', 'unscannable by a', 'infected by b', 'infected by b'],
    ['unscannable', 'unscannable', 'unscannable by a', 'unscannable by a', 'unscannable by a'],
    ['unscannable', 'cannot-tell', 'unscannable by a', '? b is down', '? b is down'],
    ['cannot-tell', 'clean', 'clean by b', '? a is down', 'clean by b'],
    ['cannot-tell', 'infected', 'infected by b', 'infected by b', 'infected by b'],
    ['cannot-tell', 'unscannable', 'unscannable by b', '? a is down', '? a is down'],
    ['cannot-tell', 'cannot-tell', `? ${down}`, `? ${down}`, `? ${down}`],
    ['crash', 'clean', 'clean by b', '? a: it failed: crashed', 'clean by b'],
    ['not-found', 'clean', 'clean by b', '? a: it gives no verdict', 'clean by b'],
    ['silent', 'clean', 'clean by b', '? a: no answer in its time', 'clean by b'],
    [
      'silent',
      'silent',
      '? a: no answer in its time; b: no answer in its time',
      '? a: no answer in its time; b: no answer in its time',
      '? a: no answer in its time; b: no answer in its time',
    ],
  ])('that say %s and %s', async (a, b, first, all, any) => {
    const pair = [saying('a', a), saying('b', b)] as const;
    const ms = a === 'silent' || b === 'silent' ? 60 : undefined;
    expect(await said(firstThatAnswers(...pair), ms)).toBe(first);
    expect(await said(allOf(pair), ms)).toBe(all);
    expect(await said(anyOf(pair), ms)).toBe(any);
  });

  it('are called by both names, or by their own', () => {
    const [a, b] = [saying('clamd', 'clean'), saying('clamscan', 'clean')];
    expect(firstThatAnswers(a, b).name).toBe('clamd, else clamscan');
    expect(allOf([a, b]).name).toBe('clamd and clamscan');
    expect(anyOf([a, b]).name).toBe('clamd or clamscan');
    expect(anyOf([a, b], { name: 'both' }).name).toBe('both');
    expect(firstThatAnswers(a, b, { name: 'one' }).name).toBe('one');
  });

  it('may be put together again', async () => {
    const nested = allOf([
      firstThatAnswers(saying('clamd', 'cannot-tell'), saying('clamscan', 'clean')),
      anyOf([saying('x', 'clean'), saying('y', 'unscannable')]),
    ]);
    expect(await said(nested)).toBe('clean by clamscan and x');
  });

  it('are ended once one has found something, and when the evaluation is', async () => {
    const slow = saying('slow', 'clean', 10_000);
    expect(await said(allOf([slow, saying('fast', 'infected')]))).toBe('infected by fast');
    expect(slow.ended).toBe(1);
    const over = new AbortController();
    const answer = anyOf([slow]).scan(plain, { ...call(), signal: over.signal });
    over.abort();
    expect(await answer).toMatchObject({ kind: 'cannot-tell' });
    expect(slow.ended).toBe(2);
  });

  const one = saying('a', 'clean');
  const any = (given: unknown): never => given as never;
  it.each<[string, () => unknown, readonly string[]]>([
    ['allOf([])', () => allOf([]), ['scanners']],
    ['anyOf([])', () => anyOf([]), ['scanners']],
    ['allOf()', () => allOf(any(undefined)), ['scanners']],
    ['allOf([undefined])', () => allOf([any(undefined)]), ['scanners[0]']],
    ['anyOf([a, {}, 5])', () => anyOf([one, any({}), any(5)]), ['scanners[1]', 'scanners[2]']],
    ['anyOf(a, b)', () => anyOf(any(one), any(one)), ['scan', 'asked', 'kind', 'ended', 'scanners'].sort()],
    ['anyOf([a], { timeout: 0 })', () => anyOf([one], { timeout: 0 }), ['timeout']],
    ['anyOf([a], { name: 5 })', () => anyOf([one], any({ name: 5 })), ['name']],
    ['allOf([a], { Name })', () => allOf([one], any({ Name: 'x' })), ['Name']],
    ['allOf([a], null)', () => allOf([one], any(null)), ['options']],
    ['firstThatAnswers()', () => firstThatAnswers(any(undefined), any(undefined)), ['first', 'second']],
    ['firstThatAnswers(a)', () => firstThatAnswers(one, any(undefined)), ['second']],
    ['firstThatAnswers([a, b])', () => firstThatAnswers(any([one, one]), any(undefined)), ['first', 'second']],
    ['firstThatAnswers(a, {})', () => firstThatAnswers(one, any({})), ['second']],
    ['firstThatAnswers(a, a, null)', () => firstThatAnswers(one, one, any(null)), ['options']],
    [
      'firstThatAnswers(a, a, wrong)',
      () => firstThatAnswers(one, one, any({ now: 5, name: '', firsttimeout: 5 })),
      ['firsttimeout', 'name', 'now'],
    ],
  ])('%s is refused', (_, make, wrong) => {
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    const constructs = isConfigurationError(thrown) ? thrown.problems.map(({ construct }) => construct) : thrown;
    expect([...(constructs as string[])].sort()).toEqual([...wrong].sort());
  });

  it('are asked by 500 scans of one evaluation without a warning, and leave no listener', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const many = call();
    const slow = saying('slow', 'clean', 5);
    const all = firstThatAnswers(saying('a', 'cannot-tell'), allOf([anyOf([slow]), memoryScanner()]));
    await Promise.all(Array.from({ length: 500 }, () => all.scan(plain, many)));
    await wait(10);
    process.off('warning', listen);
    expect(warnings).toEqual([]);
    expect(getEventListeners(many.signal, 'abort')).toEqual([]);
  });
});

describe('the circuit breaker', () => {
  function make(options: FallbackOptions = {}) {
    const clock = { now: 0 };
    const first = saying('first', 'cannot-tell');
    const second = saying('second', 'clean');
    const scanner = firstThatAnswers(first, second, { failures: 3, rest: 1000, now: () => clock.now, ...options });
    return { clock, first, second, scanner };
  }

  it('passes over a first that keeps failing, for a while', async () => {
    const { clock, first, scanner } = make();
    for (let i = 0; i < 10; i++) expect(await said(scanner)).toBe('clean by second');
    expect(first.asked).toBe(3);
    clock.now = 999;
    await said(scanner);
    expect(first.asked).toBe(3);
    clock.now = 1000;
    await said(scanner);
    await said(scanner);
    expect(first.asked).toBe(4);
    clock.now = 2000;
    first.kind = 'infected';
    expect(await said(scanner)).toBe('infected by first');
    expect(await said(scanner)).toBe('infected by first');
  });

  it('counts failures one after the other alone', async () => {
    const { first, scanner } = make();
    for (let i = 0; i < 20; i++) {
      first.kind = i % 3 === 2 ? 'unscannable' : 'cannot-tell';
      await said(scanner);
    }
    expect(first.asked).toBe(20);
  });

  it('tries it with one scan at a time', async () => {
    const { clock, first, second, scanner } = make({ failures: 1 });
    await said(scanner);
    clock.now = 1000;
    first.kind = 'silent';
    const answers = Array.from({ length: 20 }, () => said(scanner, 80));
    expect(first.asked).toBe(2);
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['clean by second']));
    expect(second.asked).toBe(21);
    first.kind = 'clean';
    expect(await said(scanner)).toBe('clean by second');
    clock.now = 2000;
    expect(await said(scanner)).toBe('clean by first');
  });

  it('learns nothing from scans that were ended from outside', async () => {
    const { first, second, scanner } = make({ failures: 1 });
    first.kind = 'silent';
    for (let i = 0; i < 3; i++) {
      const over = new AbortController();
      const answer = scanner.scan(plain, { ...call(), signal: over.signal });
      over.abort();
      expect(await answer).toMatchObject({ kind: 'cannot-tell' });
    }
    expect([first.asked, second.asked]).toEqual([3, 0]);
  });

  it('gives the first half of the time, and 10 seconds at most', async () => {
    const given: number[] = [];
    const first: Scanner = {
      name: 'first',
      scan: async (_, { deadline }) => {
        given.push(Math.round((deadline - performance.now()) / 100) * 100);
        return cannotTell('down');
      },
    };
    const scanner = firstThatAnswers(first, saying('second', 'clean'), { failures: 100 });
    for (const ms of [6000, 20_000, 30_000, 300_000]) await said(scanner, ms);
    expect(given).toEqual([3000, 10_000, 10_000, 10_000]);
  });

  it('gives the first its own time alone', async () => {
    const { first, scanner } = make({ firstTimeout: 30 });
    first.kind = 'silent';
    const started = performance.now();
    expect(await said(scanner)).toBe('clean by second');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(first.ended).toBe(1);
  });

  it('refuses wrong options', () => {
    let constructs: unknown;
    try {
      make({ failures: 0, rest: -1, firstTimeout: 0.5 });
    } catch (error) {
      if (isConfigurationError(error)) constructs = error.problems.map(({ construct }) => construct);
    }
    expect(constructs).toEqual(['failures', 'rest', 'firstTimeout']);
  });
});

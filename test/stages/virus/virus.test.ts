/** The stage: what it decides, which fields it writes and removes, and that "could not tell" is never clean. */
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { virusFinding } from '../../../src/findings/virus.js';
import type { Scanner, ScanVerdict } from '../../../src/ports/scanner.js';
import { type VirusOptions, virus } from '../../../src/stages/virus/index.js';
import { memoryScanner } from '../../../src/testing/scanner/index.js';
import { type Answer, cannotTell, found } from '../../../src/values/answer.js';
import { problemsOf, runOne, runPolicy, said } from '../facts.js';

const saying = (answer: Answer<ScanVerdict>, name = 'clamd'): Scanner => ({ name, scan: async () => answer });
const clean = saying(found({ kind: 'clean' }));
const infected = saying(found({ kind: 'infected', names: ['Win.A-1', 'Win.B-2'] }));
const unscannable = saying(found({ kind: 'unscannable', cause: 'too-large', why: 'over 10 octets' }));
const down = saying(cannotTell('clamd 127.0.0.1:3310: ECONNREFUSED'));

describe('what it decides', () => {
  const wait = '451 4.3.0 Temporary system problem, try again later';
  it.each<[string, Scanner, Omit<VirusOptions, 'scanner'>, string]>([
    ['clean', clean, {}, 'continue'],
    ['infected', infected, {}, 'reject virus 554 5.7.1 Message refused, it contains a virus'],
    ['infected', infected, { onInfected: 'discard' }, 'discard virus 250 2.0.0 Ok'],
    ['infected', infected, { onInfected: 'quarantine' }, 'quarantine virus 250 2.0.0 Ok'],
    ['infected', infected, { nameInReply: true }, 'reject virus 554 5.7.1 Message refused, infected: Win.A-1, Win.B-2'],
    [
      'infected',
      infected,
      { onUnscannable: 'continue', cannotTell: 'continue' },
      'reject virus 554 5.7.1 Message refused, it contains a virus',
    ],
    ['unscannable', unscannable, {}, 'defer virus 451 4.7.1 Message cannot be scanned for viruses now'],
    [
      'unscannable',
      unscannable,
      { onUnscannable: 'reject' },
      'reject virus 554 5.7.1 Message refused, it cannot be scanned for viruses',
    ],
    ['unscannable', unscannable, { onUnscannable: 'quarantine' }, 'quarantine virus 250 2.0.0 Ok'],
    ['unscannable', unscannable, { onUnscannable: 'discard' }, 'discard virus 250 2.0.0 Ok'],
    ['unscannable', unscannable, { onUnscannable: 'continue' }, 'continue'],
    ['cannot-tell', down, {}, `defer cannot-tell ${wait}`],
    ['cannot-tell', down, { onInfected: 'discard', onUnscannable: 'continue' }, `defer cannot-tell ${wait}`],
    ['cannot-tell', down, { cannotTell: 'reject' }, 'reject cannot-tell 550 5.7.1 Service unavailable'],
    ['cannot-tell', down, { cannotTell: 'hold' }, 'hold cannot-tell 250 2.0.0 Ok'],
    ['cannot-tell', down, { cannotTell: 'quarantine' }, 'quarantine cannot-tell 250 2.0.0 Ok'],
    ['cannot-tell', down, { cannotTell: 'continue' }, 'continue'],
  ])('%s, %j', async (result, scanner, options, expected) => {
    const outcome = await runOne(virus({ scanner, ...options }), {});
    expect(said(outcome)).toBe(expected);
    expect(virusFinding.in(outcome.findings)?.result).toBe(result);
  });

  it('defers when the scanner breaks its word', async () => {
    const crash = 'defer stage-crashed 451 4.3.0 Temporary system problem, try again later';
    const strange = [{ kind: 'not-found' }, { kind: 'found', value: { kind: 'fine' } }, undefined, { kind: 'found' }];
    for (const answer of strange) {
      const outcome = await runOne(virus({ scanner: saying(answer as never), cannotTell: 'continue' }), {});
      expect(said(outcome)).toBe(crash);
    }
    const throwing: Scanner = { name: 'x', scan: () => Promise.reject(new Error('bug')) };
    expect(said(await runOne(virus({ scanner: throwing, cannotTell: 'continue' }), {}))).toBe(crash);
    const silent: Scanner = { name: 'x', scan: () => new Promise(() => {}) };
    const policy = definePolicy({ message: [virus({ scanner: silent, cannotTell: 'continue' })] });
    expect(said(await runPolicy(policy, {}, { timeLimit: 30 }))).toMatch(/^defer timeout 451/);
  });
});

describe('what it tells', () => {
  it('is a finding', async () => {
    const of = async (scanner: Scanner) => virusFinding.in((await runOne(virus({ scanner }), {})).findings);
    expect(await of(clean)).toEqual({ result: 'clean', names: [], why: undefined, scanner: 'clamd' });
    expect(await of(infected)).toEqual({
      result: 'infected',
      names: ['Win.A-1', 'Win.B-2'],
      why: undefined,
      scanner: 'clamd',
    });
    expect(await of(unscannable)).toEqual({
      result: 'unscannable',
      names: [],
      why: 'too-large: over 10 octets',
      scanner: 'clamd',
    });
    expect(await of(down)).toEqual({
      result: 'cannot-tell',
      names: [],
      why: 'clamd 127.0.0.1:3310: ECONNREFUSED',
      scanner: 'clamd',
    });
    const by = saying(found({ kind: 'clean', by: 'clamscan' }), 'clamd, else clamscan');
    expect((await of(by))?.scanner).toBe('clamscan');
  });

  it('is in the detail for the log and in the trace, and no body is', async () => {
    const outcome = await runOne(virus({ scanner: infected }), { message: 'Subject: x\r\n\r\nthe body\r\n' });
    expect(outcome.decision).toMatchObject({ kind: 'reject', detail: 'infected: Win.A-1, Win.B-2 (clamd)' });
    const trace = JSON.stringify(outcome.trace);
    expect(trace).toContain('Win.A-1');
    expect(trace).not.toContain('the body');
  });

  it('is told to the log where mail passes that nobody has looked at', async () => {
    for (const [scanner, text] of [
      [down, 'not scanned for viruses: clamd 127.0.0.1:3310: ECONNREFUSED'],
      [unscannable, 'not scanned for viruses: too-large: over 10 octets'],
    ] as const) {
      const outcome = await runOne(virus({ scanner, cannotTell: 'continue', onUnscannable: 'continue' }), {});
      const notes = outcome.trace.phases.flatMap(({ lines }) => lines.flatMap((line) => line.notes));
      expect(notes).toEqual([{ kind: 'remark', text, log: 'warn' }]);
    }
  });
});

describe('the fields', () => {
  const fieldsOf = async (
    options: VirusOptions,
    message = 'Subject: x\r\n\r\nbody\r\n',
  ): Promise<readonly string[]> => {
    const outcome = await runOne(virus(options), { message });
    const { message: edited } = outcome;
    return (edited?.header ?? []).map((field) => `${field.name}: ${field.value}`);
  };

  it.each<[string, VirusOptions, string | undefined]>([
    ['clean', { scanner: clean }, 'X-Virus-Scanned: clamd at mx.school.example'],
    ['clean', { scanner: clean, host: 'gate' }, 'X-Virus-Scanned: clamd at gate'],
    ['clean', { scanner: clean, fields: false }, undefined],
    [
      'clean, by another scanner than was asked first',
      { scanner: saying(found({ kind: 'clean', by: 'clamscan' }), 'clamd, else clamscan') },
      'X-Virus-Scanned: clamscan at mx.school.example',
    ],
    [
      'unscannable',
      { scanner: unscannable, onUnscannable: 'continue' },
      'X-Virus-Status: Unscannable (too-large: over 10 octets); clamd at mx.school.example',
    ],
    ['cannot-tell', { scanner: down, cannotTell: 'continue' }, 'X-Virus-Status: Unknown; clamd at mx.school.example'],
    [
      'infected',
      { scanner: infected, onInfected: 'quarantine' },
      'X-Virus-Status: Infected (Win.A-1, Win.B-2); clamd at mx.school.example',
    ],
  ])('%s', async (_, options, expected) => {
    expect(await fieldsOf(options)).toEqual([...(expected === undefined ? [] : [expected]), 'Subject: x']);
  });

  it('from outside are removed, whatever is found', async () => {
    const message = [
      'X-Virus-Scanned: yes, by us',
      'Subject: x',
      'x-VIRUS-scanned :',
      ' folded',
      'X-Virus-Status: Clean',
      'X-Note: a\rX-Virus-Scanned: behind a bare CR',
      'X-Virus-Scanned-Not: stays',
      '',
      'body',
    ].join('\r\n');
    const kept = ['Subject: x', 'X-Virus-Scanned-Not: stays'];
    expect(await fieldsOf({ scanner: clean, fields: false }, message)).toEqual(kept);
    expect(await fieldsOf({ scanner: clean }, message)).toEqual([
      'X-Virus-Scanned: clamd at mx.school.example',
      ...kept,
    ]);
    const passed = { scanner: down, cannotTell: 'continue', fields: false } as const;
    expect(await fieldsOf(passed, message)).toEqual(kept);
  });

  it('of an earlier stage of ours stay', async () => {
    const policy = definePolicy({
      message: [virus({ scanner: memoryScanner({ name: 'one' }) }), virus({ scanner: memoryScanner({ name: 'two' }) })],
    });
    const outcome = await runPolicy(policy, { message: 'X-Virus-Scanned: forged\r\n\r\n' });
    expect(outcome.message?.header.map(({ value }) => value)).toEqual([
      'two at mx.school.example',
      'one at mx.school.example',
    ]);
  });

  it('and replies hold nothing that a scanner could smuggle in', async () => {
    const evil = 'A\r\nX-Evil: yes\0\x1b[31m\u2028\u{1f600}'.padEnd(5000, 'x');
    const scanner = saying(found({ kind: 'infected', names: [evil, evil, evil, evil] }), evil);
    for (const onInfected of ['reject', 'quarantine', 'discard'] as const) {
      const outcome = await runOne(virus({ scanner, onInfected, nameInReply: true }), {});
      expect(said(outcome)).toMatch(new RegExp(`^${onInfected} virus [ -~]{1,400}$`));
      expect(outcome.decision).toMatchObject({ detail: expect.stringMatching(/^[ -~]{1,600}$/) });
    }
    const fields = await fieldsOf({ scanner, onInfected: 'quarantine' });
    expect(fields.map((field) => field.split(':')[0])).toEqual(['X-Virus-Status', 'Subject']);
    for (const field of fields) expect(field).toMatch(/^[ -~]{1,600}$/);
  });
});

describe('construction', () => {
  it.each<[object, readonly string[]]>([
    [{}, ['scanner']],
    [{ scanner: {} }, ['scanner']],
    [
      {
        scanner: clean,
        onInfected: 'continue',
        onUnscannable: 'hold',
        cannotTell: 'fine',
        fields: 1,
        nameInReply: 0,
        host: 'a b',
      },
      ['onInfected', 'onUnscannable', 'nameInReply', 'fields', 'cannotTell', 'host'],
    ],
    [undefined as never, ['scanner']],
    [null as never, ['scanner']],
    [{ scanner: null, host: null }, ['scanner', 'host']],
    [{ scanner: clean, host: 5 }, ['host']],
    [{ scanner: { scan: () => undefined } }, ['scanner']],
    [{ scanner: { name: 5, scan: () => undefined } }, ['scanner']],
    [{ scanner: { name: ' ', scan: () => undefined } }, ['scanner']],
    [{ scanner: clean, oninfected: 'discard', Fields: false }, ['oninfected', 'Fields']],
  ])('%j is refused', (options, wrong) => {
    expect(problemsOf(() => virus(options as never)).map(({ construct }) => construct)).toEqual(wrong);
  });

  it('says what it may decide', () => {
    expect(virus({ scanner: clean }).decides).toEqual([]);
    expect(virus({ scanner: clean, onInfected: 'quarantine' }).decides).toEqual(['quarantine']);
    expect(virus({ scanner: clean, cannotTell: 'hold' }).decides).toEqual(['hold']);
  });
});

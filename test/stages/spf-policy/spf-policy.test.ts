import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import type { SpfCheck, SpfResult } from '../../../src/findings/spf.js';
import { type SpfPolicyOptions, spfPolicy, spfPolicyFinding } from '../../../src/stages/spf-policy/index.js';
import { decodeText } from '../../../src/values/bytes.js';
import { problemsOf } from '../../values/support.js';
import { runPolicy, said } from '../facts.js';
import { givers, spfFindingOf } from '../sender-findings.js';

async function run(check: Partial<SpfCheck>, options: SpfPolicyOptions): Promise<Outcome> {
  const policy = definePolicy({ mail: [...givers({ spf: spfFindingOf(check) }), spfPolicy(options)], message: [] });
  return runPolicy(policy, {});
}

/** `-`, `F word`, `R reply`, `clean` or `dirty`. */
async function shown(result: SpfResult, options: SpfPolicyOptions): Promise<string> {
  const outcome = await run({ result }, options);
  const decision = said(outcome);
  if (decision !== 'continue') return `R ${decision.replace('reject sender-policy 550 5.7.23 ', '')}`;
  const field = outcome.message?.header[0];
  const text = decodeText(field?.bytes ?? new Uint8Array(0));
  if (text.startsWith('Received-SPF: ')) return `F ${text.slice('Received-SPF: '.length, -2)}`;
  const verdict = spfPolicyFinding.in(outcome.findings)?.kind;
  return verdict === 'off' ? '-' : String(verdict);
}

const results = ['pass', 'softfail', 'fail', 'none', 'neutral', 'temperror', 'permerror'] as const;

/** Columns: mode 0, modes 1 to 3, modes 1 to 3 of the original. */
const letThrough: Readonly<Record<SpfResult, readonly string[]>> = {
  pass: ['-', 'F pass', 'F pass', 'F pass', '-', 'clean', 'clean', 'clean'],
  softfail: ['-', 'F softfail', 'F softfail', 'F softfail', '-', 'dirty', 'dirty', 'dirty'],
  fail: ['-', 'F fail', 'F fail', 'F fail', '-', 'dirty', 'dirty', 'dirty'],
  none: ['-', 'F none', 'F none', 'F none', '-', 'clean', 'dirty', 'dirty'],
  neutral: ['-', 'F neutral', 'F neutral', 'F neutral', '-', 'clean', 'clean', 'dirty'],
  temperror: ['-', 'F error', 'F error', 'F error', '-', 'dirty', 'dirty', 'dirty'],
  permerror: ['-', 'F error', 'F error', 'F error', '-', 'dirty', 'dirty', 'dirty'],
};
const soft = ['R SPF softfail', 'R SPF softfail', 'R SPF softfail', '-', ...Array(3).fill('R SPF soft error')];
const hard = ['R SPF fail', 'R SPF fail', 'R SPF fail', '-', ...Array(3).fill('R SPF hard error')];
const refusing: typeof letThrough = { ...letThrough, softfail: ['-', ...soft], fail: ['-', ...hard] };

describe.each([
  [false, letThrough],
  [true, refusing],
] as const)('spfrej %s', (reject, table) => {
  it.each(results)('%s', async (result) => {
    const row: string[] = [];
    for (const original of [false, true]) {
      for (const mode of [0, 1, 2, 3] as const) row.push(await shown(result, { mode, reject, original }));
    }
    expect(row).toEqual(table[result]);
  });
});

it('says what the domain explains, as its own words', async () => {
  const check = {
    result: 'fail',
    explanation: 'See http://why.sender.example/\r\n250 ok',
    domain: 'sender.example',
  } as const;
  expect(said(await run(check, { mode: 1, reject: true }))).toBe(
    'reject sender-policy 550 5.7.23 SPF fail: the domain sender.example explains: See http://why.sender.example/??250 ok',
  );
  const long = said(await run({ ...check, explanation: 'é '.repeat(900) }, { mode: 1, reject: true, original: true }));
  expect(long.slice('reject sender-policy 550 5.7.23 '.length)).toHaveLength(400);
});

it.each([
  ['pass', { mode: 1 }, ['spfPolicy: Dirty: PREPEND Received-SPF: pass']],
  ['fail', { mode: 1, reject: true }, ['spfPolicy: Reject: fail']],
  ['fail', { mode: 1, original: true }, ['spfPolicy: Dirty: DUNNO (SPF hard error)']],
  ['pass', { mode: 1, original: true }, []],
  ['pass', { mode: 1, original: true, verbose: true }, ['spfPolicy: Clean: OK']],
  ['fail', { mode: 0, verbose: true }, []],
] as const)('tells the log: %s %j', async (result, options, expected) => {
  const outcome = await run({ result }, options);
  const notes = outcome.trace.phases.flatMap((phase) => phase.lines.flatMap((line) => line.notes));
  expect(notes).toEqual(expected.map((text) => ({ kind: 'remark', text, log: 'info' })));
});

it('writes nothing where nothing was checked', async () => {
  const spf = { result: 'none', mailFrom: undefined, helo: undefined } as const;
  const policy = definePolicy({ mail: [...givers({ spf }), spfPolicy({ mode: 1 })], message: [] });
  const outcome = await runPolicy(policy, {});
  expect(spfPolicyFinding.in(outcome.findings)).toEqual({ kind: 'off' });
  expect(outcome.message?.header.map((field) => field.name)).toEqual(['Subject']);
});

it('refuses a mode that is none', () => {
  expect(problemsOf(() => spfPolicy({ mode: 4 as never })).map((one) => one.code)).toEqual(['bad-mode']);
});

it('needs the finding of spf', () => {
  const alone = [spfPolicy({ mode: 1 })] as readonly ReturnType<typeof spfPolicy>[];
  expect(
    problemsOf(() => definePolicy({ mail: [...alone] as never }))
      .map((one) => one.message)
      .join(),
  ).toContain('stage "spfPolicy" needs the finding "spf"');
});

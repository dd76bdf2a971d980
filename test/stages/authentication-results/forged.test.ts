import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import {
  type ForgedFieldsOptions,
  type RemoveForgedFieldsStage,
  removeForgedFields,
} from '../../../src/stages/authentication-results/index.js';
import { messageOf } from '../../../src/testing/builders.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { encodeLatin1, encodeUtf8 } from '../../../src/values/bytes.js';
import type { HeaderField } from '../../../src/values/header.js';
import type { Message } from '../../../src/values/message.js';
import { expectLinear, FUZZ_RUNS, problemsOf } from '../../values/support.js';
import { runOne } from '../facts.js';

const ours = 'mx.school.example';

/** The fields that it removes. */
async function targets(stage: RemoveForgedFieldsStage, message: Message): Promise<readonly HeaderField[]> {
  const { result } = await runStage(stage, { message });
  return 'edits' in result ? (result.edits ?? []).map((edit) => edit.target) : [];
}

/** The lines that stay, of a header of `lines`. */
async function kept(lines: readonly string[], options: Partial<ForgedFieldsOptions> = {}): Promise<readonly string[]> {
  const stage = removeForgedFields({ authservId: ours, ...options });
  const message = messageOf(encodeUtf8(`${lines.join('\r\n')}\r\n\r\nbody\r\n`));
  const gone = new Set<unknown>(await targets(stage, message));
  return message.header.filter((field) => !gone.has(field)).map((field) => `${field.name}: ${field.value}`);
}

const goes = async (line: string, options?: Partial<ForgedFieldsOptions>): Promise<boolean> =>
  (await kept(['Subject: x', line, 'To: y'], options)).length === 2;

describe('Authentication-Results in our name', () => {
  it.each([
    'Authentication-Results: mx.school.example; spf=pass',
    'authentication-RESULTS: MX.School.Example; none',
    'Authentication-Results : mx.school.example; none',
    'Authentication-Results\t:mx.school.example;none',
    'Authentication-Results:\r\n mx.school.example\r\n ; spf=pass',
    'Authentication-Results: (of) (many (words)) mx.school.example; none',
    'Authentication-Results: (\\)) mx.school.example; none',
    'Authentication-Results: "mx.school.example"; none',
    'Authentication-Results: "mx\\.school.\\example"; none',
    'Authentication-Results: mx.school.example. ; none',
    'Authentication-Results: mx.school.example 1; none',
    'Authentication-Results: mx.school.example',
    'Authentication-Results: mx.school.example; spf=pass (',
    'Authentication-Results: ｍｘ.school.example; none',
    'Authentication-Results: mx.school\u00ad.example; none',
  ])('goes: %j', async (line) => {
    expect(await goes(line)).toBe(true);
  });

  it.each([
    'Authentication-Results: other.example 2; spf=pass',
    'Authentication-Results: other.example mx.school.example; spf=pass',
    'Authentication-Results: =?utf-8?q?mx.school.example?=; none',
    'Authentication-Results: (mx.school.example',
    'Authentication-Results:',
    'Authentication-Results: ; spf=pass',
    'Authentication-Results: other.example; spf=pass "',
  ])('unreadable, or of another version, goes: %j', async (line) => {
    expect(await goes(line)).toBe(true);
  });

  it.each([
    'Authentication-Results: other.example; spf=pass (mx.school.example)',
    'Authentication-Results: mx2.school.example; spf=pass',
    'Authentication-Results: school.example; none',
    'ARC-Authentication-Results: i=1; mx.school.example; none',
    'X-Authentication-Results: mx.school.example; none',
    'Subject: Authentication-Results: mx.school.example; none',
  ])('of others stays: %j', async (line) => {
    expect(await goes(line)).toBe(false);
  });

  it('behind a bare CR, which some readers take for the end of a line', async () => {
    expect(await goes(`X-A: b\rAuthentication-Results: ${ours}; none`)).toBe(true);
    expect(await goes('X-A: b\r Received-SPF : pass')).toBe(true);
    expect(await goes('X-A: b\rX-B: c')).toBe(false);
  });

  it('in Latin-1 octets', async () => {
    const stage = removeForgedFields({ authservId: 'mx.bücher.example' });
    const message = messageOf(encodeLatin1('Authentication-Results: mx.bücher.example; none\r\n\r\n'));
    expect(await targets(stage, message)).toHaveLength(1);
  });

  it('of all names below ours, and of trusted ones not', async () => {
    const options = { authservId: [ours, '.School.Example'], trusted: ['MX2.school.example'] };
    expect(await goes('Authentication-Results: a.b.school.example; none', options)).toBe(true);
    expect(await goes('Authentication-Results: mx2.school.example; none', options)).toBe(false);
    expect(await goes('Authentication-Results: mx2.school.example 2; none', options)).toBe(true);
    expect(await goes('Authentication-Results: myschool.example; none', options)).toBe(false);
  });

  it('of everybody else, where asked', async () => {
    const options = { otherResults: 'remove', trusted: ['list.example'] } as const;
    expect(await goes('Authentication-Results: other.example; none', options)).toBe(true);
    expect(await goes('Authentication-Results: list.example; none', options)).toBe(false);
  });

  it('any case, fold and comment gives the same answer', async () => {
    const space = fc.constantFrom('', ' ', '\t', '\r\n ', ' (c)', '\r\n\t(a (b) \\) c)');
    const letters = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
    const stage = removeForgedFields({ authservId: ours });
    await fc.assert(
      fc.asyncProperty(
        letters,
        space,
        space,
        fc.constantFrom('', ' ', '\t'),
        fc.boolean(),
        async (upper, a, b, colon, quoted) => {
          const cased = [...`Authentication-Results${ours}`]
            .map((c, i) => (upper[i] === true ? c.toUpperCase() : c))
            .join('');
          const id = cased.slice(22);
          const line = `${cased.slice(0, 22)}${colon}:${a}${quoted ? `"${id}"` : id}${b};${a}spf${b}=${a}pass`;
          expect(await targets(stage, messageOf(`${line}\r\n\r\n`))).toHaveLength(1);
        },
      ),
      { numRuns: FUZZ_RUNS / 4 },
    );
  });
});

describe('Received-SPF', () => {
  it.each<[string, boolean, boolean]>([
    ['Received-SPF: pass', true, true],
    ['received-spf : fail receiver=other.example', true, false],
    ['Received-SPF: pass receiver="MX.school.example."', true, true],
    ['Received-SPF: pass receiver=other.example; receiver=mx.school.example', true, true],
    ['Received-SPF: nonsense receiver=other.example', true, true],
  ])('%j: goes with "all": %s, with "ours": %s', async (line, all, own) => {
    expect(await goes(line)).toBe(all);
    expect(await goes(line, { receivedSpf: 'ours' })).toBe(own);
    expect(await goes(line, { receivedSpf: 'keep' })).toBe(false);
  });
});

describe('fields by name', () => {
  it.each([
    ['X-Spam-Status: No', true],
    ['x-spam-: x', true],
    ['X-VIRUS-Scanned : ours', true],
    ['X-Virus-Scanned-By: x', false],
    ['X-Spa: x', false],
  ])('%s: %s', async (line, gone) => {
    expect(await goes(line, { fields: ['X-Spam-*', 'X-Virus-Scanned'] })).toBe(gone);
  });
});

it('tells what it removed, twenty at most, and leaves the other fields as they are', async () => {
  const spam = Array.from({ length: 30 }, (_, i) => `X-Spam-${i}: x`);
  const message = `${spam.join('\r\n')}\r\nSubject:  a\r\n  b\r\n\r\nbody\r\n`;
  const outcome = await runOne(removeForgedFields({ authservId: ours, fields: ['X-Spam-*'] }), { message });
  expect(outcome.message?.header.map((field) => new TextDecoder().decode(field.bytes))).toEqual([
    'Subject:  a\r\n  b\r\n',
  ]);
  expect(outcome.findings).toMatchObject({
    forgedFields: { removed: 30, fields: Array.from({ length: 20 }, (_, i) => ({ name: `X-Spam-${i}` })) },
  });
});

it('takes what is too much to read for forged', async () => {
  const many = Array.from({ length: 201 }, (_, i) => `Authentication-Results: h${i}.example; none`);
  expect(await kept(many)).toHaveLength(200);
  expect(await kept(many.map((line) => `${line} (${'x'.repeat(5000)})`))).toHaveLength(52);
});

it('refuses wrong options, all of them', () => {
  const codes = (options: ForgedFieldsOptions): readonly string[] =>
    problemsOf(() => removeForgedFields(options)).map((one) => one.code);
  expect(codes({ authservId: [] })).toEqual(['bad-authserv-id']);
  expect(codes({ authservId: '' })).toEqual(['bad-authserv-id']);
  expect(codes({ authservId: 'a b', trusted: [' '], fields: ['*', 'a*b', 'a:', 'a b', 'é'] })).toHaveLength(7);
  expect(codes({ authservId: '.school.example', fields: ['X-Spam-*'] })).toEqual([]);
});

it('stands at message', () => {
  expect(definePolicy({ message: [removeForgedFields({ authservId: ours })] }).describe()).toBeDefined();
});

it('is linear', () => {
  const stage = removeForgedFields({ authservId: ours, fields: ['X-Spam-*'] });
  const run = (text: string): unknown => stage.run({ message: messageOf(text), findings: {} } as never, {} as never);
  expectLinear(2000, (n) => `Authentication-Results: (a) mx.school.example; none\r\n`.repeat(n / 2), run);
  expectLinear(6000, (n) => `X-A: ${'\rReceived-SPF'.repeat(n / 4)}\r\n`, run);
  expectLinear(10_000, (n) => `Authentication-Results: x${'(('.repeat(n)}\r\n`, run);
});

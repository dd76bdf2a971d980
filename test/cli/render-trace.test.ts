import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidedBy } from '../../src/cli/decided-by.js';
import { outcomeData } from '../../src/cli/outcome-data.js';
import { toPlain } from '../../src/cli/plain.js';
import { printable, safeJson, wrap } from '../../src/cli/printable.js';
import { renderTrace } from '../../src/cli/render-trace.js';
import { eachRecipient, parallel, sequence } from '../../src/core/combine.js';
import { hold, redirect, reject } from '../../src/core/decision.js';
import { removeHeader } from '../../src/core/edit.js';
import { definePolicy } from '../../src/core/policy.js';
import { type AnyStage, defineStage } from '../../src/core/stage.js';
import { mailboxOf, messageOf, senderOf, sessionOf, testTable, virtualHost } from '../../src/testing/index.js';
import { makeField } from '../../src/values/make-field.js';
import { reply } from '../../src/values/reply.js';

const no = reply(550, '5.7.1', 'No');
const outcomeOf = (
  lists: Readonly<Record<string, readonly AnyStage[]>>,
  to = ['s001@school.example', 's002@school.example'],
) =>
  definePolicy(lists).evaluate(
    {
      session: sessionOf(),
      sender: senderOf('<>'),
      recipients: to.map(mailboxOf),
      message: messageOf('Subject: x\r\n\r\n'),
    },
    { detail: true, host: virtualHost(), now: new Date(0) },
  );
const text = async (...args: Parameters<typeof outcomeOf>) =>
  renderTrace(await outcomeOf(...args), { durations: false });

describe('renderTrace', () => {
  it('shows a port that could not tell, and what was enforced', async () => {
    const table = testTable({});
    table.fail('it is \x1b down');
    const asks = defineStage({
      name: 'asks',
      at: 'rcpt',
      asks: { users: { port: table, cannotTell: 'defer' } },
      run: async (_tx, ctx) => void (await ctx.ask('users', 'lookup', 'k')),
    });
    const shown = await text({ rcpt: [asks] }, ['s001@school.example']);
    expect(shown).toContain('s001@school.example: defer, 451 4.3.0');
    expect(shown).toContain('decided by asks at rcpt, because "users" could not tell\n');
    expect(shown).toContain('asked users.lookup("k") -> could not tell: it is \\x1b down\n');
  });

  it('shows each recipient inside eachRecipient, and decisions for some', async () => {
    const picky = defineStage({
      name: 'picky',
      at: 'rcpt',
      run: ({ recipient }) => (recipient.address.localPart === 's002' ? reject('other', no, 'picky') : undefined),
    });
    const shown = await text({ message: [eachRecipient(picky)] });
    expect(shown).toContain('s001@school.example: goes on, no next hop set');
    expect(shown).toContain(
      's002@school.example: reject, 550 5.7.1 No\n  decided by picky at message\n  detail: picky\n',
    );
    expect(shown).toContain('    picky for s002@school.example: reject\n');
  });

  it('shows crashes, edits that were not applied, redirects and holds', async () => {
    const gone = defineStage({
      name: 'gone',
      at: 'message',
      edits: ['remove-header'],
      run: () => ({ edits: [removeHeader(makeField('X', 'y'))] }),
    });
    const away = defineStage({
      name: 'away',
      at: 'message',
      decides: ['redirect'],
      run: () => redirect(mailboxOf('z@y.example'), 'other'),
    });
    const crash = defineStage({
      name: 'crash',
      at: 'message',
      run: () => {
        throw new Error('a\x9bb\nc');
      },
    });
    const holds = defineStage({ name: 'holds', at: 'mail', decides: ['hold'], run: () => hold('other', 'for later') });
    expect(await text({ message: [gone, away] })).toContain(
      'edit remove-header {"target":{"name":"X","value":"y"}} (not applied: its target is gone)',
    );
    expect(await text({ message: [away] })).toContain(
      's001@school.example: redirect to z@y.example, 250 2.0.0 Ok\n  decided by away at message\n',
    );
    expect(await text({ message: [crash] })).toMatch(/crash: crashed\n {4}error: Error: a\\x9bb\n/);
    expect(await text({ mail: [holds] })).toContain('decided by holds at mail\n  detail: for later\n');
  });

  it('finds who decided inside combinators, also when the outcome was copied', async () => {
    const quiet = defineStage({ name: 'quiet', at: 'message', run: () => undefined });
    const loud = defineStage({ name: 'loud', at: 'message', run: () => reject('other', no) });
    const outcome = await outcomeOf({ message: [sequence('outer', quiet, parallel(quiet, loud))] });
    const { trace, decision } = outcome;
    expect(decidedBy(trace, decision)?.stage).toBe('loud');
    const copied = structuredClone({ phases: trace.phases.map((one) => ({ ...one, lines: [] })) });
    expect(decidedBy(copied, decision)).toBeUndefined();
    expect(decidedBy(JSON.parse(safeJson(trace)), structuredClone(decision))?.stage).toBe('loud');
  });

  it('breaks lines at its width, and shows no recipient as such', async () => {
    const long = defineStage({
      name: 'long',
      at: 'message',
      run: (_tx, ctx) => ctx.note({ kind: 'remark', text: 'word '.repeat(60) }),
    });
    const shown = renderTrace(await outcomeOf({ message: [long] }), { width: 60 });
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(await text({}, [])).toContain('no recipient: continue');
  });
});

describe('what reaches a terminal', () => {
  it('has no control, no bidirectional control, no lone surrogate', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(printable(any)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(JSON.parse(safeJson({ any }))).toEqual({ any });
        expect(safeJson({ any })).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('keeps every word when it is broken', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 1, max: 80 }), (any, width) => {
        expect(wrap(any, width, '  ').split(/\s+/).join(' ').trim()).toBe(any);
      }),
    );
  });
});

describe('plain data', () => {
  it.each([
    [mailboxOf('a@b.example'), 'a@b.example'],
    [{ kind: 'null-path' }, '<>'],
    [new Uint8Array(3), { kind: 'bytes', size: 3 }],
    [messageOf('A: b\n\nsecret'), { kind: 'message', size: 12 }],
    [makeField('X-Y', 'z'), { name: 'X-Y', value: 'z' }],
    [
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      { a: 2, b: 1 },
    ],
    [new Set([1]), [1]],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [
      [undefined, Number.NaN, 1n, null],
      [null, 'NaN', '1', null],
    ],
    [() => 1, undefined],
  ])('value %#', (value, expected) => {
    expect(toPlain(value)).toEqual(expected);
  });

  it('puts kind first and the other keys in order', () => {
    expect(JSON.stringify(toPlain({ b: 1, kind: 'x', a: undefined, B: 2 }))).toBe('{"kind":"x","B":2,"b":1}');
  });

  it('is finite for what contains itself, and for any value', () => {
    const own: { self?: unknown } = {};
    own.self = own;
    expect(toPlain(own)).toEqual({ self: '(contains itself)' });
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withBigInt: true, withDate: true, withTypedArray: true }),
        (any) => void JSON.stringify(toPlain(any)),
      ),
    );
  });

  it('holds no octet of a message', async () => {
    const looks = defineStage({ name: 'looks', at: 'message', run: () => undefined });
    const outcome = await definePolicy({ message: [looks] }).evaluate({
      session: sessionOf(),
      sender: senderOf('<>'),
      recipients: [mailboxOf('a@b.example')],
      message: messageOf('Subject: x\n\nvery-secret-body'),
    });
    expect(safeJson(outcomeData(outcome))).not.toContain('very-secret-body');
    expect(renderTrace(outcome)).not.toContain('very-secret-body');
  });
});

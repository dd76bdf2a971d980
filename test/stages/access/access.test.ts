import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/decision.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import type { Table } from '../../../src/core/table.js';
import {
  clientAccess,
  clientAccessFinding,
  heloAccess,
  recipientAccess,
  senderAccess,
  senderAccessFinding,
} from '../../../src/stages/access/index.js';
import { readAction } from '../../../src/tables/access-action.js';
import { hashTable } from '../../../src/tables/hash-table.js';
import { failTable, inlineTable, staticTable } from '../../../src/tables/simple-tables.js';
import { mailboxOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { replyText } from '../../../src/values/reply.js';
import { postfixData } from '../../values/support.js';
import { type Facts, problemsOf, runOne, runPolicy, said, shown } from '../facts.js';

const remote = (value: string): Table => ({
  name: 'remote',
  lookup: async () => ({ kind: 'found', value: { value } }),
});

/** What the stage at rcpt said; an OK does not outlive its phase. */
function decided(outcome: Outcome): string {
  const decision = outcome.trace.phases.find((one) => one.phase === 'rcpt')?.lines[0]?.decision;
  return decision === undefined ? 'not run' : shown(decision as Verdict);
}

describe('readAction', () => {
  it.each([
    ['OK', 'ok'],
    ['ok whatever', 'ok'],
    ['RELAY', 'ok'],
    ['1234567', 'ok'],
    ['Dunno', 'dunno'],
    ['REJECT', 'reject 554 5.7.1 Access denied'],
    ['reject Go away', 'reject 554 5.7.1 Go away'],
    ['REJECT 5.1.8 Go away', 'reject 554 5.1.8 Go away'],
    ['REJECT 4.1.8 Go away', 'reject 554 5.1.8 Go away'],
    ['REJECT 450 Go away', 'reject 554 5.7.1 450 Go away'],
    ['DEFER', 'defer 450 4.7.1 Access denied'],
    ['DEFER 4.2.0 Later', 'defer 450 4.2.0 Later'],
    ['550 5.7.0 No', 'reject 550 5.7.0 No'],
    ['421 Later', 'defer 421 4.7.1 Later'],
    ['WARN look', 'warn look'],
    ['INFO', 'info '],
    ['HOLD for review', 'hold for review'],
    ['DISCARD x', 'discard x'],
    ['REDIRECT a@b.example', 'redirect a@b.example'],
    ['REDIRECT nobody', 'fault bad-address'],
    ['550', 'fault no-text'],
    ['250 fine', 'fault unknown-action'],
    ['FILTER smtp:x', 'filter'],
    ['FILTER smtp', 'fault bad-next-hop'],
    ['PREPEND X-A: b', 'prepend'],
    ['PREPEND X-A', 'fault bad-header'],
    ['PREPEND X A: b', 'fault bad-header'],
    ['BCC a@b.example', 'bcc a@b.example'],
    ['DEFER_IF_PERMIT x', 'defer-if-permit 450 4.7.1 x'],
    ['DEFER_IF_REJECT', 'defer-if-reject 450 4.7.1 Service unavailable'],
    ['reject_unauth_destination', 'restrictions reject_unauth_destination'],
    ['hash:other', 'fault table-in-table'],
    ['HANGUP', 'fault unsupported-action'],
    ['', 'fault unknown-action'],
  ])('%j is %s', (text, expected) => {
    const read = readAction(text);
    if (read.kind === 'fault') expect(`fault ${read.code}`).toBe(expected);
    else {
      const { action } = read;
      const rest =
        'reply' in action
          ? ` ${replyText(action.reply)}`
          : 'text' in action
            ? ` ${action.text}`
            : 'to' in action
              ? ` ${action.to.text}`
              : '';
      expect(`${action.kind}${rest}`).toBe(expected);
    }
  });
});

describe('any right-hand side', () => {
  it('is read without a throw, and never made a permission by accident', () => {
    const word = fc.constantFrom(
      'OK',
      'ok',
      'REJECT',
      '550',
      '4',
      '5.7.1',
      ' ',
      '\n',
      'x',
      'HOLD',
      'REDIRECT',
      'a@b.example',
      '\u0000',
      '\u00e9',
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join('');
        const read = readAction(text);
        const permits = read.kind === 'action' && read.action.kind === 'ok';
        expect(permits).toBe(/^(ok|relay)(\s|$)|^(?![45][0-9][0-9]\s*$)[0-9]+\s*$/i.test(text));
        if (read.kind === 'action' && 'reply' in read.action) {
          expect(read.action.kind).toBe(read.action.reply.code < 500 ? 'defer' : 'reject');
        }
      }),
    );
  });
});

describe('at construction', () => {
  it('names every value that is no action, by file and line', () => {
    const table = hashTable('a OK\nb perhaps\nc 550\nd HOLD\n', { file: '/etc/access' });
    const problems = problemsOf(() => senderAccess(table));
    expect(problems.map((one) => [one.code, one.source?.line])).toEqual([
      ['unknown-action', 2],
      ['no-text', 3],
      ['unsupported-action', 4],
    ]);
    expect(problemsOf(() => recipientAccess(hashTable('d HOLD', { file: 'f' })))).toEqual([]);
  });

  it('knows what the table leads to', () => {
    expect(recipientAccess(inlineTable({ a: 'OK' })).decides).toEqual([]);
    expect(recipientAccess(inlineTable({ a: 'HOLD' })).decides).toEqual(['hold']);
    expect(recipientAccess(remote('OK')).decides).toEqual(['hold', 'redirect']);
    expect(clientAccess(remote('OK')).decides).toEqual(['redirect']);
    expect(clientAccess(remote('OK')).accepts).toBe(true);
  });
});

describe('decisions', () => {
  const cases: readonly (readonly [string, ReturnType<typeof said>])[] = [
    ['OK', 'accept access 250 2.0.0 Ok'],
    ['DUNNO', 'continue'],
    ['WARN x', 'continue'],
    ['REJECT no', 'reject access 554 5.7.1 <t01@school.example>: Recipient address rejected: no'],
    ['450 4.2.1 later', 'defer access 450 4.2.1 <t01@school.example>: Recipient address rejected: later'],
    ['DISCARD', 'discard access 250 2.0.0 Ok'],
    ['HOLD', 'hold access 250 2.0.0 Ok'],
    ['REDIRECT b@c.example', 'redirect access 250 2.0.0 Ok to b@c.example'],
  ];
  it.each(cases)('%s of a table in memory', async (value, expected) => {
    expect(decided(await runOne(recipientAccess(staticTable(value)), {}))).toBe(expected);
  });
  it.each(cases)('%s of a table elsewhere', async (value, expected) => {
    expect(decided(await runOne(recipientAccess(remote(value)), {}))).toBe(expected);
  });

  it.each<[string, Table]>([
    ['cannot tell', failTable('down')],
    ['no action', remote('perhaps')],
    ['HOLD before RCPT', remote('HOLD')],
  ])('a table that says: %s', async (_, table) => {
    const outcome = await runOne(senderAccess(table), {});
    expect(said(outcome)).toBe('defer cannot-tell 451 4.3.0 Temporary system problem, try again later');
    expect(senderAccessFinding.in(outcome.findings)?.kind).toBe('cannot-tell');
    expect(said(await runOne(senderAccess(table, { cannotTell: 'continue' }), {}))).toBe('continue');
  });

  it('leaves finding, note and every look-up in the trace', async () => {
    const table = hashTable('192.0 REJECT\n', { file: '/etc/access' });
    const outcome = await runOne(clientAccess(table), { name: 'a.b.example' });
    expect(said(outcome)).toContain('<a.b.example[192.0.2.1]>: Client host rejected: Access denied');
    expect(clientAccessFinding.in(outcome.findings)).toEqual({
      kind: 'matched',
      key: '192.0',
      action: 'reject',
      value: 'REJECT',
      source: { file: '/etc/access', line: 1 },
    });
    const [line] = outcome.trace.phases[0]?.lines ?? [];
    expect(line?.asked.map((one) => one.args[0])).toEqual([
      'a.b.example',
      'b.example',
      'example',
      '192.0.2.1',
      '192.0.2',
      '192.0',
    ]);
    expect(line?.notes).toMatchObject([{ kind: 'rule', matched: true, source: { line: 1 }, result: 'REJECT' }]);
  });

  it.each<
    [
      string,
      (table: Table) => ReturnType<typeof senderAccess | typeof heloAccess | typeof clientAccess>,
      Facts,
      readonly string[],
    ]
  >([
    ['a null sender', senderAccess, { sender: '' }, ['<>']],
    ['a client without name', clientAccess, {}, ['unknown', '192.0.2.1', '192.0.2', '192.0', '192']],
    ['a local client', clientAccess, { ip: undefined }, []],
    ['no HELO', heloAccess, {}, []],
    ['HELO with a number', heloAccess, { helo: '192.0.2.1' }, ['192.0.2.1']],
    ['HELO', heloAccess, { helo: 'Mx.A.example' }, ['mx.a.example', 'a.example', 'example']],
  ])('keys of %s', async (_, make, facts, expected) => {
    const stage = make(inlineTable({}));
    const outcome = await runOne(stage, facts);
    const lines = outcome.trace.phases.find((one) => one.phase === stage.at)?.lines ?? [];
    expect(lines[0]?.asked.map((one) => one.args[0])).toEqual(expected);
  });

  it('asks a table of patterns for the whole key only', async () => {
    const table = { ...inlineTable({ 'sender.example': 'REJECT' }), patterns: true as const };
    expect(said(await runOne(senderAccess(table), {}))).toBe('continue');
  });

  it('does not put control characters of a HELO name into the reply', async () => {
    const outcome = await runOne(heloAccess(staticTable('REJECT')), { helo: 'a\r\n250 fine' });
    expect(said(outcome)).toBe('reject access 554 5.7.1 <a  250 fine>: Helo command rejected: Access denied');
  });

  it.each(['a%b', '"a@b"', 'a!b'])('does not take OK for %s as a permission', async (local) => {
    const outcome = await runOne(recipientAccess(staticTable('OK')), { to: [`${local}@school.example`] });
    expect(decided(outcome)).toBe('continue');
  });
});

describe("Postfix's smtpd_acl", () => {
  it('answers as the reference does', async (ctx) => {
    const map = postfixData(ctx, 'smtpd/smtpd_check_access');
    const reference = postfixData(ctx, 'smtpd/smtpd_acl.ref').split('\n');
    const table = hashTable(withoutRestrictions(map), { file: 'smtpd_check_access' });
    const state = { helo: 'foo.duuno.com', name: 'x.invalid', ip: '127.0.0.1', delimiter: '' };
    let compared = 0;
    for (const [i, line] of reference.entries()) {
      const [command = '', first = '', second = ''] = line.replace(/^>>> /, '').split(' ');
      if (!line.startsWith('>>> ')) continue;
      if (command === 'recipient_delimiter') state.delimiter = first;
      if (command === 'helo') state.helo = first;
      if (command === 'client') Object.assign(state, { name: first, ip: second });
      if (!['helo', 'client', 'mail', 'rcpt'].includes(command)) continue;
      const next = reference.slice(i + 1).find((one) => /^(OK|[45][0-9][0-9] )/.test(one)) ?? '';
      const options = { recipientDelimiter: state.delimiter };
      const stage = {
        helo: () => heloAccess(table),
        client: () => clientAccess(table),
        mail: () => senderAccess(table, options),
        rcpt: () => recipientAccess(table, options),
      }[command as 'helo' | 'client' | 'mail' | 'rcpt']();
      const address = first.replace(/^<>$/, '');
      const facts = {
        ...state,
        ...(command === 'mail' && { sender: address }),
        ...(command === 'rcpt' && { to: [first] }),
      };
      const outcome = await runOne(stage, facts);
      const words = said(outcome).replace(/^(reject|defer) access /, '');
      expect([line, /^[45]/.test(words) ? words : 'OK']).toEqual([line, next]);
      compared++;
    }
    expect(compared).toBe(38);
  });
});

/** The map without the lines that our tables refuse when a stage is built: restriction classes, FILTER, HOLD before RCPT. */
function withoutRestrictions(map: string): string {
  const lines = map.split('\n');
  try {
    senderAccess(hashTable(map, { file: 'f' }));
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    for (const { source } of error.problems) {
      let at = (source?.line ?? 1) - 1;
      do lines[at++] = '#';
      while (/^\s+\S/.test(lines[at] ?? ''));
    }
  }
  return lines.join('\n');
}

describe('in a policy', () => {
  it('OK ends its own list and no later one', async () => {
    const policy = definePolicy({
      connect: [clientAccess(staticTable('OK'))],
      rcpt: [recipientAccess(staticTable('REJECT no'))],
    });
    expect(said(await runPolicy(policy, {}))).toContain('Recipient address rejected: no');
  });
});

describe('WARN and INFO', () => {
  it.each(['warn', 'info'] as const)('%s says its text to the log, and lets the mail go on', async (log) => {
    const stage = senderAccess(inlineTable({ 'a@ok.example': `${log.toUpperCase()} look here` }));
    const policy = definePolicy({ mail: [stage] });
    const outcome = await policy.evaluate({
      session: sessionOf({ ip: '192.0.2.10' }),
      sender: senderOf('a@ok.example'),
      recipients: [mailboxOf('head@school.example')],
    });
    const notes = outcome.trace.phases.flatMap(({ lines }) => lines.flatMap((line) => line.notes));
    const text = `${log}: Sender address <a@ok.example>: look here`;
    expect(notes.filter(({ kind }) => kind === 'remark')).toEqual([{ kind: 'remark', text, log }]);
    expect(outcome.decision.kind).toBe('continue');
  });
});

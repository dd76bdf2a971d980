import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import {
  mailboxOf,
  messageOf,
  recipientOf,
  runStage,
  sessionOf,
  testTable,
  virtualHost,
} from '../../src/testing/index.js';

const table = testTable({ 'S001@school.example': 'yes' }, 'users');
const looks = defineStage({
  name: 'looks',
  at: 'rcpt',
  asks: { users: { port: table, cannotTell: 'defer' } },
  run: async ({ recipient, helo }, ctx) => {
    ctx.note({ kind: 'remark', text: `from ${helo}` });
    const answer = await ctx.ask('users', 'lookup', recipient.address.text);
    return answer.kind === 'found' ? undefined : { findings: {} };
  },
});

describe('runStage', () => {
  it('gives what a stage returned, asked and noted', async () => {
    const run = await runStage(looks, { recipient: recipientOf('s001@school.example') });
    expect(run).toMatchObject({
      result: undefined,
      asked: [{ port: 'users', method: 'lookup', args: ['s001@school.example'], answer: { kind: 'found' } }],
      notes: [{ kind: 'remark', text: 'from client.example' }],
      unanswered: undefined,
    });
    expect(table.asked).toEqual(['s001@school.example']);
  });

  it('says which port could not tell', async () => {
    table.fail('down');
    expect((await runStage(looks, { helo: undefined })).unanswered).toBe('users');
    table.fail(undefined);
    expect((await runStage(looks)).unanswered).toBeUndefined();
  });

  it('has facts of every phase by default, and rejects with what the stage throws', async () => {
    const size = defineStage({
      name: 'size',
      at: 'deliver',
      run: ({ message, recipient }) => {
        throw new Error(`${message.size} ${recipient.id}`);
      },
    });
    await expect(runStage(size, { message: messageOf('A: b\n') })).rejects.toThrow('5 1');
  });
});

describe('virtualHost', () => {
  it('fires timers in order of time, each at its own instant', async () => {
    const host = virtualHost(100);
    const fired: string[] = [];
    const note = (name: string) => () => void fired.push(`${name} ${host.monotonic()}`);
    host.startTimer(30, note('c'));
    host.startTimer(10, () => {
      note('a')();
      host.startTimer(5, note('b'));
    });
    const cancel = host.startTimer(20, note('never'));
    cancel();
    expect(host.pending).toBe(2);
    await host.advance(29);
    expect(fired).toEqual(['a 110', 'b 115']);
    await host.advance(1);
    expect(fired).toEqual(['a 110', 'b 115', 'c 130']);
    expect([host.monotonic(), host.pending]).toEqual([130, 0]);
  });

  it('runs time limits without waiting', async () => {
    const host = virtualHost();
    const never = defineStage({ name: 'never', at: 'mail', run: () => new Promise<undefined>(() => {}) });
    const conversation = definePolicy({ mail: [never] }).open(sessionOf(), { host, timeLimit: 5_000 });
    const answer = conversation.mail(mailboxOf('a@b.example'));
    await host.advance(5_000);
    expect((await answer).decision).toMatchObject({ kind: 'defer', reason: 'timeout' });
  });
});

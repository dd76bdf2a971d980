import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import {
  checkSenderAccess,
  rejectMultiRecipientBounce,
  rejectUnauthDestination,
  smtpdRestrictions,
  withRestrictions,
} from '../../../src/stages/restrictions/index.js';
import { sizeLimit } from '../../../src/stages/size-limit/index.js';
import { inlineTable } from '../../../src/tables/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';

const bundle = (delayReject: boolean) =>
  smtpdRestrictions({
    client: [],
    sender: [checkSenderAccess(inlineTable({ 'held@ok.example': 'HOLD' }))],
    relay: [rejectUnauthDestination()],
    destinations: { final: ['school.example'] },
    data: [rejectMultiRecipientBounce()],
    delayReject,
  });

describe('withRestrictions', () => {
  it.each([true, false])('puts every list of the bundle where it belongs: delayReject %s', async (delayReject) => {
    const stages = bundle(delayReject);
    const own = sizeLimit({ maxBytes: 1000 });
    const lists = withRestrictions(stages, { message: [own] });
    expect(lists.data.map(({ name }) => name)).toEqual(['smtpdDataRestrictions']);
    expect(lists.message.map(({ name }) => name)).toEqual(['smtpdEndOfDataRestrictions', own.name, 'smtpdEffects']);
    const policy = definePolicy(lists);
    const send = async (text: string): Promise<string> => {
      const { decision } = await policy.evaluate({
        session: sessionOf({ ip: '192.0.2.10' }),
        sender: senderOf('held@ok.example'),
        recipients: [mailboxOf('head@school.example')],
        message: messageOf(`Subject: x\r\n\r\n${text}\r\n`),
      });
      return decision.kind;
    };
    expect(await send('x')).toBe('hold');
    expect(await send('x'.repeat(2000))).toBe('reject');
  });

  it('makes a policy of the bundle alone', () => {
    const { lists } = definePolicy(withRestrictions(bundle(true)));
    expect(lists.rcpt.map(({ name }) => name)).toEqual(['smtpdRestrictions']);
    expect(lists.data.map(({ name }) => name)).toEqual(['smtpdDataRestrictions']);
    expect(lists.message.map(({ name }) => name)).toEqual(['smtpdEndOfDataRestrictions', 'smtpdEffects']);
  });
});

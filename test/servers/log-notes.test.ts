/** What stages remark for the operator (WARN, INFO, warn_if_reject) is in the log of every phase, within a bound. */
import { expect, test } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import { senderAccess } from '../../src/stages/access/index.js';
import { contentChecks } from '../../src/stages/content-checks/index.js';
import { rejectUnknownRecipientDomain, smtpdRestrictions, warnIfReject } from '../../src/stages/restrictions/index.js';
import { route } from '../../src/stages/routing/index.js';
import { inlineTable } from '../../src/tables/simple-tables.js';
import { zoneResolver } from '../../src/testing/resolver/index.js';
import { dialogue, sending } from '../examples/support.js';
import { startTestServer } from './smtp-support.js';

const atDelivery = defineStage({
  name: 'atDelivery',
  at: 'deliver',
  run: (_tx, ctx) => ctx.note({ kind: 'remark', text: 'handed over', log: 'info' }),
});

test('in the log, and no more than a hundred of one list', async () => {
  const restrictions = smtpdRestrictions({
    recipient: [warnIfReject(rejectUnknownRecipientDomain())],
    resolver: zoneResolver({}),
    destinations: { final: [] },
  });
  const policy = definePolicy({
    mail: [senderAccess(inlineTable({ 'client.example': 'WARN watch them' }))],
    rcpt: [...restrictions.rcpt, route({ localDomains: ['school.example'], localRecipients: 'all' })],
    message: [
      ...restrictions.message,
      contentChecks({ body: { pcre: '/secret word/ WARN noticed', file: 'body' } }),
      ...restrictions.last,
    ],
    deliver: [atDelivery],
  });
  const own = await startTestServer({ policy });
  const text = `Subject: x\n\n${'a secret word\n'.repeat(150)}`;
  const heard = await dialogue(own.server.port, sending('a@client.example', ['s001@school.example'], text));
  expect(heard.at(-1)).toMatch(/^250 /);
  const remarks = own.lines.filter(({ fields }) => fields.event === 'remark');
  const of = (stage: string): readonly string[] =>
    remarks.filter(({ fields }) => fields.stage === stage).map((one) => `${one.level} ${one.text}`);
  expect(of('senderAccess')).toEqual([expect.stringMatching(/^warn warn: .*watch them/)]);
  expect(of('smtpdRestrictions')).toEqual([expect.stringMatching(/^warn reject_warning: .*Domain not found/)]);
  expect(of('contentChecks')).toHaveLength(100);
  expect(remarks.map((one) => one.text)).toContain('50 more remarks are not logged');
  expect(of('atDelivery')).toEqual(['info handed over']);
  // The rule's own words, never the body's.
  expect(JSON.stringify(own.lines)).not.toContain('a secret word');
  await own.server.close();
});

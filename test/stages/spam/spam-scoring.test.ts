/** Scoring without a policy. */
import { expect, it } from 'vitest';
import { readSpamRules, spamScoring } from '../../../src/stages/spam/index.js';
import { parseMessage } from '../../../src/values/message.js';

it('scores a message by texts of rules', () => {
  const text = 'body BUY /buy now/i\nscore BUY 5.5\nbody ODD eval:not_here()\nmeta BOTH ODD || BUY\n';
  const scoring = spamScoring(readSpamRules({ files: [{ name: 'own.cf', text }] }));
  expect(scoring.skipped.map(({ name }) => name)).toEqual(['ODD']);
  expect(scoring.affected).toEqual([{ name: 'BOTH', by: ['ODD'] }]);
  const parsed = parseMessage(new TextEncoder().encode('Subject: hi\r\n\r\nBuy now!\r\n'));
  if (parsed.kind !== 'parsed') throw new Error('over the limits');
  const { value: message } = parsed;
  const body = message.body.bytes ?? new Uint8Array(0);
  const envelope = { sender: undefined, recipients: [] };
  const { score, hits } = scoring.score({ message, body, envelope, now: new Date(0) });
  expect(score).toBe(6.5);
  expect(hits.map(({ name }) => name)).toEqual(['BOTH', 'BUY']);
});

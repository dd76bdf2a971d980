/** Scoring without a policy. */
import { expect, it } from 'vitest';
import { readSpamRules, spamScoring } from '../../../src/stages/spam/index.js';
import { isConfigurationError, renderProblem } from '../../../src/values/errors.js';
import { parseMessage } from '../../../src/values/message.js';

it('scores a message by texts of rules', () => {
  const text = 'body BUY /buy now/i\nscore BUY 5.5\nfull ODD eval:check_pyzor()\nmeta BOTH ODD || BUY\n';
  const scoring = spamScoring(readSpamRules({ files: [{ name: 'own.cf', text }] }));
  expect(scoring.skipped.map(({ name }) => name)).toEqual(['ODD']);
  expect(scoring.affected).toEqual([{ name: 'BOTH', by: ['ODD'] }]);
  const parsed = parseMessage(new TextEncoder().encode('Subject: hi\r\n\r\nBuy now!\r\n'));
  if (parsed.kind !== 'parsed') throw new Error('over the limits');
  const { value: message } = parsed;
  const { score, hits } = scoring.score({ message, now: new Date(0) });
  expect(score).toBe(6.5);
  expect(hits.map(({ name }) => name)).toEqual(['BOTH', 'BUY']);
});

it('shows the sender of the envelope as Return-Path', () => {
  const text =
    'header NULL Return-Path =~ /^<>$/\nheader BOT ALL =~ /^Return-Path: <bot@example.com>$/m\nheader ANY exists:Return-Path\n';
  const scoring = spamScoring(readSpamRules({ files: [{ name: 'own.cf', text }] }));
  const hitsOf = (source: string, sender: string | undefined): string[] => {
    const parsed = parseMessage(new TextEncoder().encode(source));
    if (parsed.kind !== 'parsed') throw new Error('over the limits');
    const { value: message } = parsed;
    const body = message.body.bytes ?? new Uint8Array(0);
    const { hits } = scoring.score({ message, body, envelope: { sender, recipients: [] }, now: new Date(0) });
    return hits.map(({ name }) => name).sort();
  };
  for (const source of ['Subject: hi\r\n\r\nx\r\n', 'Subject: hi\n\nx\n']) {
    expect(hitsOf(source, undefined)).toEqual([]);
    expect(hitsOf(source, '')).toEqual(['ANY', 'NULL']);
    expect(hitsOf(source, 'bot@example.com')).toEqual(['ANY', 'BOT']);
  }
});

it('asks for a body that is not in memory', () => {
  const scoring = spamScoring(readSpamRules({ files: [{ name: 'own.cf', text: 'body BUY /buy now/i' }] }));
  const line = (text: string) => new TextEncoder().encode(text);
  const message = { header: [{ bytes: line('Subject: hi\r\n') }], separator: line('\r\n') };
  expect(() => scoring.score({ message, now: new Date(0) })).toThrow(/give it as `body`/);
  expect(scoring.score({ message, now: new Date(0), body: line('buy now\r\n') }).score).toBe(1);
});

it.each([
  [undefined, {}, /^rules is what readSpamAssassin or readSpamRules gives/],
  [readSpamRules({ files: [] }), {}, /^rules: there is no rule/],
  [readSpamRules({ files: [{ name: 'a.cf', text: 'body A /x/' }] }), { resolver: 1 }, /there is no option "resolver"/],
])('refuses %j, %j', (rules, options, expected) => {
  try {
    spamScoring(rules as never, options as never);
    expect.unreachable();
  } catch (error) {
    const told = isConfigurationError(error) ? error.problems.map(renderProblem) : [String(error)];
    expect(told).toEqual([expect.stringMatching(expected)]);
  }
});

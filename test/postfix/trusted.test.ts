/** Trusted tables of a Postfix folder: those that are listed, wherever main.cf names them. */
import { afterAll, describe, expect, test } from 'vitest';
import { regexWorker } from '../../src/adapters/regex-worker/index.js';
import { isConfigurationError } from '../../src/index.js';
import { readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';

const engine = regexWorker({ timeout: 300 });
afterAll(() => engine.close());

const texts = {
  'main.cf': [
    'myhostname = mx.school.example',
    'mydestination = school.example',
    'local_recipient_maps =',
    'body_checks = pcre:/etc/postfix/body_checks, regexp:/etc/postfix/plain',
    'smtpd_sender_restrictions = check_sender_access pcre:/etc/postfix/senders',
    'smtpd_relay_restrictions = reject_unauth_destination',
  ].join('\n'),
  body_checks: '/(a+)+\\1$/ REJECT twice\n',
  plain: '/cheap/ REJECT cheap\n',
  senders: '/^(\\w+)@\\1\\.example$/ REJECT $1\n',
};
const tables = ['pcre:/etc/postfix/body_checks', 'pcre:/etc/postfix/senders'];

async function judged(sender: string, body: string): Promise<unknown> {
  const { policy } = readPostfix(texts, { trusted: { tables, engine } });
  const { recipients } = await policy.evaluate({
    session: sessionOf(),
    sender: senderOf(sender),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf(`Subject: x\r\n\r\n${body}\r\n`),
  });
  const decision = recipients[0]?.decision;
  return decision !== undefined && 'reply' in decision ? decision.reply.code : decision?.kind;
}

describe('readPostfix', () => {
  test('refuses such patterns in tables that are not listed', () => {
    let problems: readonly string[] = [];
    try {
      readPostfix(texts, { trusted: { tables: ['pcre:/etc/postfix/senders'], engine } });
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      problems = error.problems.map(
        ({ code, construct, source }) => `${code} ${construct} ${source?.file}:${source?.line}`,
      );
    }
    expect(problems).toEqual(['unsupported-pattern \\1 body_checks:1']);
  });

  test.each([
    ['a@client.example', 'clean', 'continue'],
    ['client@client.example', 'clean', 554],
    ['a@client.example', 'xaaa', 550],
    ['a@client.example', 'cheap', 550],
    ['a@client.example', `${'a'.repeat(60)}b`, 451],
  ])('from %s, %s: %s', async (sender, body, expected) => {
    expect(await judged(sender, body)).toBe(expected);
  });
});

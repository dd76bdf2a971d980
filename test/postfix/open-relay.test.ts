import { describe, expect, it } from 'vitest';
import type { PostfixTexts } from '../../src/postfix/index.js';
import { problems } from './support.js';

const R = 'smtpd_relay_restrictions';
const C = 'smtpd_recipient_restrictions';
const K = 'smtpd_restriction_classes';
const at = (level: string, rest = ''): string => `compatibility_level = ${level}\n${rest}`;

/** Whether smtpd of Postfix 3.7.11 starts with these lines, or says "specify at least one working instance of ...". */
const starts = 'starts';
const refuses = 'refuses';
const seen: readonly (readonly [string, string, string?])[] = [
  [`${R} = permit, reject_unauth_destination`, refuses],
  [`${R} = permit_mynetworks, permit, reject_unauth_destination`, refuses],
  [`${R} = permit_mynetworks, reject_unauth_destination`, starts],
  [`${R} = permit_mynetworks reject_unauth_destination`, starts],
  [`${R} = reject_unauth_destination, permit`, starts],
  [`${R} = PERMIT, reject_unauth_destination`, refuses],
  [`${R} = permit_mynetworks, REJECT_UNAUTH_DESTINATION`, starts],
  [`${K} = c\nc = reject_unauth_destination\n${R} = permit_mynetworks, c`, starts],
  [`${K} = c\nc = permit, reject_unauth_destination\n${R} = permit_mynetworks, c`, refuses],
  [`${K} = c\nc = permit\n${R} = c, reject_unauth_destination`, starts],
  [`${K} = c, d\nc = d\nd = reject\n${R} = c`, starts],
  [`${K} = c\nc = reject_unauth_destination\n${R} = warn_if_reject c`, refuses],
  [`${R} = warn_if_reject reject_unauth_destination`, refuses],
  [`${R} = warn_if_reject permit_mynetworks, reject_unauth_destination`, starts],
  [`${R} = warn_if_reject permit, reject_unauth_destination`, starts],
  [`${R} =`, refuses],
  [`${R} =\n${C} =`, refuses],
  [`${R} =\n${C} = reject_unauth_destination`, starts],
  [`${R} =\n${C} = permit_mynetworks`, refuses],
  [`${R} =\n${C} = permit_mynetworks, permit, reject`, refuses],
  [`${R} = permit\n${C} = permit_mynetworks, reject_unauth_destination`, starts],
  [`${R} = reject`, starts],
  [`${R} = defer`, starts],
  [`${R} = defer_if_permit`, starts],
  [`${R} = defer_if_reject`, refuses],
  [`${R} = defer_unauth_destination`, starts],
  [`${R} = permit_mynetworks, permit_auth_destination`, refuses],
  [`${R} = check_recipient_access static:REJECT`, refuses],
  [`${R} = check_recipient_access inline:{x=reject}`, refuses],
  [`${R} = permit_mynetworks\nsmtpd_sender_restrictions = reject_unauth_destination`, refuses],
  [`${R} = permit_mynetworks\nsmtpd_data_restrictions = reject`, refuses],
  [`${R} = permit_mynetworks\nsmtpd_client_restrictions = reject`, refuses],
  [`${R} = { permit_mynetworks }, { reject_unauth_destination }`, refuses],
  [`${R} = $mine\nmine = permit_mynetworks, reject_unauth_destination`, starts],
  [`${R} = \${nothing?reject_unauth_destination}`, refuses],
  // The defaults of each compatibility_level.
  [at('0'), refuses],
  [at('0', `${R} =\n`), refuses],
  [at('0', `${C} = permit_mynetworks\n`), refuses],
  [at('0', `${C} = permit\n`), refuses],
  [at('0', `${R} =\n${C} = reject_unauth_destination\n`), starts],
  [at('1'), starts],
  [at('1', `${R} =\n`), refuses],
  [at('2'), starts],
  [at('2', `${R} =\n`), refuses],
  [at('2', `${C} = permit\n`), starts],
  [at('3.6'), starts],
  [at('3.6', `${R} =\n`), refuses],
  // With `-o` of the service.
  [`${R} = permit_mynetworks, reject_unauth_destination`, refuses, `${R}=`],
  [`${R} = permit_mynetworks, reject_unauth_destination`, refuses, `${R}=permit`],
  [`${R} = permit_mynetworks, reject_unauth_destination`, starts, `${R}=permit_mynetworks,reject`],
  [`${R} =`, starts, `${C}=permit_mynetworks,reject`],
  [`${R} =`, refuses, `${C}=permit_sasl_authenticated,permit`],
  [`${R} = reject\n${K} = c\nc = reject`, refuses, `${R}=c -o c=permit`],
];

function texts(lines: string, option: string | undefined): PostfixTexts {
  const level = /^compatibility_level/m.test(lines) ? '' : 'compatibility_level = 3.6\n';
  const smtpd = `smtp inet n - n - - smtpd${option === undefined ? '' : ` -o ${option}`}\n`;
  const main = `myhostname = mx.school.example\nmydestination = school.example\nmynetworks = 127.0.0.0/8\n${level}${lines}\n`;
  return { 'main.cf': main, 'master.cf': smtpd };
}

describe('an open relay is not loaded', () => {
  it.each<readonly [string, string, string | undefined]>(
    seen.map(([lines, expected, option]) => [lines, expected, option]),
  )('%s: %s %s', (lines, expected, option) => {
    const found = problems(texts(lines, option));
    if (expected === starts) expect(found).toEqual([]);
    else expect(found.join('\n')).toMatch(/anybody could relay|no such restriction/);
  });

  // smtpd takes the second word for what is warned of, and starts: anybody could relay.
  it('goes beyond smtpd where warn_if_reject stands twice', () => {
    const found = problems(texts(`${R} = warn_if_reject warn_if_reject reject_unauth_destination`, undefined));
    expect(found.join('\n')).toContain('anybody could relay');
  });
});

import { describe, expect, it } from 'vitest';
import type { PostfixTexts, ReportRow } from '../../src/postfix/index.js';
import { readPostfix } from '../../src/postfix/index.js';
import { fate, main } from './support.js';

const unread = 'check_policy_service inet:127.0.0.1:10023';
const rows = (texts: PostfixTexts, name: string): readonly ReportRow[] =>
  readPostfix(texts, { without: ['policyService'] }).report.filter(
    ({ parameter, source }) => parameter === name && source !== undefined,
  );

describe('restrictions that are left out, in the report', () => {
  it('those of an -o list, at that service alone', () => {
    const list = 'smtpd_recipient_restrictions';
    const master = `smtp inet n - n - - smtpd\nsubmission inet n - n - - smtpd\n  -o { ${list} = ${unread}, permit }\n`;
    const found = rows(main(`${list} = permit\n`, { 'master.cf': master }), list);
    expect(found.map(({ service, status, guards }) => ({ service, status, guards }))).toEqual([
      { service: undefined, status: 'honoured', guards: false },
      { service: 'submission/inet', status: 'not-honoured', guards: true },
    ]);
    expect(found[1]?.why).toContain('the program gave no way to ask policy services');
  });

  it('those of main.cf, which every service without its own list has', () => {
    const list = 'smtpd_recipient_restrictions';
    const master = `smtp inet n - n - - smtpd\nsubmission inet n - n - - smtpd -o ${list}=permit\n`;
    const found = rows(main(`${list} = ${unread}\n`, { 'master.cf': master }), list);
    expect(found.map(({ status, guards }) => [status, guards])).toEqual([
      ['not-honoured', true],
      ['honoured', false],
    ]);
  });

  it('those of a class guard, whoever uses it', () => {
    const classes = `smtpd_restriction_classes = strict\nstrict = ${unread}\nsmtpd_sender_restrictions = strict\n`;
    expect(rows(main(classes), 'strict')).toMatchObject([{ status: 'not-honoured', guards: true }]);
    const fine = 'smtpd_restriction_classes = strict\nstrict = reject_non_fqdn_sender\n';
    expect(rows(main(fine), 'strict')).toMatchObject([{ status: 'honoured', guards: false }]);
  });

  it('those of a class by -o', () => {
    const master = `smtp inet n - n - - smtpd\n  -o { strict = ${unread} }\n`;
    const texts = main('smtpd_restriction_classes = strict\nstrict = permit\n', { 'master.cf': master });
    expect(rows(texts, 'strict').map(({ service, status, guards }) => [service, status, guards])).toEqual([
      [undefined, 'honoured', false],
      ['smtp/inet', 'not-honoured', true],
    ]);
  });
});

/** Seen so under Postfix 3.7.11. */
describe('lists at DATA see recipients as RCPT named them', () => {
  const aliases = `myhostname = mx.school.example
mydestination = school.example
virtual_alias_domains = alias.example
virtual_alias_maps = inline:{{team@alias.example = a@school.example, b@far.example}}
compatibility_level = 3.6
`;
  const withData = (list: string): PostfixTexts => ({ 'main.cf': `${aliases}smtpd_data_restrictions = ${list}\n` });
  const sent = { from: '<>', to: 'team@alias.example' };
  const taken = 'a@school.example maildir:a, b@far.example smtp:far.example';

  it.each([
    ['reject_multi_recipient_bounce', taken],
    ['reject_unauth_destination', taken],
    ['check_recipient_access inline:{{a@school.example=REJECT}}', taken],
    [
      'check_recipient_access inline:{{team@alias.example=REJECT seen}}',
      /^reject 554 .*<team@alias.example>.*seen, reject/,
    ],
  ])('%s', async (list, expected) => {
    const became = await fate(withData(list), sent);
    if (typeof expected === 'string') expect(became).toBe(expected);
    else expect(became).toMatch(expected);
  });

  it('routes are those of the rewriting service', async () => {
    const base = `${aliases}allow_untrusted_routing = yes\n`;
    const to = 'x%far.example@school.example';
    expect(await fate({ 'main.cf': base }, { to })).toMatch(/^(?:reject 5|defer 4)54 .*Relay access denied/);
    expect(await fate({ 'main.cf': `${base}allow_percent_hack = no\n` }, { to })).not.toMatch(/Relay access/);
    const bang = 'far.example!x@school.example';
    expect(await fate({ 'main.cf': `${base}allow_percent_hack = no\n` }, { to: bang })).toMatch(/Relay access denied/);
  });
});

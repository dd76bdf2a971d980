/**
 * Services of type inet that are no smtpd, lines of `-o`, reports of what is refused, and options of the wrong form.
 */
import { describe, expect, it } from 'vitest';
import { checkPostfix, type PostfixOptions, readPostfix } from '../../src/postfix/index.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { fate, main, resolver } from './support.js';

const screened = `smtp inet n - y - 1 postscreen
smtpd pass - - y - - smtpd
  -o smtpd_sender_restrictions=check_sender_access,static:REJECT
  -o smtpd_helo_required=yes
127.0.0.1:10025 inet n - n - - smtpd
628 inet n - n - - qmqpd
`;
const rowsOf = (lines: string, master: string) =>
  Object.fromEntries(
    checkPostfix(main(lines, { 'master.cf': master }), { resolver }).report.map((row) => [
      row.service === undefined ? row.parameter : `${row.parameter} of ${row.service}`,
      row,
    ]),
  );

describe('postscreen', () => {
  it('hands over to the line of type pass, whose restrictions hold on its port', async () => {
    const texts = main('', { 'master.cf': screened });
    const { services } = readPostfix(texts);
    expect(services.map(({ name, listen, server }) => [name, listen.port, server.requireHello])).toEqual([
      ['smtp', 25, true],
      ['127.0.0.1:10025', 10_025, false],
    ]);
    expect(await fate(texts)).toContain('reject 554 5.7.1');
    expect(await fate(texts, { service: '127.0.0.1:10025' })).toContain('maildir:s001');
  });

  it('has a row for each setting that would refuse somebody', () => {
    const rows = rowsOf(
      `postscreen_dnsbl_sites = list.example*3
postscreen_dnsbl_threshold = 3
postscreen_dnsbl_action = enforce
postscreen_greet_action = drop
postscreen_access_list = permit_mynetworks, cidr:blocked
postscreen_pipelining_enable = no
postscreen_greet_wait = 3s`,
      screened,
    );
    const guarding = Object.values(rows).filter(({ guards, source }) => guards && source !== undefined);
    expect(guarding.map(({ parameter, status }) => [parameter, status])).toEqual([
      ['postscreen_dnsbl_sites', 'not-honoured'],
      ['postscreen_dnsbl_threshold', 'not-honoured'],
      ['postscreen_dnsbl_action', 'not-honoured'],
      ['postscreen_greet_action', 'not-honoured'],
      ['628/inet', 'not-honoured'],
    ]);
    // It refuses nobody without postscreen_denylist_action.
    expect(rows.postscreen_access_list).toMatchObject({ status: 'irrelevant' });
    expect(rows['smtp/inet']).toMatchObject({ status: 'not-honoured', guards: false, value: 'postscreen' });
    expect(rows['smtpd_helo_required of smtpd/pass']).toMatchObject({ status: 'honoured' });
  });

  it('counts denied addresses where they are acted upon, and settings of its own line', () => {
    const lines = 'postscreen_access_list = cidr:blocked\npostscreen_denylist_action = drop';
    expect(rowsOf(lines, screened).postscreen_access_list).toMatchObject({ guards: true });
    const master = screened.replace('postscreen\n', 'postscreen -o postscreen_greet_action=enforce\n');
    expect(rowsOf('', master)['postscreen_greet_action of smtp/inet']).toMatchObject({ guards: true });
    const without = 'smtp inet n - n - - smtpd\n';
    expect(rowsOf('postscreen_greet_action = drop', without).postscreen_greet_action).toMatchObject({
      status: 'irrelevant',
    });
  });

  it('is not served without such a line, and guards', () => {
    const rows = rowsOf('', 'smtp inet n - n - 1 postscreen\n2525 inet n - n - - smtpd\n10031 inet n n n - - spawn\n');
    expect(rows['smtp/inet']).toMatchObject({ guards: true, why: expect.stringContaining('smtpd pass') });
    expect(rows['10031/inet']).toMatchObject({ status: 'not-honoured', guards: false });
  });
});

describe('the report', () => {
  it('gives each -o its own line of master.cf', () => {
    const rows = rowsOf('', screened);
    expect(rows['smtpd_sender_restrictions of smtpd/pass']?.source).toEqual({ file: 'master.cf', line: 3 });
    expect(rows['smtpd_helo_required of smtpd/pass']?.source).toEqual({ file: 'master.cf', line: 4 });
  });

  it.each([
    ['smtpd_recipient_restrictions', 'reject_unverified_recipient, reject_unauth_destination', /reject_unverified/],
    ['smtpd_relay_restrictions', 'permit_mx_backup, reject_unauth_destination', /permit_mx_backup/],
    ['smtpd_client_restrictions', 'sleep 5', /sleep/],
    ['virtual_alias_maps', 'mysql:/etc/postfix/m.cf', /mysql:/],
    ['header_checks', 'static:REJECT', /static:REJECT/],
    ['body_checks', 'hash:words', /hash:words/],
    ['transport_maps', 'hash:broken', /hash:broken/],
    ['message_size_limit', 'large', /whole number/],
  ])('has all rows, and what is refused guards: %s = %s', (name, value, why) => {
    const texts = main(`biff = no\n${name} = ${value}`, { broken: 'x\n' });
    const { reading, report, problems } = checkPostfix(texts, { resolver });
    expect([reading, problems.length]).toEqual([undefined, 1]);
    expect(report.find(({ parameter }) => parameter === 'biff')).toMatchObject({ status: 'irrelevant' });
    const row = report.find(({ parameter }) => parameter === name);
    expect(row).toMatchObject({ status: 'not-honoured', guards: true, why: expect.stringMatching(why) });
    expect(report.filter(({ guards, source }) => guards && source !== undefined)).toEqual([row]);
  });

  it.each([
    ['resolve_dequoted_address = no', 'resolve_dequoted_address', /quotes never hide a route/],
    ['spf_time_limit = 3600', 'spf_time_limit', /pipe, spawn/],
  ])('says what happens: %s', (line, name, why) => {
    const master = 'smtp inet n - n - - smtpd\nspf unix - n n - 0 spawn user=nobody argv=/bin/spf\n';
    expect(rowsOf(line, master)[name]).toMatchObject({ guards: false, why: expect.stringMatching(why) });
  });

  it('of a folder that is not there has one problem alone', () => {
    const { problems } = checkPostfix('/nonexistent');
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['missing-main-cf', 'cannot be read: ENOENT: no such file or directory'],
    ]);
  });

  it('says how networks of the default were found', () => {
    const { report } = checkPostfix(main());
    const row = report.find(({ parameter }) => parameter === 'mynetworks');
    expect(row).toMatchObject({ guards: false, why: expect.stringContaining('127.0.0.1/32 [::1]/128') });
  });
});

describe('options of the wrong form', () => {
  it.each<[string, unknown]>([
    ['trusted', ['pcre:x']],
    ['unix', 'none'],
    ['without', ['dns']],
    ['resolver', {}],
    ['policyService', {}],
  ])('%s', (name, value) => {
    const options = { [name]: value } as PostfixOptions;
    let thrown: unknown;
    try {
      readPostfix(main(), options);
    } catch (error) {
      thrown = error;
    }
    expect(isConfigurationError(thrown) && [thrown.code, thrown.problems[0]?.message]).toEqual([
      'options',
      expect.stringContaining(`${name}: `),
    ]);
  });
});

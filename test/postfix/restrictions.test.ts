import { describe, expect, it } from 'vitest';
import { type PostfixTexts, readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { fate, main, problems, type Sent, send } from './support.js';

describe('restrictions', () => {
  const access = (list: string, restrictions: string, map: string): PostfixTexts =>
    main(`smtpd_${list}_restrictions = ${restrictions}\n`, { access: map });
  it.each<[string, PostfixTexts, Sent, string]>([
    [
      'the default guards the relay',
      main(),
      { to: 'x@y.example' },
      'defer 454 4.7.1 <x@y.example>: Relay access denied',
    ],
    ['loopback may relay', main(), { to: 'x@y.example', ip: '127.0.0.1' }, 'x@y.example smtp:y.example'],
    [
      'client by name',
      access('client', 'check_client_access hash:access', 'bad.example REJECT Go away\n'),
      { name: 'mx.bad.example' },
      'reject 554 5.7.1 <mx.bad.example[192.0.2.10]>: Client host rejected: Go away',
    ],
    [
      'client by network',
      access('client', 'check_client_access cidr:access', '192.0.2.0/24 450 Later\n'),
      {},
      'defer 450 4.7.1',
    ],
    [
      'helo',
      access('helo', 'check_helo_access hash:access', 'school.example REJECT\n'),
      { helo: 'school.example' },
      'reject 554 5.7.1 <school.example>: Helo command rejected',
    ],
    [
      'sender',
      access('sender', 'check_sender_access hash:access', 'client.example REJECT\n'),
      {},
      'reject 554 5.7.1 <stranger@client.example>: Sender address rejected',
    ],
    ['null sender', access('sender', 'check_sender_access hash:access', '<> REJECT\n'), { from: '<>' }, 'reject 554'],
    [
      'recipient, a bare table',
      access('recipient', 'hash:access, reject_unauth_destination', 's001@ REJECT\n'),
      {},
      'reject 554',
    ],
    [
      'a pattern sees the whole key',
      access('sender', 'check_sender_access pcre:access', '/^stranger@client\\.example$/ REJECT\n'),
      {},
      'reject 554',
    ],
    ['permit ends its own list alone', access('sender', 'permit, reject', ''), {}, 's001@school.example maildir:s001'],
    [
      'the next list still refuses',
      main('smtpd_client_restrictions = permit\nsmtpd_helo_restrictions = reject\n'),
      {},
      'reject 554',
    ],
    [
      'OK does not open the relay',
      access('sender', 'check_sender_access inline:{client.example=OK}', ''),
      { to: 'x@y.example' },
      'defer 454',
    ],
    [
      'the first refusal counts',
      main('smtpd_client_restrictions = defer\nsmtpd_helo_restrictions = reject\n'),
      {},
      'defer 450',
    ],
    [
      'HOLD waits for the end',
      access('client', 'check_client_access static:HOLD', ''),
      { to: 'x@y.example' },
      'defer 454',
    ],
    ['HOLD', access('client', 'check_client_access static:HOLD', ''), {}, 'hold 250'],
    [
      'DISCARD before HOLD',
      main(
        'smtpd_client_restrictions = check_client_access static:HOLD\nsmtpd_helo_restrictions = check_helo_access static:DISCARD\n',
      ),
      {},
      'discard 250',
    ],
    [
      'relay_domains and below',
      main('relay_domains = partner.example\n'),
      { to: 'x@a.partner.example' },
      'x@a.partner.example relay:a.partner.example',
    ],
    [
      'relayhost',
      main('relayhost = [out.example]:587\n'),
      { to: 'x@y.example', ip: '127.0.0.1' },
      'x@y.example smtp:[out.example]:587',
    ],
    [
      'what only warns of an unlisted recipient does not stand for the rule at the end',
      main(
        'smtpd_recipient_restrictions = warn_if_reject reject_unlisted_recipient\nlocal_recipient_maps = inline:{x=y}\n',
      ),
      {},
      'reject 550 5.1.1 <s001@school.example>: Recipient address rejected: User unknown in local recipient table',
    ],
    // Seen so under Postfix 3.7.11: where nobody owns an address, no login does.
    ...(
      [
        [
          'reject_sender_login_mismatch',
          's001',
          'reject 553 5.7.1 <stranger@client.example>: Sender address rejected: not',
        ],
        ['reject_authenticated_sender_login_mismatch', 's001', 'reject 553 5.7.1'],
        ['reject_known_sender_login_mismatch', 's001', 's001@school.example maildir:s001'],
        ['reject_unauthenticated_sender_login_mismatch', 's001', 's001@school.example maildir:s001'],
        ['reject_sender_login_mismatch', undefined, 's001@school.example maildir:s001'],
      ] as const
    ).map(([word, login, expected]): [string, PostfixTexts, Sent, string] => [
      `${word} without smtpd_sender_login_maps`,
      main(`smtpd_sasl_auth_enable = yes\nsmtpd_sender_restrictions = ${word}\n`),
      login === undefined ? {} : { login },
      expected,
    ]),
  ])('%s', async (_name, texts, sent, expected) => {
    expect(await fate(texts, sent)).toContain(expected);
  });

  it('notes every element that was considered, with its line', async () => {
    const outcome = await send(
      main('smtpd_sender_restrictions = permit_mynetworks,\n  check_sender_access inline:{client.example=REJECT}\n'),
    );
    const [decided] = outcome.recipients;
    expect(decided?.decision.kind).toBe('reject');
    const detailed = await readPostfix(
      main('smtpd_sender_restrictions = permit_mynetworks,\n  check_sender_access inline:{client.example=REJECT}\n'),
    ).policy.evaluate(
      { session: sessionOf(), sender: senderOf('a@client.example'), recipients: [mailboxOf('s001@school.example')] },
      { detail: true },
    );
    const notes = detailed.trace.phases
      .flatMap((phase) => phase.lines)
      .find((line) => line.stage === 'smtpdRestrictions')?.notes;
    expect(notes).toMatchObject([
      { source: { file: 'main.cf', line: 3 }, text: 'sender: permit_mynetworks', matched: false },
      { text: 'client.example REJECT', matched: true },
      { source: { file: 'main.cf', line: 3 }, matched: true, result: expect.stringContaining('554 5.7.1') },
    ]);
  });

  it('warns of what is only to be warned of', async () => {
    const texts = main(
      'smtpd_sender_restrictions = warn_if_reject check_sender_access static:REJECT, warn_if_reject reject, permit\n',
    );
    expect(await fate(texts)).toBe('s001@school.example maildir:s001');
    const row = readPostfix(texts).report.find((one) => one.parameter === 'smtpd_sender_restrictions');
    expect(row).toMatchObject({ status: 'honoured' });
  });

  it.each([
    [
      'reject_rbl_client bl.example',
      'needs-resolver',
      "give readPostfix() the option resolver, or without: ['resolver']",
    ],
    ['check_policy_service inet:[127.0.0.1]:9', 'needs-policy-service', "or without: ['policyService']"],
  ])('drops no check in silence: %s', (restriction, code, text) => {
    const texts = main(`smtpd_sender_restrictions = ${restriction}, permit\n`);
    const source = { file: 'main.cf', line: 3 };
    const problem = { code, source, construct: restriction, message: expect.stringContaining(text) };
    expect(() => readPostfix(texts)).toThrow(expect.objectContaining({ problems: [problem] }));
    expect(readPostfix(texts, { without: ['resolver', 'policyService'] }).report).toContainEqual(
      expect.objectContaining({ parameter: 'smtpd_sender_restrictions', status: 'not-honoured', guards: true }),
    );
  });

  it('leaves out, and reports, what needs the DNS where the program does without', () => {
    const texts = main('smtpd_sender_restrictions = reject_unknown_sender_domain, permit\n');
    const { report } = readPostfix(texts, { without: ['resolver'] });
    const row = report.find((one) => one.parameter === 'smtpd_sender_restrictions');
    expect(row).toMatchObject({
      status: 'not-honoured',
      why: expect.stringContaining('reject_unknown_sender_domain (it asks the DNS'),
    });
  });

  it.each([
    ['smtpd_sender_restrictions = nonsense', 'no such restriction: nonsense'],
    ['smtpd_sender_restrictions = sleep 1, permit', 'not supported: a stage does not hold up a session'],
    ['smtpd_sender_restrictions = reject_unverified_sender', 'not supported: addresses are not probed'],
    ['smtpd_sender_restrictions = check_sender_access', 'lacks its argument'],
    ['smtpd_sender_restrictions = check_policy_service nowhere', 'expected inet:host:port or unix:path'],
    [
      'smtpd_sender_restrictions = check_policy_service { inet:h:1, colour = red }',
      'not an attribute of a policy service',
    ],
    ['smtpd_data_restrictions = static:REJECT', 'write check_client_access'],
    ['smtpd_sender_restrictions = c\nsmtpd_restriction_classes = c\nc = permit_mynetworks, c', 'names itself'],
    ['smtpd_sender_restrictions = check_sender_access static:{nonsense}', 'no such restriction'],
    ['access_map_reject_code = 250', '400 to 599 is expected'],
    // smtpd does not start: "restriction class needs a definition".
    ['smtpd_restriction_classes = c\nc =', 'the restriction class needs a definition'],
    ['smtpd_restriction_classes = c', 'the restriction class needs a definition'],
    ['smtpd_restriction_classes = c, d\nc = d\nd =\nsmtpd_sender_restrictions = c', 'needs a definition'],
  ])('%s is a problem', (lines, expected) => {
    expect(problems(main(`${lines}\n`)).join('\n')).toContain(expected);
  });

  it('applies classes, by name and from a table', async () => {
    const classes = 'smtpd_restriction_classes = strict\nstrict = static:REJECT\n';
    expect(await fate(main(`${classes}smtpd_sender_restrictions = strict\n`))).toContain('554 5.7.1 <stranger@');
    const named = `${classes}smtpd_sender_restrictions = check_helo_access static:strict\n`;
    expect(await fate(main(named))).toContain('554 5.7.1 <stranger@client.example>: Sender address rejected');
  });

  it('defers when a table cannot tell', async () => {
    // A value that came by substitution is seen when it is looked up.
    const texts = access('sender', 'check_sender_access pcre:access', '/^(.*)@client/ $1\n');
    expect(await fate(texts)).toContain('defer 451 4.3.5');
  });

  it('takes this host for a network of ours, and no client whose address a front could not tell', async () => {
    const texts = main('smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n');
    const to = 'x@elsewhere.example';
    expect(await fate(texts, { ip: 'local', to })).toContain('smtp:elsewhere.example');
    expect(await fate(texts, { ip: 'local', protocol: 'esmtp', to })).toContain('reject 554 5.7.1');
  });

  it('applies the lists at their own commands with smtpd_delay_reject = no', async () => {
    const lists = 'smtpd_helo_restrictions = reject\nsmtpd_sender_restrictions = reject\n';
    const steps = async (more: string): Promise<string> => {
      const { policy, server } = readPostfix(main(`${lists}${more}`));
      const conversation = policy.open(sessionOf());
      await conversation.connect();
      const { decision } = await conversation.hello('client.example');
      return `${decision.kind} ${server.delayHello}`;
    };
    expect(await steps('')).toBe('continue true');
    expect(await steps('smtpd_delay_reject = no\n')).toBe('reject false');
  });

  it('carries out for the message what a table says of a recipient', async () => {
    const rules = 'check_recipient_access inline:{s002@=HOLD}, check_recipient_access inline:{s002@=REJECT}';
    const { policy } = readPostfix(main(`smtpd_recipient_restrictions = ${rules}\nlocal_recipient_maps =\n`));
    const { recipients } = await policy.evaluate({
      session: sessionOf(),
      helo: 'client.example',
      sender: senderOf('a@client.example'),
      recipients: [mailboxOf('s002@school.example'), mailboxOf('s001@school.example')],
      message: messageOf('Subject: x\r\n\r\nx\r\n'),
    });
    expect(recipients.map(({ decision }) => decision.kind)).toEqual(['reject', 'hold']);
  });
});

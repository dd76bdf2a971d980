import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/core/decision.js';
import { type PostfixTexts, readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, messageOf, type SessionOptions, senderOf, sessionOf } from '../../src/testing/builders.js';
import { isConfigurationError, renderProblem } from '../../src/values/errors.js';
import { replyText } from '../../src/values/reply.js';

const school = fileURLToPath(new URL('fixtures/school', import.meta.url));

interface Sent extends SessionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly helo?: string;
  readonly message?: string;
}

async function send(origin: string | PostfixTexts, sent: Sent = {}) {
  const { from = 'stranger@client.example', to = 's001@school.example', helo = 'client.example', message, ...peer } = sent;
  return readPostfix(origin).policy.evaluate({
    session: sessionOf(peer),
    helo,
    sender: senderOf(from),
    recipients: [mailboxOf(to)],
    message: messageOf(message ?? 'Subject: x\r\n\r\nHello\r\n'),
  });
}

const shown = (decision: Verdict): string =>
  decision.kind === 'continue' ? 'continue' : `${decision.kind} ${replyText(decision.reply)}`;

/** What became of one recipient: the decision, or where the mail goes. */
async function fate(origin: string | PostfixTexts, sent: Sent = {}): Promise<string> {
  const { recipients } = await send(origin, sent);
  return recipients
    .map(({ decision, recipient: { address, nextHop } }) =>
      decision.kind === 'continue' ? `${address.text} ${nextHop?.transport}:${nextHop?.destination}` : shown(decision),
    )
    .join(', ');
}

function problems(texts: string | PostfixTexts): readonly string[] {
  try {
    readPostfix(texts);
    return [];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return error.problems.map(renderProblem);
  }
}

/** A configuration that is right, and more lines. */
const base = 'myhostname = mx.school.example\nmydestination = school.example\n';
const main = (more = '', files: PostfixTexts = {}): PostfixTexts => ({ 'main.cf': `${base}${more}`, ...files });

describe('the school', () => {
  it.each<[string, Sent, string]>([
    ['a user', {}, 's001@school.example maildir:s001'],
    ['an unknown user', { to: 'nobody@school.example' }, 'reject 550 5.1.1'],
    ['an alias', { to: 'teachers@school.example' }, 't01@school.example maildir:t01, s002@school.example maildir:s002'],
    ['an alias of an alias', { to: 'root@mail.school.example' }, 't01@school.example maildir:t01'],
    ['the virtual domain', { to: 'info@partnership.example' }, 't01@school.example maildir:t01'],
    ['nobody there', { to: 's001@partnership.example' }, 'reject 550 5.1.1'],
    ['no relay', { to: 'x@elsewhere.example' }, 'reject 554 5.7.1 <x@elsewhere.example>: Relay access denied'],
    ['relay for the house', { to: 'x@elsewhere.example', ip: '198.51.100.7' }, 'x@elsewhere.example smtp:elsewhere.example'],
    ['relay for a login', { to: 'x@elsewhere.example', login: 's001' }, 'x@elsewhere.example smtp:elsewhere.example'],
    ['a list', { to: 'chess@lists.school.example', ip: '198.51.100.7' }, 'chess@lists.school.example mailman:lists.school.example'],
    ['a routed local part', { to: '"x@elsewhere.example"@school.example' }, 'reject 554 5.7.1'],
    ['a program', { message: 'Content-Type: a/b; name="x.exe"\r\n\r\n' }, 'reject 550 5.7.1 No programs by mail'],
    ['a worm', { message: 'Subject: Re: I love you\r\n\r\n' }, 'discard'],
    ['bad text', { message: 'Subject: x\r\n\r\nThis is BadText.\r\n' }, 'reject 550 5.7.1'],
  ])('%s', async (_name, sent, expected) => {
    expect(await fate(school, sent)).toContain(expected);
  });

  it('gives the settings of a server', () => {
    const { settings } = readPostfix(school);
    expect(settings).toMatchObject({
      hostname: { ascii: 'mail.school.example' },
      origin: { ascii: 'school.example' },
      localDomains: ['mail.school.example', 'localhost.school.example', 'school.example', 'lan.school.example', 'mail-bkup.school.example'],
      virtualDomains: ['partnership.example'],
      networks: ['127.0.0.0/8', '198.51.100.0/24'],
      messageSizeLimit: 10_240_000,
      recipientLimit: 1000,
    });
  });

  it('names what is not honoured, and drops nothing in silence', async () => {
    const { report } = readPostfix(school);
    const set = new Set(report.filter((row) => row.source !== undefined).map((row) => row.parameter));
    const written = await readFile(join(school, 'main.cf'), 'utf8');
    expect([...set].sort()).toEqual([...written.matchAll(/^(\w+) =/gm)].map(([, name]) => name).sort());
    const lost = report.filter((row) => row.status === 'not-honoured').map((row) => row.parameter);
    expect(lost).toMatchInlineSnapshot(`
      [
        "inet_interfaces",
        "virtual_mailbox_base",
        "home_mailbox",
        "content_filter",
        "mailman_destination_recipient_limit",
        "broken_sasl_auth_clients",
        "smtpd_sasl_auth_enable",
        "smtpd_sasl_security_options",
        "smtpd_sasl_local_domain",
        "smtp_use_tls",
        "smtp_tls_note_starttls_offer",
        "smtp_tls_CAfile",
        "smtp_tls_key_file",
        "smtp_tls_cert_file",
        "smtpd_use_tls",
        "smtpd_tls_key_file",
        "smtpd_tls_cert_file",
        "smtpd_tls_CAfile",
        "smtpd_tls_received_header",
        "smtpd_sasl_tls_security_options",
        "smtpd_tls_auth_only",
        "smtpd_helo_required",
        "strict_rfc821_envelopes",
        "smtpd_client_restrictions",
      ]
    `);
    expect(report.find((row) => row.parameter === 'smtpd_client_restrictions')?.why).toContain('relays.ordb.org');
  });

  it('says what to write instead of *.$mydomain', () => {
    const found = problems(main('mydomain = school.example\nmydestination = $mydomain, *.$mydomain\n'));
    expect(found).toEqual([
      'main.cf:4: mydestination: a pattern is no domain, Postfix never finds an address in it; name each domain, or write "relay_domains = school.example" for school.example and all below it: *.school.example',
    ]);
  });
});

describe('restrictions', () => {
  const access = (list: string, restrictions: string, map: string): PostfixTexts =>
    main(`smtpd_${list}_restrictions = ${restrictions}\n`, { access: map });
  it.each<[string, PostfixTexts, Sent, string]>([
    ['the default guards the relay', main(), { to: 'x@y.example' }, 'defer 454 4.7.1 <x@y.example>: Relay access denied'],
    ['loopback may relay', main(), { to: 'x@y.example', ip: '127.0.0.1' }, 'x@y.example smtp:y.example'],
    ['client by name', access('client', 'check_client_access hash:access', 'bad.example REJECT Go away\n'), { name: 'mx.bad.example' }, 'reject 554 5.7.1 <mx.bad.example[192.0.2.10]>: Client host rejected: Go away'],
    ['client by network', access('client', 'check_client_access cidr:access', '192.0.2.0/24 450 Later\n'), {}, 'defer 450 4.7.1'],
    ['helo', access('helo', 'check_helo_access hash:access', 'school.example REJECT\n'), { helo: 'school.example' }, 'reject 554 5.7.1 <school.example>: Helo command rejected'],
    ['sender', access('sender', 'check_sender_access hash:access', 'client.example REJECT\n'), {}, 'reject 554 5.7.1 <stranger@client.example>: Sender address rejected'],
    ['null sender', access('sender', 'check_sender_access hash:access', '<> REJECT\n'), { from: '<>' }, 'reject 554'],
    ['recipient, a bare table', access('recipient', 'hash:access, reject_unauth_destination', 's001@ REJECT\n'), {}, 'reject 554'],
    ['a pattern sees the whole key', access('sender', 'check_sender_access pcre:access', '/^stranger@client\\.example$/ REJECT\n'), {}, 'reject 554'],
    ['permit ends its own list alone', access('sender', 'permit, reject', '') , {}, 's001@school.example maildir:s001'],
    ['the next list still refuses', main('smtpd_client_restrictions = permit\nsmtpd_helo_restrictions = reject\n'), {}, 'reject 554'],
    ['OK does not open the relay', access('sender', 'check_sender_access inline:{client.example=OK}', ''), { to: 'x@y.example' }, 'defer 454'],
    ['the first refusal counts', main('smtpd_client_restrictions = defer\nsmtpd_helo_restrictions = reject\n'), {}, 'defer 450'],
    ['HOLD waits for the end', access('client', 'check_client_access static:HOLD', ''), { to: 'x@y.example' }, 'defer 454'],
    ['HOLD', access('client', 'check_client_access static:HOLD', ''), {}, 'hold 250'],
    ['DISCARD before HOLD', main('smtpd_client_restrictions = check_client_access static:HOLD\nsmtpd_helo_restrictions = check_helo_access static:DISCARD\n'), {}, 'discard 250'],
    ['relay_domains and below', main('relay_domains = partner.example\n'), { to: 'x@a.partner.example' }, 'x@a.partner.example smtp:a.partner.example'],
    ['relayhost', main('relayhost = [out.example]:587\n'), { to: 'x@y.example', ip: '127.0.0.1' }, 'x@y.example smtp:[out.example]:587'],
  ])('%s', async (_name, texts, sent, expected) => {
    expect(await fate(texts, sent)).toContain(expected);
  });

  it('notes every element that was considered, with its line', async () => {
    const outcome = await send(main('smtpd_sender_restrictions = permit_mynetworks,\n  check_sender_access inline:{client.example=REJECT}\n'));
    const [decided] = outcome.recipients;
    expect(decided?.decision.kind).toBe('reject');
    const detailed = await readPostfix(
      main('smtpd_sender_restrictions = permit_mynetworks,\n  check_sender_access inline:{client.example=REJECT}\n'),
    ).policy.evaluate(
      { session: sessionOf(), sender: senderOf('a@client.example'), recipients: [mailboxOf('s001@school.example')] },
      { detail: true },
    );
    const notes = detailed.trace.phases.flatMap((phase) => phase.lines).find((line) => line.stage === 'smtpdRestrictions')?.notes;
    expect(notes).toMatchObject([
      { source: { file: 'main.cf', line: 3 }, text: 'sender: permit_mynetworks', matched: false },
      { source: { file: 'main.cf', line: 3 }, matched: true },
      { source: { file: 'inline' }, text: 'client.example REJECT', matched: true },
    ]);
  });

  it('leaves out what is only to be warned of, with its argument', async () => {
    const texts = main('smtpd_sender_restrictions = warn_if_reject check_sender_access static:REJECT, warn_if_reject reject, permit\n');
    expect(await fate(texts)).toBe('s001@school.example maildir:s001');
    expect(readPostfix(texts).report.find((row) => row.parameter === 'smtpd_sender_restrictions')).toMatchObject({
      status: 'not-honoured',
      why: expect.stringContaining('warn_if_reject check_sender_access static:REJECT; warn_if_reject reject'),
    });
  });

  it('defers when a table cannot tell', async () => {
    // A value that came by substitution is seen when it is looked up.
    const texts = access('sender', 'check_sender_access pcre:access', '/^(.*)@client/ $1\n');
    expect(await fate(texts)).toContain('defer 451 4.3.0');
  });

  it('refuses an open relay', () => {
    expect(problems(main('smtpd_recipient_restrictions = permit\n'))[0]).toContain('anybody could relay');
    expect(problems(main('smtpd_relay_restrictions =\n'))[0]).toContain('anybody could relay');
  });
});

describe('mailboxes', () => {
  it('gives virtual mailboxes the name in their map', async () => {
    const texts = main(
      'virtual_mailbox_domains = v.example\nvirtual_mailbox_base = /var/mail\nvirtual_mailbox_maps = hash:boxes\n',
      { boxes: 'a@v.example v.example/a/\ns001 wrong/\n' },
    );
    expect(await fate(texts, { to: 'a@v.example' })).toBe('a@v.example maildir:v.example/a');
    expect(await fate(texts, { to: 'b@v.example' })).toContain('reject 550 5.1.1');
    expect(await fate(texts)).toBe('s001@school.example maildir:s001');
  });

  it('reads address extensions', async () => {
    const texts = main('recipient_delimiter = +\nlocal_recipient_maps = hash:users\n', { users: 's001 x\n' });
    expect(await fate(texts, { to: 's001+news@school.example' })).toBe('s001+news@school.example maildir:s001');
  });
});

describe('what is wrong', () => {
  it('comes all at once, with file and line', () => {
    const found = problems(
      main(
        [
          'no equals here',
          'mynetworks = 192.0.2.1/24, nonsense',
          'transport_maps = hash:/etc/postfix/missing',
          'virtual_alias_maps = foo:bar, ldap:x',
          'header_checks = hash:access, pcre:checks',
          'smtpd_helo_restrictions = reject_everything, check_helo_access',
          'smtpd_sender_restrictions = check_sender_access hash:access',
          'message_size_limit = large',
          'myorigin = $nothing',
        ].join('\n'),
        { checks: '/(/ REJECT\n/x/ EXPLODE\n', access: 'a@b.example FROBNICATE\n' },
      ),
    );
    const expected = [
      /^main\.cf:3: expected "name = value": no equals here$/,
      /^main\.cf:4: .*non-null host address bits.*192\.0\.2\.1\/24$/,
      /^main\.cf:4: mynetworks: .*nonsense$/,
      /^main\.cf:5: the file missing cannot be read.*hash:\/etc\/postfix\/missing|^main\.cf:5: .*missing/,
      /^main\.cf:6: no such type of table; expected pcre.*: foo:bar$/,
      /^main\.cf:6: tables of this type are not read here yet.*: ldap:x$/,
      /^main\.cf:7: a table of patterns is expected.*: hash:access$/,
      /^main\.cf:8: no such restriction: reject_everything$/,
      /^main\.cf:8: the restriction lacks its argument: check_helo_access$/,
      /^main\.cf:10: message_size_limit: expected a whole number: large$/,
      /^main\.cf:11: \$nothing is neither set/,
      /^checks:1: /,
      /^access:1: .*FROBNICATE/,
    ];
    for (const pattern of expected) expect(found.filter((one) => pattern.test(one))).not.toEqual([]);
  });

  it('names a folder without main.cf, and what is no file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postfix-'));
    try {
      expect(problems(folder)[0]).toContain('main.cf: cannot be read');
      await writeFile(join(folder, 'main.cf'), `${base}transport_maps = hash:.\n`);
      expect(problems(folder)[0]).toContain('not a file');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

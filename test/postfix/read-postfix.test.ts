import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPostfix } from '../../src/postfix/index.js';
import { renderProblem } from '../../src/values/errors.js';
import { base, fate, main, problems, type Sent } from './support.js';

const school = fileURLToPath(new URL('fixtures/school', import.meta.url));

describe('the school', () => {
  it.each<[string, Sent, string]>([
    ['a user', {}, 's001@school.example maildir:s001'],
    ['an unknown user', { to: 'nobody@school.example' }, 'reject 550 5.1.1'],
    ['an alias', { to: 'teachers@school.example' }, 't01@school.example maildir:t01, s002@school.example maildir:s002'],
    ['an alias of an alias', { to: 'root@mail.school.example' }, 't01@school.example maildir:t01'],
    ['the virtual domain', { to: 'info@partnership.example' }, 't01@school.example maildir:t01'],
    ['nobody there', { to: 's001@partnership.example' }, 'reject 550 5.1.1'],
    ['no relay', { to: 'x@elsewhere.example' }, 'reject 554 5.7.1 <x@elsewhere.example>: Relay access denied'],
    [
      'relay for the house',
      { to: 'x@elsewhere.example', ip: '198.51.100.7' },
      'x@elsewhere.example smtp:elsewhere.example',
    ],
    ['relay for a login', { to: 'x@elsewhere.example', login: 's001' }, 'x@elsewhere.example smtp:elsewhere.example'],
    [
      'a list',
      { to: 'chess@lists.school.example', ip: '198.51.100.7' },
      'chess@lists.school.example mailman:lists.school.example',
    ],
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
      localDomains: [
        'mail.school.example',
        'localhost.school.example',
        'school.example',
        'lan.school.example',
        'mail-bkup.school.example',
      ],
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

describe('what is odd', () => {
  it('is a warning: a key that is there twice', () => {
    const texts = main('transport_maps = hash:transport\n', { transport: 'a.example smtp:x\na.example smtp:y\n' });
    expect(readPostfix(texts).warnings.map(renderProblem)).toEqual([
      'transport:2: duplicate key, the first counts: a.example',
    ]);
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

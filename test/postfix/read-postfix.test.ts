// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of master.cf
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { zoneResolver } from '../../src/testing/ports/zone-resolver.js';
import { renderProblem } from '../../src/values/errors.js';
import { base, fate, main, problems, resolver, type Sent, shown } from './support.js';

const school = fileURLToPath(new URL('fixtures/school', import.meta.url));

describe('the school', () => {
  const behind: Sent = { service: 'localhost:20025' };
  it.each<[string, Sent, string]>([
    ['everything goes through the filter first', {}, 's001@school.example smtp:localhost:20024'],
    ['an alias too', { to: 'teachers@school.example' }, 'teachers@school.example smtp:localhost:20024'],
    ['what comes back from it, to a user', { ...behind }, 's001@school.example maildir:s001/Maildir'],
    ['an unknown user', { to: 'nobody@school.example' }, 'reject 550 5.1.1'],
    [
      'an alias behind the filter',
      { ...behind, to: 'teachers@school.example' },
      't01@school.example maildir:t01/Maildir, s002@school.example maildir:s002/Maildir',
    ],
    ['an alias of an alias', { ...behind, to: 'root@mail.school.example' }, 'maildir:t01/Maildir'],
    ['the virtual domain', { to: 'info@partnership.example' }, 't01@school.example smtp:localhost:20024'],
    ['nobody there', { to: 's001@partnership.example' }, 'reject 550 5.1.1'],
    ['no relay', { to: 'x@elsewhere.example' }, 'reject 554 5.7.1 <x@elsewhere.example>: Relay access denied'],
    ['relay for the house', { to: 'x@elsewhere.example', ip: '198.51.100.7' }, 'smtp:localhost:20024'],
    ['relay for a login', { ...behind, to: 'x@elsewhere.example', login: 's001' }, 'smtp:elsewhere.example'],
    ['a list', { ...behind, to: 'chess@lists.school.example', ip: '127.0.0.1' }, 'mailman:lists.school.example'],
    ['a routed local part', { to: '"x@elsewhere.example"@school.example' }, 'reject 554 5.7.1'],
    ['a program', { message: 'Content-Type: a/b; name="x.exe"\r\n\r\n' }, 'reject 550 5.7.1 No programs by mail'],
    ['a worm', { message: 'Subject: Re: I love you\r\n\r\n' }, 'discard'],
    ['bad text', { message: 'Subject: x\r\n\r\nThis is BadText.\r\n' }, 'reject 550 5.7.1'],
  ])('%s', async (_name, sent, expected) => {
    expect(await fate(school, sent)).toContain(expected);
  });

  it('asks the block lists', async () => {
    const listed = zoneResolver({ '10.2.0.192.list.dsbl.org': { A: ['127.0.0.2'] } });
    const { policy } = readPostfix(school, { resolver: listed });
    const { recipients } = await policy.evaluate({
      session: sessionOf({ ip: '192.0.2.10' }),
      helo: 'client.example',
      sender: senderOf('a@client.example'),
      recipients: [mailboxOf('s001@school.example')],
      message: messageOf('Subject: x\r\n\r\n'),
    });
    expect(shown(recipients[0]?.decision ?? { kind: 'continue' })).toContain('reject 554 5.7.1');
    expect(listed.asked).toContain('A 10.2.0.192.sbl-xbl.spamhaus.org');
  });

  it('gives the settings of a server', () => {
    const { settings, server, mailboxes, services } = readPostfix(school);
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
    expect(server).toMatchObject({
      name: 'mail.school.example',
      port: 25,
      strictEnvelope: true,
      requireHello: true,
      implicitTls: false,
      requireTls: false,
      limits: { messageBytes: 10_240_000, recipients: 1000, errors: 20, idleTime: 300_000 },
    });
    expect(new TextDecoder().decode(server.tls?.key)).toContain('PRIVATE KEY');
    expect(mailboxes).toEqual({ base: '/home/mail/users/', homeMailbox: 'Maildir' });
    expect(services.map(({ name, kind, listen }) => [name, kind, listen.port])).toEqual([
      ['smtp', 'smtp', 25],
      ['localhost:20025', 'smtp', 20_025],
    ]);
  });

  it('reads the line of the list manager', () => {
    const { transports } = readPostfix(school);
    expect(transports.find(({ name }) => name === 'mailman')).toMatchObject({
      kind: 'pipe',
      flags: 'FR',
      user: 'list',
      group: 'list',
      argv: ['/home/mail/mailman/bin/postfix-to-mailman.py', '${nexthop}', '${user}'],
      recipientLimit: 1,
    });
    expect(transports.find(({ name }) => name === 'smtp')).toMatchObject({ kind: 'smtp', tls: { level: 'may' } });
  });

  it('is honoured whole, and drops nothing in silence', async () => {
    const { report } = readPostfix(school, { resolver });
    const inMain = report.filter((row) => row.service === undefined).map((row) => row.parameter);
    const written = await readFile(join(school, 'main.cf'), 'utf8');
    expect(inMain.sort()).toEqual([...written.matchAll(/^(\w+) =/gm)].map(([, name]) => name).sort());
    expect(report.filter(({ status }) => status === 'not-honoured' || status === 'unknown')).toEqual([]);
    expect(report.filter((row) => row.service !== undefined).map((row) => [row.parameter, row.service])).toEqual([
      ['syslog_name', 'relay/unix'],
      ['content_filter', 'localhost:20025/inet'],
    ]);
  });

  it('says what *.$mydomain does, and what to write instead; all else is read', () => {
    const { warnings, settings } = readPostfix(
      main('mydomain = school.example\nmydestination = $mydomain,\n  lan.$mydomain,\n  *.$mydomain\n'),
    );
    expect(settings.localDomains).toEqual(['school.example', 'lan.school.example']);
    expect(warnings.map(renderProblem)).toEqual([
      'main.cf:6: mydestination: Postfix compares it as it stands and so never finds an address in it; name each domain, or write "relay_domains = school.example" for school.example and all below it: *.school.example',
    ]);
  });

  it('reads `-o name` without a value as it was meant, with a warning', async () => {
    const texts = main('content_filter = smtp:[127.0.0.1]:20024\n', {
      'master.cf': 'smtp inet n - n - - smtpd\nlocalhost:20025 inet n - - - - smtpd -o content_filter\n',
    });
    expect(await fate(texts)).toContain('smtp:[127.0.0.1]:20024');
    expect(await fate(texts, { service: 'localhost:20025' })).toContain('maildir:s001');
    expect(readPostfix(texts).warnings.map(renderProblem)[0]).toMatch(
      /^master\.cf:2: expected "-o content_filter=value"/,
    );
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
  it('is a warning: domains that a map of patterns cannot list', async () => {
    const texts = main('virtual_alias_maps = pcre:patterns\n', { patterns: '/^info@school/ s001@school.example\n' });
    expect(await fate(texts, { to: 'info@school.example' })).toBe('s001@school.example maildir:s001');
    expect(readPostfix(texts).warnings.map((one) => [one.code, one.construct])).toEqual([
      ['wrong-map-type', 'pcre:patterns'],
    ]);
  });

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
      /^main\.cf:6: no such type of table; expected .*: foo:bar$/,
      /^main\.cf:6: tables of this type are not read here.*: ldap:x$/,
      /^main\.cf:7: a table of patterns is expected.*: hash:access$/,
      /^main\.cf:8: no such restriction: reject_everything$/,
      /^main\.cf:8: the restriction lacks its argument: check_helo_access$/,
      /^main\.cf:10: message_size_limit: expected a whole number: large$/,
      /^main\.cf:11: myorigin: a domain name is expected/,
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

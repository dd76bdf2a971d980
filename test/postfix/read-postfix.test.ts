// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of master.cf
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPostfix, systemAccounts } from '../../src/postfix/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { zoneResolver } from '../../src/testing/ports/zone-resolver.js';
import { decodeLatin1 } from '../../src/values/bytes.js';
import { renderProblem } from '../../src/values/errors.js';
import { base, fate, main, problems, resolver, type Sent, send, shown } from './support.js';

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
    const { settings, server, mailboxes, services } = readPostfix(school, { resolver });
    expect(settings).toMatchObject({
      hostname: { ascii: 'mail.school.example' },
      origin: { ascii: 'school.example' },
      localDomains: [
        'mail.school.example',
        'localhost.school.example',
        'school.example',
        'lan.school.example',
        'mail-bkup.school.example',
        '[127.0.0.1]',
        '[ipv6:::1]',
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
    const { transports } = readPostfix(school, { resolver });
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
    expect(settings.localDomains.slice(0, 2)).toEqual(['school.example', 'lan.school.example']);
    expect(warnings.map(renderProblem)).toEqual([
      'main.cf:6: mydestination: Postfix compares it as it stands and so never finds an address in it; name each domain, or write pcre:FILE in its place, with the line "/\\.school\\.example$/ x" in FILE, for all below school.example: *.school.example',
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

describe('domains', () => {
  const files = { d: '/^d[0-9]\\.example$/ x\n/^v\\.example$/ y\n', h: 'r.example x\n.dots.example x\n' };
  it.each<[string, string, string]>([
    ['mydestination = pcre:d', 'a@d1.example', 'a@d1.example maildir:a'],
    ['mydestination = pcre:d', 'a@x.d1.example', 'Relay access denied'],
    // What is offered in place of `*.d1.example`.
    ['mydestination = d1.example, pcre:{{/\\.d1\\.example$$/ x}}', 'a@x.d1.example', 'a@x.d1.example maildir:a'],
    ['mydestination = static:all', 'a@far.example', 'a@far.example maildir:a'],
    [
      'virtual_alias_domains = regexp:d\nvirtual_alias_maps = inline:{a@v.example=b@school.example}',
      'a@v.example',
      'b@',
    ],
    [
      'virtual_alias_domains = regexp:d\nvirtual_alias_maps = inline:{a@v.example=b@school.example}',
      'c@v.example',
      'User unknown in virtual alias table',
    ],
    ['virtual_mailbox_domains = pcre:d\nvirtual_mailbox_maps = static:box/', 'a@d2.example', 'maildir:box'],
    ['relay_domains = pcre:d', 'a@d2.example', 'relay:d2.example'],
    // Patterns are asked for the whole name alone.
    ['relay_domains = pcre:d', 'a@x.d2.example', 'Relay access denied'],
    ['relay_domains = hash:h', 'a@r.example', 'relay:r.example'],
    ['relay_domains = hash:h', 'a@x.r.example', 'relay:x.r.example'],
    ['relay_domains = hash:h', 'a@x.dots.example', 'Relay access denied'],
    ['relay_domains = hash:h\nparent_domain_matches_subdomains =', 'a@x.dots.example', 'relay:x.dots.example'],
    ['relay_domains = hash:h\nparent_domain_matches_subdomains =', 'a@x.r.example', 'Relay access denied'],
    ['mydestination = fail:broken', 'a@d1.example', 'defer 451 4.3.0'],
    ['', 'a@[127.0.0.1]', 'a@[127.0.0.1] maildir:a'],
    ['proxy_interfaces = 192.0.2.1', 'a@[192.0.2.1]', 'a@[192.0.2.1] maildir:a'],
    ['inet_interfaces = 192.0.2.2', 'a@[127.0.0.1]', 'Relay access denied'],
    // Of networks too: the whole address is asked for.
    ['mynetworks = cidr:{{192.0.2.0/24 x}}', 'a@far.example', 'a@far.example smtp:far.example'],
    ['mynetworks = inline:{192.0.2=x}', 'a@far.example', 'Relay access denied'],
    ['mynetworks = fail:n', 'a@far.example', 'defer 451'],
  ])('%s: %s', async (lines, to, expected) => {
    expect(await fate(main(lines, files), { to })).toContain(expected);
  });
});

describe('copies', () => {
  const copied = async (lines: string, sent: Sent = {}): Promise<readonly string[]> => {
    const { recipients } = await send(main(lines), sent);
    return recipients.map(({ recipient: { address, nextHop } }) => `${address.text} ${nextHop?.transport}`);
  };
  it.each<[string, readonly string[]]>([
    ['always_bcc = spy@school.example', ['s001@school.example maildir', 'spy@school.example maildir']],
    [
      'sender_bcc_maps = inline:{stranger@client.example=spy}',
      ['s001@school.example maildir', 'spy@mx.school.example smtp'],
    ],
    [
      'recipient_bcc_maps = inline:{s001=spy@school.example}',
      ['s001@school.example maildir', 'spy@school.example maildir'],
    ],
    ['recipient_bcc_maps = inline:{s002=spy@school.example}', ['s001@school.example maildir']],
    [
      'always_bcc = spy@school.example\nreceive_override_options = no_address_mappings',
      ['s001@school.example maildir'],
    ],
    [
      'recipient_canonical_maps = inline:{s001=s002}\nrecipient_bcc_maps = inline:{s002@school.example=spy@school.example}\nmyorigin = school.example',
      ['s002@school.example maildir', 'spy@school.example maildir'],
    ],
    [
      'recipient_canonical_maps = inline:{s001=s002}\nvirtual_alias_maps = inline:{s002=s003}\nrecipient_bcc_maps = inline:{s002=spy@school.example, s003=no@school.example}\nmyorigin = school.example',
      ['s003@school.example maildir', 'spy@school.example maildir'],
    ],
    // Of a copy as of any recipient: canonical tables, masquerading, the domain of this site.
    [
      'always_bcc = spy@school.example\ncanonical_maps = inline:{spy=watch@far.example}',
      ['s001@school.example maildir', 'watch@far.example smtp'],
    ],
    [
      'always_bcc = spy@school.example\nrecipient_canonical_maps = inline:{spy@school.example=eye@school.example}\nvirtual_alias_maps = inline:{eye@school.example=eye@far.example}',
      ['s001@school.example maildir', 'eye@far.example smtp'],
    ],
    [
      'always_bcc = spy@school.example\nrecipient_canonical_maps = inline:{spy=s001}\nmyorigin = $mydestination',
      ['s001@school.example maildir'],
    ],
    [
      'always_bcc = spy@school.example\nsender_canonical_maps = inline:{spy=watch@far.example}',
      ['s001@school.example maildir', 'spy@school.example maildir'],
    ],
    [
      'always_bcc = spy@school.example\ncanonical_maps = inline:{spy=watch@far.example}\ncanonical_classes = envelope_sender',
      ['s001@school.example maildir', 'spy@school.example maildir'],
    ],
    [
      'sender_bcc_maps = inline:{stranger@client.example=spy@a.far.example}\nmasquerade_domains = far.example\nmasquerade_classes = envelope_recipient',
      ['s001@school.example maildir', 'spy@far.example smtp'],
    ],
    [
      'sender_canonical_maps = inline:{stranger@client.example=known@client.example}\nsender_bcc_maps = inline:{known@client.example=spy@school.example}',
      ['s001@school.example maildir', 'spy@school.example maildir'],
    ],
  ])('%s', async (lines, expected) => {
    expect(await copied(lines)).toEqual(expected);
  });
  it.each([
    ['pipemap:{pcre:{{/^spy/ x}}, fail:down}', 'defer 451'],
    [
      'inline:{spy@school.example=eye@school.example, eye@school.example=spy@school.example}',
      'defer 451 4.6.0 Address rewriting error',
    ],
  ])('put the message off where recipient_canonical_maps = %s', async (canonical, expected) => {
    const lines = `always_bcc = spy@school.example\nrecipient_canonical_maps = ${canonical}`;
    expect(await fate(main(lines))).toContain(expected);
  });
  it('are held with the message, whose sender is rewritten', async () => {
    const more = 'sender_canonical_maps = inline:{stranger@client.example=known@client.example}\n';
    const lines = `${more}always_bcc = spy@school.example\nheader_checks = pcre:{{/^Subject:/ HOLD}}`;
    const { recipients, sender } = await send(main(lines));
    expect(recipients.map(({ decision, recipient }) => [decision.kind, recipient.address.text])).toEqual([
      ['hold', 's001@school.example'],
      ['hold', 'spy@school.example'],
    ]);
    expect(sender).toMatchObject({ text: 'known@client.example' });
  });
});

/** Each was seen so under Postfix 3.7.11. */
describe('HOLD and REDIRECT of the content checks', () => {
  const message = 'From: a@far.example\r\nSubject: x\r\n\r\nx\r\n';
  const canonical = 'canonical_maps = inline:{a@far.example=b@far.example}\n';
  const became = async (lines: string): Promise<readonly string[]> => {
    const outcome = await send(main(`${canonical}${lines}\n`), { ip: '127.0.0.1', message });
    const [from] = outcome.message?.header.map(({ bytes }) => decodeLatin1(bytes).trim()) ?? [];
    return [
      from ?? '',
      ...outcome.recipients.map(({ decision, recipient }) =>
        decision.kind === 'redirect' ? `redirect ${decision.to.text}` : `${decision.kind} ${recipient.address.text}`,
      ),
    ];
  };
  const checks = (action: string): string => `header_checks = pcre:{{/^Subject:/ ${action}}}`;
  const access = (action: string): string =>
    `smtpd_client_restrictions = check_client_access inline:{{127.0.0.1=${action}}}`;
  it.each<[string, readonly string[]]>([
    [checks('HOLD'), ['hold s001@school.example']],
    [checks('REDIRECT s002@school.example'), ['redirect s002@school.example']],
    [`${checks('REDIRECT s002@school.example')}\n${access('HOLD')}`, ['hold s002@school.example']],
    [`${checks('HOLD')}\n${access('REDIRECT s002@school.example')}`, ['hold s001@school.example']],
    [
      `${checks('REDIRECT s002@school.example')}\n${access('REDIRECT s003@school.example')}`,
      ['redirect s002@school.example'],
    ],
  ])('%s', async (lines, expected) => {
    expect(await became(lines)).toEqual(['From: b@far.example', ...expected]);
  });
  it('REJECT does not wait', async () => {
    expect(await became(`${checks('REJECT no')}\n${access('HOLD')}`)).toEqual([
      'From: a@far.example',
      'reject s001@school.example',
    ]);
  });
});

describe('header fields', () => {
  const header = async (lines: string, ip: string): Promise<string> => {
    const message = 'From: a\r\nTo: b@short, c%far.example\r\n\r\n';
    const outcome = await send(main(lines), { ip, message });
    return (outcome.message?.header ?? []).map(({ bytes }) => decodeLatin1(bytes).trim()).join(', ');
  };
  const same = 'From: a, To: b@short, c%far.example';
  it.each<[string, string, string]>([
    ['', '192.0.2.1', same],
    ['', '127.0.0.1', 'From: a@mx.school.example, To: b@short, c@far.example'],
    ['allow_percent_hack = no', '127.0.0.1', 'From: a@mx.school.example, To: b@short, c%far.example@mx.school.example'],
    ['append_dot_mydomain = yes', '127.0.0.1', 'From: a@mx.school.example, To: b@short.school.example, c@far.example'],
    ['append_at_myorigin = no', '127.0.0.1', 'From: a, To: b@short, c@far.example'],
    // An address that is not ours, though it is loopback's.
    ['inet_interfaces = 192.0.2.1', '127.0.0.1', same],
    ['inet_interfaces = 192.0.2.1', '192.0.2.1', 'From: a@mx.school.example, To: b@short, c@far.example'],
    ['local_header_rewrite_clients =', '127.0.0.1', same],
    ['local_header_rewrite_clients = permit_mynetworks\nmynetworks = 10.0.0.0/8', '127.0.0.1', same],
    [
      'local_header_rewrite_clients = permit_mynetworks\nmynetworks = 10.0.0.0/8',
      '10.0.0.1',
      'From: a@mx.school.example, To: b@short, c@far.example',
    ],
  ])('%s, from %s', async (lines, ip, expected) => {
    expect(await header(lines, ip)).toBe(expected);
  });
});

describe('local recipients', () => {
  it('are not the names of aliases, unless $alias_maps is among them', async () => {
    const files = { aliases: 'team: s001@school.example\n', users: 's001 x\n' };
    const of = (maps: string) => main(`alias_maps = hash:aliases\nlocal_recipient_maps = ${maps}\n`, files);
    expect(await fate(of('hash:users'), { to: 'team@school.example' })).toContain('550 5.1.1');
    expect(await fate(of('hash:users $alias_maps'), { to: 'team@school.example' })).toContain('maildir:s001');
  });

  it('are the accounts of the system where these are given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-accounts-'));
    try {
      const passwd = join(folder, 'passwd');
      await writeFile(passwd, 's001:x:1:1::/home/s001:/bin/sh\n# comment\n');
      const { policy, report } = readPostfix(main('luser_relay = s001\n'), { unix: systemAccounts({ passwd }) });
      expect(report.map(({ parameter }) => parameter)).not.toContain('local_recipient_maps');
      const to = ['s001', 's002'].map((name) => mailboxOf(`${name}@school.example`));
      const session = sessionOf({ ip: '192.0.2.1' });
      const sender = senderOf('a@client.example');
      const { recipients } = await policy.evaluate({
        session,
        helo: 'client.example',
        sender,
        recipients: to,
        message: messageOf('\r\n'),
      });
      expect(recipients.map(({ decision }) => shown(decision).slice(0, 16))).toEqual(['continue', 'reject 550 5.1.1']);
      expect(() => readPostfix(main(''), { unix: systemAccounts({ passwd: join(folder, 'no') }) })).toThrow(/no/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are refused for now by retry:, and the report tells of what is not taken', async () => {
    const lines = 'transport_maps = inline:{{later@school.example=retry:4.3.0 come back later}}\n';
    expect(await fate(main(lines), { to: 'later@school.example' })).toBe(
      'defer 450 4.3.0 <later@school.example>: Recipient address rejected: come back later',
    );
    const { report } = readPostfix(main('smtpd_reject_unlisted_recipient = no\n'));
    const row = report.find(({ parameter }) => parameter === 'smtpd_reject_unlisted_recipient');
    expect(row).toMatchObject({ status: 'not-honoured', guards: false, why: expect.stringContaining('no bounce') });
  });

  it('of texthash: are keys as postmap has them', async () => {
    const texts = main('alias_maps = texthash:aliases\n', { aliases: 'team s001@school.example\n' });
    expect(await fate(texts, { to: 'team@school.example' })).toContain('maildir:s001');
  });
});

describe('a domain without a dot', () => {
  it('is completed before anything is asked of it', async () => {
    const texts = main('mydestination = short.school.example\nappend_dot_mydomain = yes\n');
    expect(await fate(texts, { to: 'a@short' })).toBe('a@short.school.example maildir:a');
    expect(await fate(texts, { to: 'a@far' })).toContain('<a@far>: Relay access denied');
  });
});

describe('recipients that no table lists', () => {
  const lines = [
    'relay_domains = r.example',
    'relay_recipient_maps = inline:{known@r.example=x}',
    'transport_maps = inline:{{gone@school.example=smtp:[192.0.2.5]}}',
    'local_recipient_maps = inline:{s001=x}',
  ];
  it('are refused', async () => {
    const texts = main(lines.join('\n'));
    expect(await fate(texts, { to: 'x@r.example' })).toContain('User unknown in relay recipient table');
    expect(await fate(texts, { to: 'gone@school.example' })).toContain('User unknown in local recipient table');
  });
  it.each(['smtpd_reject_unlisted_recipient = no', 'receive_override_options = no_unknown_recipient_checks'])(
    'go where their transport leads with %s, and what leads nowhere is refused',
    async (line) => {
      const texts = main([...lines, line].join('\n'));
      expect(await fate(texts, { to: 'x@r.example' })).toBe('x@r.example relay:r.example');
      expect(await fate(texts, { to: 'gone@school.example' })).toBe('gone@school.example smtp:[192.0.2.5]');
      expect(await fate(texts, { to: 'nobody@school.example' })).toContain('reject 550 5.1.1');
    },
  );
});

describe('a table of routes that cannot tell', () => {
  it('refuses for now at the first restriction that looks an address up', async () => {
    const lists = 'smtpd_sender_restrictions = check_sender_access inline:{o@o.example=OK}';
    const texts = main(`relay_domains = r.example, fail:down\n${lists}\n`);
    expect(await fate(texts, { to: 's001@school.example' })).toBe(
      'defer 451 4.3.0 <stranger@client.example>: Temporary lookup failure',
    );
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
          'mynetworks = 192.0.2.1/24, 192.0.2',
          'transport_maps = hash:/etc/postfix/missing',
          'virtual_alias_maps = foo:bar, mysql:x, ldap:x',
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
      /^main\.cf:4: mynetworks: .*: 192\.0\.2$/,
      /^main\.cf:5: the file missing cannot be read.*hash:\/etc\/postfix\/missing|^main\.cf:5: .*missing/,
      /^main\.cf:6: no such type of table; expected .*: foo:bar$/,
      /^main\.cf:6: tables of this type are not read here.*: mysql:x$/,
      /^main\.cf:6: no directory is asked here: give the option `ldap`.*: ldap:x$/,
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

/** A school's configuration, written by hand, and sessions that somebody would think of; no chance in it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noCounts } from './compare.js';
import { content, type Dialogue, type Step, say } from './dialogue.js';
import { type Around, startAround } from './differential.js';
import { known } from './known.js';
import { playBoth } from './play-both.js';
import type { PostfixFiles } from './postfix-files.js';
import { addTotals } from './totals.js';

const counts = noCounts();
let around: Around;
beforeAll(async () => {
  around = await startAround();
});
afterAll(async () => {
  await around?.[Symbol.asyncDispose]();
  addTotals(counts);
});

const mainCf = (sinks: readonly number[]): string => `myhostname = mx.school.example
mydomain = school.example
myorigin = $mydomain
mydestination = $myhostname, localhost.$mydomain, $mydomain, lan.$mydomain
local_recipient_maps = hash:$config_directory/users $alias_maps
mynetworks = 127.0.0.0/8, 192.0.2.0/24
alias_maps = hash:$config_directory/aliases
virtual_alias_maps = hash:$config_directory/virtual
virtual_alias_domains = hash:$config_directory/virtual_domains
virtual_mailbox_domains = virt.example
virtual_mailbox_maps = hash:$config_directory/mailboxes
relay_domains = lists.school.example
transport_maps = hash:$config_directory/transport
relayhost = [127.0.0.1]:${sinks[0]}
recipient_delimiter = +
message_size_limit = 20000
header_checks = pcre:$config_directory/header_checks
body_checks = pcre:$config_directory/body_checks
smtpd_helo_required = yes
strict_rfc821_envelopes = yes
smtpd_client_restrictions = check_client_access cidr:$config_directory/clients, reject_rbl_client bl.example
smtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname
smtpd_sender_restrictions = check_sender_access hash:$config_directory/senders, reject_non_fqdn_sender
smtpd_relay_restrictions =
smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks, reject_unauth_destination
`;

const files = (sinks: readonly number[]): PostfixFiles => ({
  mainCf: mainCf(sinks),
  users: ['alice', 'bob', 'dave'],
  maps: {
    users: 'alice x\nbob x\ndave x\n',
    aliases: 'postmaster: alice\nstaff: alice, bob\nall: staff, dave\naway: y@far.example\n',
    virtual: 'info@old.example alice@school.example\nsales@old.example bob, z@far.example\n',
    virtual_domains: 'old.example x\n',
    mailboxes: 'carol@virt.example v/carol/\n',
    transport: `lists.school.example smtp:[127.0.0.1]:${sinks[1]}\ngone.school.example error:5.1.2 no longer here\n`,
    clients: '203.0.113.0/24 REJECT not from there\n198.51.100.66 HOLD\n',
    senders: 'spam.example REJECT no bulk mail\nbulk@far.example DISCARD\nslow@far.example DEFER_IF_PERMIT slowly\n',
    header_checks: [
      '/^Subject:.*lottery/ REJECT no lotteries',
      '/^X-Secret:/ IGNORE',
      '/^X-Stamp:/ PREPEND X-Stamped: yes',
      '/^X-Hold:/ HOLD',
      '/^X-To: (\\S+)/ REDIRECT $1@school.example',
      '',
    ].join('\n'),
    body_checks: '/^secret word/ REPLACE (taken out)\n/^forbidden/ REJECT\n',
  },
  index: [
    'hash:users',
    'alias:hash:aliases',
    'hash:virtual',
    'hash:virtual_domains',
    'hash:mailboxes',
    'hash:transport',
    'hash:senders',
  ],
});

interface Mail {
  readonly ip?: string;
  readonly helo?: string;
  readonly from?: string;
  readonly to: readonly string[];
  readonly fields?: readonly string[];
  readonly body?: string;
  readonly pipelined?: boolean;
}

const mails: Readonly<Record<string, Mail>> = {
  'to a user': { to: ['alice@school.example'] },
  'to an address with extension': { to: ['alice+maths@school.example'] },
  'to nobody': { to: ['nobody@school.example', 'bob@lan.school.example'] },
  'to an alias of several': { to: ['staff@school.example'] },
  'to an alias of aliases, pipelined': { to: ['all@school.example', 'carol@virt.example'], pipelined: true },
  'to an alias that leads away': { to: ['away@school.example'] },
  'to a virtual alias': { to: ['info@old.example', 'sales@old.example', 'none@old.example'] },
  'to lists': { to: ['parents@lists.school.example'] },
  'relayed by a stranger': { to: ['y@far.example'] },
  'relayed by our network': { ip: '192.0.2.7', to: ['y@far.example', 'x@gone.school.example'] },
  'a notice': { from: '', to: ['bob@school.example'] },
  'from a refused network': { ip: '203.0.113.5', to: ['alice@school.example'] },
  'from a held client': { ip: '198.51.100.66', to: ['alice@school.example'] },
  'from a listed address': { ip: '198.51.100.1', helo: 'client.example', to: ['bob@school.example'] },
  'wrong name': { helo: 'bad_name..example', to: ['alice@school.example'] },
  'refused sender': { from: 'a@spam.example', to: ['alice@school.example'] },
  'discarded sender': { from: 'bulk@far.example', to: ['alice@school.example'] },
  'slow sender': { from: 'slow@far.example', to: ['alice@school.example', 'y@far.example'] },
  'bare domain': { from: 'a@nofqdn', to: ['alice@school.example'] },
  'refused subject': { to: ['alice@school.example'], fields: ['Subject: the lottery'] },
  'fields changed': { to: ['alice@school.example'], fields: ['X-Secret: 1', 'X-Stamp: 2', 'Subject: ok'] },
  held: { to: ['bob@school.example'], fields: ['X-Hold: yes'] },
  redirected: { to: ['bob@school.example', 'carol@virt.example'], fields: ['X-To: dave'] },
  'body changed': { to: ['alice@school.example'], body: 'one\nsecret word here\n.two\n' },
  'refused body': { to: ['alice@school.example'], body: 'one\nforbidden\n' },
  'too large': { to: ['alice@school.example'], body: `${'x'.repeat(70)}\n`.repeat(400) },
};

function dialogue(name: string, mail: Mail, i: number): Dialogue {
  const { ip = '198.51.100.9', helo = 'mail.far.example', from = 'a@far.example', to, pipelined = false } = mail;
  const { fields = ['Subject: hello'], body = 'Hello\n' } = mail;
  const trace = ['Date: Mon, 01 Jan 2024 00:00:00 +0000', `Message-Id: <${i}@far.example>`, 'From: a@far.example'];
  const text = [`X-Case: school-${i}`, ...trace, ...fields, '', body].join('\n');
  const commands = [`MAIL FROM:<${from}>`, ...to.map((one) => `RCPT TO:<${one}>`), 'DATA'];
  const envelope: readonly Step[] = pipelined ? [say(...commands)] : commands.map((command) => say(command));
  return {
    name,
    steps: [
      say(`XCLIENT ADDR=${ip} NAME=mail.far.example`),
      say(`EHLO ${helo}`),
      ...envelope,
      content(text),
      say('QUIT'),
    ],
  };
}

const sequences: Readonly<Record<string, readonly string[]>> = {
  'no greeting': ['MAIL FROM:<a@far.example>', 'EHLO x.example', 'MAIL FROM:<a@far.example>', 'RSET', 'QUIT'],
  'out of order': [
    'EHLO x.example',
    'RCPT TO:<alice@school.example>',
    'DATA',
    'MAIL FROM:<a@far.example>',
    'DATA',
    'QUIT',
  ],
  'twice MAIL': ['EHLO x.example', 'MAIL FROM:<a@far.example>', 'MAIL FROM:<b@far.example>', 'NOOP', 'QUIT'],
  'too large by its own account': ['EHLO x.example', 'MAIL FROM:<a@far.example> SIZE=30000', 'QUIT'],
};

test('a school', { timeout: 120_000 }, async () => {
  const dialogues = [
    ...Object.entries(mails).map(([name, mail], i) => dialogue(name, mail, i)),
    ...Object.entries(sequences).map(([name, commands]) => ({ name, steps: commands.map((command) => say(command)) })),
  ];
  const { surroundings, play } = around;
  const failures = await playBoth(
    { name: 'school', files: files(surroundings.sinks), dialogues },
    { ...play, known, counts },
  );
  expect(failures.map(({ report }) => report)).toEqual([]);
  expect(counts.sessions).toBe(dialogues.length);
});

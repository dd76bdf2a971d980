/** The people, domains and hosts of which configurations and sessions are made. */
import { existsSync } from 'node:fs';

export const users = ['alice', 'bob', 'dave'] as const;

/** Local parts that no table knows are among them. */
export const recipients = [
  'alice@school.example',
  'bob@school.example',
  'Alice@School.Example',
  'alice+tag@school.example',
  'bob-tag@school.example',
  'dave@lab.example',
  'ghost@school.example',
  'ghost+tag@school.example',
  'team@school.example',
  'nested@school.example',
  'away@school.example',
  'loop@school.example',
  'listed@school.example',
  'moved@school.example',
  'carol@virt.example',
  'CAROL@VIRT.example',
  'carol+tag@virt.example',
  'ghost@virt.example',
  'erin@virt.example',
  'sales@vali.example',
  'sales+tag@vali.example',
  'ghost@vali.example',
  'any@catch.example',
  'self@vali.example',
  'user@relay.example',
  'user@sub.relay.example',
  'other@relay.example',
  'y@far.example',
  'discarded@relay.example',
  'refused@relay.example',
  'later@relay.example',
  'postmaster@school.example',
  'abuse@lab.example',
] as const;

/** What the RFC does not have, or nobody writes any more. */
export const oddRecipients = [
  'alice',
  'user%far.example@school.example',
  'bob%lab.example@school.example',
  'ghost%lab.example@school.example',
  'user%relay.example@school.example',
  'alice%school.example@relay.example',
  'lab.example!alice@school.example',
  'y@[127.0.0.1]',
  '"alice"@school.example',
  '"al ice"@school.example',
  '@school.example',
  'alice@',
  'alice@school',
  'alice@school.example.',
  'a..b@school.example',
  'user!far@school.example',
  '@relay.example:alice@school.example',
] as const;

export const senders = [
  '',
  'a@far.example',
  'a@far.example',
  'x@sub.far.example',
  'alice@school.example',
  'ghost@school.example',
  'carol@virt.example',
  'ghost@virt.example',
  'Big@FAR.example',
  'a+b@far.example',
  'bulk@spam.example',
  'u@nofqdn',
  '"quoted user"@far.example',
  'x@nomx.example',
  'x@missing.example',
  'x@nullmx.example',
  'x@dangling.example',
  'x@broken.example',
  'x@b.example',
  'gone@relay.example',
] as const;

/** Octets of UTF-8 as Latin-1 characters: the text of a session is octets. */
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Of SMTPUTF8. */
export const wideSenders: readonly string[] = ['jürgen@far.example', 'a@grüße.example', 'δοκιμή@far.example'].map(utf8);
export const wideRecipients: readonly string[] = [
  'jürgen@school.example',
  'jürgen@relay.example',
  'alice+ü@school.example',
].map(utf8);

export const oddSenders = ['bare', 'x@[198.51.100.1]', '@far.example', 'a..b@far.example', 'a@far.example.'] as const;

/** Postfix takes IPv6 clients only where the system has IPv6. */
const hasIpv6 = existsSync('/proc/net/if_inet6');
if (!hasIpv6) process.stdout.write('skipped: IPv6 clients: this system has no IPv6\n');

export interface Client {
  /** As XCLIENT ADDR has it. */
  readonly ip: string;
  readonly name: string;
}

const sixes: readonly Client[] = [
  { ip: 'IPV6:2001:db8::66', name: 'six.client.example' },
  { ip: 'IPV6:2001:db8:1::7', name: 'six.school.example' },
];

export const clients: readonly Client[] = [
  { ip: '198.51.100.1', name: 'client.example' },
  { ip: '198.51.100.1', name: 'client.example' },
  { ip: '198.51.100.9', name: '[UNAVAILABLE]' },
  { ip: '203.0.113.5', name: '[TEMPUNAVAIL]' },
  { ip: '203.0.113.6', name: 'dsl-6.pool.spam.example' },
  { ip: '192.0.2.7', name: 'mail.school.example' },
  { ip: '192.0.2.130', name: 'lab.school.example' },
  { ip: '198.51.100.77', name: 'mail.far.example' },
  ...(hasIpv6 ? sixes : []),
];

export const helos = [
  'client.example',
  'client.example',
  'mail.far.example',
  'localhost',
  'nodots',
  '[198.51.100.1]',
  '[198.51.100]',
  '198.51.100.1',
  'bad_name.example',
  '-bad.example',
  'a..b.example',
  'mx.school.example',
  'missing.example',
  'spam.example',
] as const;

import { describe, expect, it } from 'vitest';
import { replyTo, type Sent } from './support.js';

const none = { kind: 'none' } as const;
const temporary = { kind: 'cannot-tell', why: 'SERVFAIL' } as const;
const codes550 = { settings: { codes: { unknownClient: 550 } } };
const logins = (record: string, login?: string): Sent => ({
  settings: { senderLogins: tableOf(record) },
  ...(login !== undefined && { login }),
});

function tableOf(record: string): NonNullable<NonNullable<Sent['settings']>['senderLogins']> {
  const [key = '', value = ''] = record.split('=');
  return {
    name: 'logins',
    lookup: (asked) => (asked === key ? { kind: 'found', value: { value } } : { kind: 'not-found' }),
  };
}

/** Each reply is what smtpd of Postfix 3.7.11 gave to the same restriction and the same dialogue. */
describe('replies', () => {
  const sender = (text: string) => ({ sender: text });
  const helo = (text: string) => ({ helo: text });
  const client = (text: string) => ({ client: text });
  const recipient = (text: string) => ({ recipient: text });
  it.each<[Parameters<typeof replyTo>[0], Sent, string]>([
    [
      sender('reject_unknown_sender_domain'),
      { mail: 'a@nx.example' },
      '450 4.1.8 <a@nx.example>: Sender address rejected: Domain not found',
    ],
    [
      sender('reject_unknown_sender_domain'),
      { mail: 'a@null.example' },
      '550 5.7.27 <a@null.example>: Sender address rejected: Domain null.example does not accept mail (nullMX)',
    ],
    [
      sender('reject_unknown_sender_domain'),
      { mail: 'a@x.tempfail.example' },
      '450 4.1.8 <a@x.tempfail.example>: Sender address rejected: Domain not found',
    ],
    [
      sender('reject_unknown_sender_domain'),
      { mail: 'a@txtonly.example' },
      '450 4.1.8 <a@txtonly.example>: Sender address rejected: Domain not found',
    ],
    [sender('reject_unknown_sender_domain'), { mail: 'a@badmx.example' }, '250'],
    [sender('reject_unknown_sender_domain'), { mail: 'head@school.example' }, '250'],
    [helo('reject_invalid_helo_hostname'), { helo: '1.2.3.4' }, '250'],
    [helo('reject_invalid_helo_hostname'), { helo: '[IPv6:::1]' }, '250'],
    [
      helo('reject_invalid_helo_hostname'),
      { helo: '[::1]' },
      '501 5.5.2 <[::1]>: Helo command rejected: invalid ip address',
    ],
    [helo('reject_invalid_helo_hostname'), { helo: '1.2.3' }, '501 5.5.2 <1.2.3>: Helo command rejected: Invalid name'],
    [helo('reject_invalid_helo_hostname'), { helo: 'a_b-' }, '501 5.5.2 <a_b->: Helo command rejected: Invalid name'],
    [helo('reject_invalid_helo_hostname'), { helo: 'a.b.' }, '250'],
    [
      helo('reject_non_fqdn_helo_hostname'),
      { helo: 'foo' },
      '504 5.5.2 <foo>: Helo command rejected: need fully-qualified hostname',
    ],
    [
      helo('reject_non_fqdn_helo_hostname'),
      { helo: '1.2.3.4' },
      '504 5.5.2 <1.2.3.4>: Helo command rejected: need fully-qualified hostname',
    ],
    [
      helo('reject_non_fqdn_helo_hostname'),
      { helo: 'foo.' },
      '504 5.5.2 <foo.>: Helo command rejected: need fully-qualified hostname',
    ],
    [
      sender('reject_non_fqdn_sender'),
      { mail: 'a@foo' },
      '504 5.5.2 <a@foo>: Sender address rejected: need fully-qualified address',
    ],
    [sender('reject_non_fqdn_sender'), { mail: 'a@[192.0.2.1]' }, '250'],
    [client('defer'), {}, '450 4.3.2 <mail.ok.example[192.0.2.10]>: Client host rejected: Try again later'],
    [client('reject'), {}, '554 5.7.1 <mail.ok.example[192.0.2.10]>: Client host rejected: Access denied'],
    [helo('reject'), {}, '554 5.7.1 <client.example>: Helo command rejected: Access denied'],
    [sender('reject'), {}, '554 5.7.1 <a@ok.example>: Sender address rejected: Access denied'],
    [sender('reject'), { mail: '<>' }, '554 5.7.1 <>: Sender address rejected: Access denied'],
    [recipient('reject'), {}, '554 5.7.1 <head@school.example>: Recipient address rejected: Access denied'],
    [recipient('defer'), {}, '450 4.3.2 <head@school.example>: Recipient address rejected: Try again later'],
    [
      recipient('defer_if_permit'),
      {},
      '450 4.7.0 <head@school.example>: Recipient address rejected: defer_if_permit requested',
    ],
    [
      recipient('defer_if_reject, reject'),
      {},
      '450 4.7.0 <head@school.example>: Recipient address rejected: defer_if_reject requested',
    ],
    [recipient('defer_if_reject'), {}, '250'],
    [
      { sender: 'defer_if_reject', recipient: 'reject' },
      {},
      '554 5.7.1 <head@school.example>: Recipient address rejected: Access denied',
    ],
    [
      { sender: 'defer_if_permit', recipient: 'reject' },
      {},
      '554 5.7.1 <head@school.example>: Recipient address rejected: Access denied',
    ],
    [
      recipient('defer_if_permit,defer_if_reject,reject'),
      { ip: '127.0.0.1', rcpt: 'a@b.example' },
      '450 4.7.0 <a@b.example>: Recipient address rejected: defer_if_permit requested',
    ],
    [recipient('warn_if_reject defer_if_permit'), {}, '250'],
    [
      recipient('warn_if_reject reject, reject'),
      {},
      '554 5.7.1 <head@school.example>: Recipient address rejected: Access denied',
    ],
    [{ relay: 'defer_unauth_destination' }, { rcpt: 'a@b.example' }, '454 4.7.1 <a@b.example>: Relay access denied'],
    [{ relay: 'reject_unauth_destination' }, { rcpt: 'a@b.example' }, '554 5.7.1 <a@b.example>: Relay access denied'],
    [
      { relay: 'reject_unauth_destination' },
      { rcpt: 'a%b@school.example' },
      '554 5.7.1 <a%b@school.example>: Relay access denied',
    ],
    [
      { relay: 'reject_unauth_destination' },
      { rcpt: 'a@relay.example' },
      '550 5.1.1 <a@relay.example>: Recipient address rejected: User unknown in relay recipient table',
    ],
    [
      {},
      { rcpt: 'nobody@school.example' },
      '550 5.1.1 <nobody@school.example>: Recipient address rejected: User unknown in virtual mailbox table',
    ],
    [
      {},
      { rcpt: 'nobody@local.example' },
      '550 5.1.1 <nobody@local.example>: Recipient address rejected: User unknown in local recipient table',
    ],
    [
      {},
      { rcpt: 'nobody@alias.example' },
      '550 5.1.1 <nobody@alias.example>: Recipient address rejected: User unknown in virtual alias table',
    ],
    [
      {},
      { rcpt: 'nobody@school.example', settings: { showTableName: false } },
      '550 5.1.1 <nobody@school.example>: Recipient address rejected: User unknown',
    ],
    [
      {},
      { mail: 'nobody@school.example', settings: { rejectUnlistedSender: true } },
      '550 5.1.0 <nobody@school.example>: Sender address rejected: User unknown in virtual mailbox table',
    ],
    [
      sender('reject_unlisted_sender'),
      { mail: 'nobody@local.example' },
      '550 5.1.0 <nobody@local.example>: Sender address rejected: User unknown in local recipient table',
    ],
    [
      {},
      { rcpt: 'nobody@school.example', settings: { softBounce: true } },
      '450 4.1.1 <nobody@school.example>: Recipient address rejected: User unknown in virtual mailbox table',
    ],
    [
      { relay: 'reject_unauth_destination' },
      { rcpt: 'a@b.example', settings: { softBounce: true } },
      '454 4.7.1 <a@b.example>: Relay access denied',
    ],
    [{ data: 'reject' }, {}, '554 5.7.1 <DATA>: Data command rejected: Access denied'],
    [{ endOfData: 'reject' }, {}, '554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: Access denied'],
    [
      { data: 'check_sender_access static:REJECT' },
      {},
      '554 5.7.1 <a@ok.example>: Sender address rejected: Access denied',
    ],
    [
      { data: 'check_recipient_access static:REJECT' },
      {},
      '554 5.7.1 <head@school.example>: Recipient address rejected: Access denied',
    ],
    [client('check_client_access static:DISCARD'), { rcpt: 'a@b.example' }, '250 discard'],
    [
      client('defer_if_permit, check_client_access static:DISCARD'),
      {},
      '450 4.7.0 <mail.ok.example[192.0.2.10]>: Client host rejected: defer_if_permit requested',
    ],
    [
      { data: 'defer_if_permit, check_client_access static:DISCARD' },
      {},
      '450 4.7.0 <DATA>: Data command rejected: defer_if_permit requested',
    ],
    [
      { client: 'check_client_access static:DISCARD', relay: 'reject_unauth_destination' },
      { rcpt: 'nobody@school.example' },
      '250 discard',
    ],
    [client('check_client_access static:RELAY'), {}, '250'],
    [client('check_client_access static:{DUNNO text}'), {}, '250'],
    [client('check_client_access static:{OK text}'), {}, '250'],
    [
      client('check_client_access static:{DEFER_IF_PERMIT 4.2.2 Later}'),
      {},
      '450 4.2.2 <mail.ok.example[192.0.2.10]>: Client host rejected: Later',
    ],
    [
      client('check_client_access static:{DEFER_IF_REJECT}, reject'),
      {},
      '450 4.7.1 <mail.ok.example[192.0.2.10]>: Client host rejected: Service unavailable',
    ],
    [
      client('check_client_access static:{REJECT 5.7.20 Text}'),
      {},
      '554 5.7.20 <mail.ok.example[192.0.2.10]>: Client host rejected: Text',
    ],
    [
      client('check_client_access static:{REJECT 4.1.1 Text}'),
      {},
      '554 5.0.0 <mail.ok.example[192.0.2.10]>: Client host rejected: Text',
    ],
    [
      client('check_client_access static:{550 4.1.8 Text}'),
      {},
      '550 5.0.0 <mail.ok.example[192.0.2.10]>: Client host rejected: Text',
    ],
    [
      client('check_client_access fail:x'),
      {},
      '451 4.3.5 <mail.ok.example[192.0.2.10]>: Client host rejected: Server configuration error',
    ],
    [client('warn_if_reject check_client_access fail:x'), {}, '250'],
    [
      client('permit_dnswl_client tempfail.example, reject'),
      {},
      '450 4.7.1 <192.0.2.10>: Client host rejected: Service unavailable',
    ],
    [client('permit_dnswl_client tempfail.example'), {}, '250'],
    [
      client('permit_rhswl_client tempfail.example, reject'),
      {},
      '450 4.7.1 <mail.ok.example>: Client host rejected: Service unavailable',
    ],
    [client('permit_dnswl_client wl.example, reject'), {}, '250'],
    // 454 less 100 refuses nothing.
    [
      { relay: 'defer_unauth_destination' },
      { rcpt: 'x@far.example', settings: { codes: { relayDomains: 454 } } },
      '450 4.7.1 Service unavailable',
    ],
    // A list of good clients opens no relay.
    [
      { recipient: 'permit_dnswl_client wl.example, reject_unauth_destination' },
      { rcpt: 'x@far.example' },
      '554 5.7.1 <x@far.example>: Relay access denied',
    ],
    [client('reject_rbl_client tempfail.example'), {}, '250'],
    [
      client('reject_rbl_client bl.example'),
      {},
      "554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using bl.example; listed for testing'",
    ],
    [
      client('reject_rbl_client bl.example'),
      { settings: { codes: { rbl: 550 } } },
      "550 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using bl.example; listed for testing'",
    ],
    [
      client('reject_rhsbl_client rhs.example'),
      {},
      '554 5.7.1 Service unavailable; Client host [mail.ok.example] blocked using rhs.example',
    ],
    [
      client('reject_rhsbl_reverse_client rhs.example'),
      {},
      '554 5.7.1 Service unavailable; Unverified Client host [mail.ok.example] blocked using rhs.example',
    ],
    [
      client('reject_rhsbl_sender rhs.example'),
      {},
      '554 5.7.1 Service unavailable; Sender address [a@ok.example] blocked using rhs.example',
    ],
    [
      helo('check_helo_mx_access inline:{192.0.2.10=REJECT}'),
      { helo: 'ok.example' },
      '554 5.7.1 <ok.example>: Helo command rejected: Access denied',
    ],
    [
      sender('check_sender_ns_access inline:{evil.example=REJECT}'),
      { mail: 'a@sub.ns.example' },
      '554 5.7.1 <a@sub.ns.example>: Sender address rejected: Access denied',
    ],
    [sender('check_sender_mx_access static:REJECT'), { mail: 'a@x.tempfail.example' }, '250'],
    [sender('check_sender_ns_access static:REJECT'), { mail: 'a@x.tempfail.example' }, '250'],
    [sender('check_sender_mx_access static:REJECT'), { mail: 'a@null.example' }, '250'],
    [
      sender('check_sender_a_access inline:{192.0.2=REJECT}'),
      { mail: 'a@a.example' },
      '554 5.7.1 <a@a.example>: Sender address rejected: Access denied',
    ],
    [
      client('check_client_mx_access inline:{192.0.2.10=REJECT}'),
      { name: 'ok.example' },
      '554 5.7.1 <ok.example[192.0.2.10]>: Client host rejected: Access denied',
    ],
    [
      client('check_reverse_client_hostname_access static:REJECT'),
      {},
      '554 5.7.1 <mail.ok.example>: Unverified Client host rejected: Access denied',
    ],
    [
      sender('reject_sender_login_mismatch'),
      logins('@ok.example=bob'),
      '553 5.7.1 <a@ok.example>: Sender address rejected: not logged in',
    ],
    [
      sender('reject_sender_login_mismatch'),
      logins('@ok.example=bob', 'eve'),
      '553 5.7.1 <a@ok.example>: Sender address rejected: not owned by user eve',
    ],
    [sender('reject_known_sender_login_mismatch'), logins('@other.example=bob', 'eve'), '250'],
    [
      sender('reject_authenticated_sender_login_mismatch'),
      logins('@other.example=bob', 'eve'),
      '553 5.7.1 <a@ok.example>: Sender address rejected: not owned by user eve',
    ],
    [
      sender('check_sasl_access inline:{eve=REJECT}'),
      { login: 'eve' },
      '554 5.7.1 <eve>: SASL login name rejected: Access denied',
    ],
    [
      client('reject_unknown_client_hostname'),
      { name: none },
      '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.10]',
    ],
    [
      client('reject_unknown_client_hostname'),
      { name: temporary, ...codes550 },
      '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.10]',
    ],
    [
      client('reject_unknown_client_hostname'),
      { name: none, ...codes550 },
      '550 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.10]',
    ],
    [
      client('reject_unknown_reverse_client_hostname'),
      { name: none },
      '450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.10]',
    ],
    [client('reject_plaintext_session'), {}, '450 4.7.1 Session encryption is required'],
    [
      recipient('reject_unknown_recipient_domain'),
      { rcpt: 'a@nx.example' },
      '450 4.1.2 <a@nx.example>: Recipient address rejected: Domain not found',
    ],
    [
      recipient('reject_unknown_recipient_domain'),
      { rcpt: 'a@null.example' },
      '556 5.1.10 <a@null.example>: Recipient address rejected: Domain null.example does not accept mail (nullMX)',
    ],
    [
      recipient('reject_unknown_recipient_domain'),
      { rcpt: 'a@x.tempfail.example' },
      '450 4.1.2 <a@x.tempfail.example>: Recipient address rejected: Domain not found',
    ],
    [
      helo('reject_unknown_helo_hostname'),
      { helo: 'nx.example' },
      '450 4.7.1 <nx.example>: Helo command rejected: Host not found',
    ],
    [
      helo('reject_unknown_helo_hostname'),
      { helo: 'x.tempfail.example' },
      '450 4.7.1 <x.tempfail.example>: Helo command rejected: Host not found',
    ],
    [helo('reject_unknown_helo_hostname'), { helo: 'null.example' }, '250'],
    [
      helo('reject_unknown_helo_hostname'),
      { helo: '192.0.2.1' },
      '450 4.7.1 <192.0.2.1>: Helo command rejected: Host not found',
    ],
    [helo('reject_unknown_helo_hostname'), { helo: 'a_b' }, '450 4.7.1 <a_b>: Helo command rejected: Host not found'],
    [helo('reject_unknown_helo_hostname'), { helo: 'ok.example' }, '250'],
    [
      helo('reject_invalid_helo_hostname'),
      { helo: 'foo..bar' },
      '501 5.5.2 <foo..bar>: Helo command rejected: Invalid name',
    ],
    [
      helo('reject_invalid_helo_hostname'),
      { helo: '[1.2.3]' },
      '501 5.5.2 <[1.2.3]>: Helo command rejected: invalid ip address',
    ],
    [
      recipient('reject_non_fqdn_recipient'),
      { rcpt: 'a@foo' },
      '504 5.5.2 <a@foo>: Recipient address rejected: need fully-qualified address',
    ],
    [sender('check_helo_access static:{permit, reject}'), {}, '250'],
    [
      sender('check_helo_access static:{reject}'),
      {},
      '554 5.7.1 <client.example>: Helo command rejected: Access denied',
    ],
    [client('check_client_access static:{warn_if_reject reject}'), {}, '250'],
    [
      { relay: 'defer_if_permit' },
      { rcpt: 'a@b.example' },
      '450 4.7.0 <a@b.example>: Recipient address rejected: defer_if_permit requested',
    ],
  ])('%j %j', async (lists, sent, expected) => {
    expect(await replyTo(lists, sent)).toBe(expected);
  });

  it.each([
    ...[
      ['1.0', '1.0', '1.0'],
      ['1.1', '1.7', '1.1'],
      ['1.2', '1.8', '1.2'],
      ['1.3', '1.7', '1.3'],
      ['1.4', '1.7', '1.4'],
    ],
    ...[
      ['1.5', '1.0', '1.5'],
      ['1.6', '1.7', '1.6'],
      ['1.7', '1.7', '1.3'],
      ['1.8', '1.8', '1.2'],
      ['1.9', '1.0', '1.0'],
    ],
  ])(
    '4.%s of a table is 5.%s for a sender, 5.%s for a recipient, 5.0.0 for others',
    async (given, ofSender, ofRecipient) => {
      const enhanced = async (list: 'client' | 'helo' | 'sender' | 'recipient'): Promise<string | undefined> =>
        (await replyTo({ [list]: `check_${list}_access static:{REJECT 4.${given} T}` })).split(' ')[1];
      expect(await enhanced('sender')).toBe(`5.${ofSender}`);
      expect(await enhanced('recipient')).toBe(`5.${ofRecipient}`);
      expect(await enhanced('client')).toBe('5.0.0');
      expect(await enhanced('helo')).toBe('5.0.0');
    },
  );
});

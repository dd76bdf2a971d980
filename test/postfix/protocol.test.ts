/**
 * What main.cf says of the protocol itself. Each reply is what smtpd of Postfix 3.7.11 gave to the same dialogue with
 * the same lines.
 */
import { expect, test } from 'vitest';
import { readPostfix } from '../../src/postfix/index.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { parseDialogue, runDialogue } from '../../src/testing/dialogue/index.js';
import { memoryStore } from '../../src/testing/mail-store/memory-store.js';
import { main } from './support.js';

const common = `mydestination = school.example
local_recipient_maps = inline:{alice=x}
alias_maps =
smtpd_relay_restrictions = reject_unauth_destination
smtpd_authorized_xclient_hosts = 127.0.0.0/8
`;

const cases: Readonly<Record<string, readonly [mainCf: string, dialogue: string]>> = {
  'SMTPUTF8 by default': [
    '',
    `C: MAIL FROM:<ü@far.example>
S: 250 2.1.0 Ok
C: RCPT TO:<ü@school.example>
S: 550 5.1.1 <ü@school.example>: Recipient address rejected: User unknown in local recipient table
C: RCPT TO:<alice@bücher.example>
S: 501 5.1.3 Bad recipient address syntax
C: RSET
S* 250
C: MAIL FROM:<a@bücher.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<a@BÜcher.example> SMTPUTF8
S: 250 2.1.0 Ok
C: RCPT TO:<ü@BÜcher.example>
S: 554 5.7.1 <ü@BÜcher.example>: Relay access denied
C: RCPT TO:<ü€𝄞@xn--bcher-kva.example>
S: 554 5.7.1 <ü€𝄞@xn--bcher-kva.example>: Relay access denied
`,
  ],
  strict_smtputf8: [
    'strict_smtputf8 = yes',
    `C: MAIL FROM:<ü@far.example>
S: 553 5.6.7 Must declare SMTPUTF8 to send unicode address
C: MAIL FROM:<a@bücher.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<a@far.example>
S: 250 2.1.0 Ok
C: RCPT TO:<ü@school.example>
S: 553 5.6.7 Must declare SMTPUTF8 to send unicode address
C: RSET
S* 250
C: MAIL FROM:<a@far.example> SMTPUTF8
S: 250 2.1.0 Ok
C: RCPT TO:<ü@school.example>
S: 550 5.1.1 <ü@school.example>: Recipient address rejected: User unknown in local recipient table
`,
  ],
  'smtputf8_enable = no': [
    'smtputf8_enable = no',
    `C: MAIL FROM:<a@far.example> SMTPUTF8
S: 555 5.5.4 Unsupported option: SMTPUTF8
C: MAIL FROM:<a@bücher.example> SMTPUTF8
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ü@far.example>
S: 250 2.1.0 Ok
C: RCPT TO:<ü€𝄞@far.example>
S: 554 5.7.1 <         @far.example>: Relay access denied
C: RCPT TO:<ü@school.example>
S: 550 5.1.1 <  @school.example>: Recipient address rejected: User unknown in local recipient table
`,
  ],
  'addresses in replies are as they were sent, without quotes': [
    'smtpd_sender_restrictions = check_sender_access inline:{ a.example=REJECT }, reject_non_fqdn_sender',
    `C: MAIL FROM:<"a b"@FAR.example>
S: 250 2.1.0 Ok
C: RCPT TO:<"no body"@SCHOOL.example>
S: 550 5.1.1 <no body@SCHOOL.example>: Recipient address rejected: User unknown in local recipient table
C: RCPT TO:<Nobody@School.example.>
S: 550 5.1.1 <Nobody@School.example.>: Recipient address rejected: User unknown in local recipient table
C: RCPT TO:<@far.example:"no body"@FAR.example.>
S: 554 5.7.1 <no body@FAR.example.>: Relay access denied
C: RSET
S* 250
C: MAIL FROM:<"x y"@A.Example>
S: 250 2.1.0 Ok
C: RCPT TO:<alice@school.example>
S: 554 5.7.1 <x y@A.Example>: Sender address rejected: Access denied
C: RSET
S* 250
C: MAIL FROM:<X@nodots>
S: 250 2.1.0 Ok
C: RCPT TO:<alice@school.example>
S: 504 5.5.2 <X@nodots>: Sender address rejected: need fully-qualified address
`,
  ],
  'smtpd_delay_reject = no: a refused client': [
    `smtpd_delay_reject = no
smtpd_client_restrictions = check_client_access inline:{ {203.0.113.6=450 4.2.2 later}, 203.0.113.5=REJECT, {203.0.113.8=421 4.1.1 gone} }`,
    `C: XCLIENT ADDR=203.0.113.6 NAME=c.example
S: 450 4.2.2 <c.example[203.0.113.6]>: Client host rejected: later
C: EHLO x.example
S: 503 5.7.0 Error: access denied for c.example[203.0.113.6]
C: XCLIENT ADDR=203.0.113.1 NAME=c.example
S: 503 5.7.0 Error: access denied for c.example[203.0.113.6]
C: QUIT
S: 221 2.0.0 Bye
closed
connect
S* 220
C: XCLIENT ADDR=203.0.113.5 NAME=c.example
S: 554 5.7.1 <c.example[203.0.113.5]>: Client host rejected: Access denied
C: FOO
S: 503 5.7.0 Error: access denied for c.example[203.0.113.5]
connect
S* 220
C: XCLIENT ADDR=203.0.113.8 NAME=c.example
S: 421 4.0.0 <c.example[203.0.113.8]>: Client host rejected: gone
closed
`,
  ],
  soft_bounce: [
    'soft_bounce = yes\nsmtpd_sender_restrictions = check_sender_access inline:{ {a@b.example=521 5.1.1 closed} }',
    `C: FOO
S: 400 4.5.2 Error: command not recognized
C: DATA
S: 403 4.5.1 Error: need RCPT command
C: MAIL FROM:<a@b.example>
S: 250 2.1.0 Ok
C: DATA
S: 454 4.5.1 Error: no valid recipients
C: RCPT TO:<alice@school.example>
S: 421 4.1.7 <a@b.example>: Sender address rejected: closed
closed
`,
  ],
  strict_rfc821_envelopes: [
    'strict_rfc821_envelopes = yes',
    `C: MAIL FROM :<a@b.example>
S: 501 5.5.4 Syntax: MAIL FROM:<address>
C: MAIL FROM: a@b.example
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:  <a@b_c.example>
S: 250 2.1.0 Ok
C: RCPT TO: alice@school.example
S: 501 5.1.3 Bad recipient address syntax
C: RCPT TO: <alice@school.example>
S: 250 2.1.5 Ok
`,
  ],
  'reject_unauth_pipelining: once for the whole session': [
    'smtpd_client_restrictions = reject_unauth_pipelining',
    `C> MAIL FROM:<a@b.example>\\r\\nRCPT TO:<alice@school.example>\\r\\nRSET\\r\\n
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 250 2.0.0 Ok
C> FOO\\r\\nMAIL FROM:<a@b.example>\\r\\nRCPT TO:<alice@school.example>\\r\\nRSET\\r\\n
S: 500 5.5.2 Error: command not recognized
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 250 2.0.0 Ok
C> NOOP\\r\\nMAIL FROM:<a@b.example>\\r\\n
S* 250
S: 250 2.1.0 Ok
C: RCPT TO:<alice@school.example>
S: 503 5.5.0 <unknown[127.0.0.1]>: Client host rejected: Improper use of SMTP command pipelining
C: RSET
S* 250
C: MAIL FROM:<a@b.example>
S: 250 2.1.0 Ok
C: RCPT TO:<alice@school.example>
S: 503 5.5.0 <unknown[127.0.0.1]>: Client host rejected: Improper use of SMTP command pipelining
`,
  ],
  'SIZE after the other parameters': [
    'message_size_limit = 700',
    `C: MAIL FROM:<a@b.example> SIZE=701 BODY=9BIT
S: 555 5.5.4 Unsupported option: BODY=9BIT
C: MAIL FROM:<a@b.example> SIZE=701
S: 552 5.3.4 Message size exceeds fixed limit
C: MAIL FROM:<a@b.example> SIZE=700
S: 250 2.1.0 Ok
`,
  ],
  'a message that the checks refuse is not too large': [
    'message_size_limit = 700\nheader_checks = regexp:{{/^Subject: rej/ REJECT no such header}}',
    `C: MAIL FROM:<a@b.example>
S* 250
C: RCPT TO:<alice@school.example>
S* 250
C: DATA
S* 354
C> Subject: rej\\r\\n\\r\\n${`${'x'.repeat(98)}\\r\\n`.repeat(6)}${'y'.repeat(60)}\\r\\n.\\r\\n
S: 550 5.7.1 no such header
C: MAIL FROM:<a@b.example>
S* 250
C: RCPT TO:<alice@school.example>
S* 250
C: DATA
S* 354
C> Subject: rej\\r\\n\\r\\n${`${'x'.repeat(98)}\\r\\n`.repeat(8)}.\\r\\n
S: 552 5.3.4 Error: message file too big
`,
  ],
  'the text of a check, and octets of the message in it': [
    'header_checks = pcre:{{/^Subject: (.*)/ REJECT nein grün $$1}}',
    `C: MAIL FROM:<a@b.example>
S* 250
C: RCPT TO:<alice@school.example>
S* 250
C: DATA
S* 354
C: Subject: grün
C: .
S: 550 5.7.1 nein grün grün
C: MAIL FROM:<a@b.example>
S* 250
C: RCPT TO:<alice@school.example>
S* 250
C: DATA
S* 354
C> Subject: gr\\xfcn\\r\\n.\\r\\n
S: 550 5.7.1 nein grün gr n
`,
  ],
  'the same with smtputf8_enable = no': [
    'smtputf8_enable = no\nheader_checks = pcre:{{/^Subject: (.*)/ REJECT nein grün $$1}}',
    `C: MAIL FROM:<a@b.example>
S* 250
C: RCPT TO:<alice@school.example>
S* 250
C: DATA
S* 354
C: Subject: grün
C: .
S: 550 5.7.1 nein gr  n gr  n
`,
  ],
  'body_checks_size_limit = 0: none': [
    'body_checks_size_limit = 0\nbody_checks = regexp:{{/^bad/ REJECT no such body}}',
    `C: MAIL FROM:<a@b.example>
S* 250
C: RCPT TO:<alice@school.example>
S* 250
C: DATA
S* 354
C> Subject: x\\r\\n\\r\\n${`${'x'.repeat(900)}\\r\\n`.repeat(60)}bad\\r\\n.\\r\\n
S: 550 5.7.1 no such body
`,
  ],
};

test.each(Object.entries(cases))('%s', async (name, [mainCf, dialogue]) => {
  const { server, policy } = readPostfix(main(`${common}${mainCf}`), { without: ['resolver', 'policyService'] });
  const running = await smtpServer({ ...server, port: 0, policy, store: memoryStore() });
  try {
    const hello = dialogue.startsWith('C: XCLIENT') ? 'S* 220\n' : 'S* 220\nC: EHLO client.example\nS* 250\n';
    await runDialogue(parseDialogue(`${hello}${dialogue}`, name), { port: running.port });
  } finally {
    await running.close();
  }
});

test('SMTPUTF8 is offered unless smtputf8_enable = no', () => {
  const of = (mainCf: string): unknown => readPostfix(main(mainCf), { without: ['resolver'] }).server.smtputf8;
  expect(
    ['', 'strict_smtputf8 = yes', 'smtputf8_enable = no', 'smtputf8_enable = no\nstrict_smtputf8 = yes'].map(of),
  ).toEqual(['lenient', 'strict', 'off', 'off']);
});

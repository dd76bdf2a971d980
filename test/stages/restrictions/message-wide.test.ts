import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import type { Need, RestrictionList, SettingsFor } from '../../../src/stages/restrictions/index.js';
import { restrictionsFinding, smtpdRestrictions } from '../../../src/stages/restrictions/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { site, words } from './support.js';

type Lists = Partial<Record<RestrictionList, string>>;

function stagesOf(lists: Lists, more: object = {}): ReturnType<typeof smtpdRestrictions> {
  const read = Object.fromEntries(
    Object.entries(lists).map(([name, text]) => [name, words(text, { bareTables: true }).restrictions]),
  );
  return smtpdRestrictions<Need>({ ...read, ...(site as SettingsFor<Need>), ...more });
}

/** Each recipient with what became of it, and the names of the fields that were put on top. */
async function sent(
  lists: Lists,
  to: readonly string[],
  { mail = 'a@ok.example', protocol = 'esmtp', more = {} as object } = {},
): Promise<string> {
  const { connect, helo, mail: atMail, rcpt, data, message, last } = stagesOf(lists, more);
  const own = { connect, helo, mail: atMail, rcpt: [...rcpt], data: [...data] };
  const policy = definePolicy({ ...own, message: [...message, ...last] });
  const base = sessionOf({ ip: '192.0.2.10' });
  const conversation = policy.open({ ...base, protocol: protocol as 'esmtp' });
  await conversation.connect();
  await conversation.hello('client.example');
  await conversation.mail(senderOf(mail));
  for (const one of to) {
    if (one === '<postmaster>')
      await conversation.direct.rcpt(mailboxOf('head@school.example'), {}, { postmaster: true });
    else await conversation.rcpt(mailboxOf(one));
  }
  const { recipients, ...outcome } = await conversation.message(messageOf('Subject: x\r\n\r\nx\r\n'));
  const shown = recipients.map(({ recipient: { address, nextHop }, decision }) =>
    [address.localPart, decision.kind, decision.kind === 'redirect' ? decision.to.text : nextHop?.destination]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  const fields = conversation.outcome().message?.header.map((field) => field.name) ?? [];
  expect(outcome.phase).toBe('message');
  return `${shown.join(', ')} | ${fields.join(' ')}`;
}

const [head, pupil, alias] = ['head@school.example', 's001@school.example', 'a@alias.example'];
const refusing = (action: string): Lists => ({
  recipient: `check_recipient_access inline:{${pupil}=${action}}, check_recipient_access inline:{${pupil}=REJECT}`,
});

/** Each line was seen so under Postfix 3.7.11. */
describe('what tables want done with the message', () => {
  it.each<[string, Lists, readonly string[], string]>([
    ['HOLD by a recipient that is then refused', refusing('HOLD'), [head, pupil], 'head hold, s001 reject | Subject'],
    ['the same, refused first', refusing('HOLD'), [pupil, head], 's001 reject, head hold | Subject'],
    [
      'REDIRECT for all',
      refusing('REDIRECT a@alias.example'),
      [pupil, head, alias],
      's001 reject, head redirect a@alias.example, a redirect a@alias.example | Subject',
    ],
    [
      'FILTER for all',
      refusing('FILTER smtp:[192.0.2.1]:25'),
      [pupil, head],
      's001 reject, head continue [192.0.2.1]:25 | Subject',
    ],
    [
      'BCC once',
      { client: 'static:{BCC a@alias.example}' },
      [head, pupil],
      'head continue, s001 continue, a continue | Subject',
    ],
    [
      'PREPEND for each RCPT, those of DATA last',
      {
        client: 'static:{PREPEND X-1: a}, static:{PREPEND X-2: b}',
        recipient: `check_recipient_access inline:{${pupil}=REJECT}`,
        data: 'check_client_access static:{PREPEND X-3: c}',
      },
      [head, pupil],
      'head continue, s001 reject | X-1 X-2 X-1 X-2 X-3 Subject',
    ],
    ['DISCARD for those before', refusing('DISCARD'), [head, pupil], 'head discard, s001 discard | Subject'],
    [
      'DISCARD, and nobody is refused any more',
      { recipient: `check_recipient_access inline:{${head}=DISCARD}, reject` },
      [head, pupil, 'x@far.example'],
      'head discard, s001 discard, x discard | Subject',
    ],
    [
      // As smtpd does it: the first is refused, and then all is dropped.
      'DISCARD behind what was put off',
      { recipient: 'defer_if_permit, check_sender_access static:DISCARD' },
      [head, pupil],
      'head defer, s001 discard | Subject',
    ],
    [
      'HOLD before REDIRECT',
      { client: 'static:{REDIRECT a@alias.example}, static:HOLD' },
      [head],
      'head hold | Subject',
    ],
    [
      'no BCC of a message that is refused',
      { client: 'static:{BCC a@alias.example}', data: 'reject' },
      [head],
      'head reject | Subject',
    ],
    [
      'the bare postmaster is refused by none but DATA',
      { client: 'reject', recipient: 'reject' },
      [head, '<postmaster>'],
      'head reject, head continue | Subject',
    ],
    [
      'RCPTs that were refused are no multi-recipient bounce',
      { recipient: `reject_multi_recipient_bounce, check_recipient_access inline:{${pupil}=REJECT}` },
      [pupil, head, alias],
      's001 reject, head continue, a continue | Subject',
    ],
  ])('%s', async (_name, lists, to, expected) => {
    expect(await sent(lists, to)).toBe(expected);
  });

  it('counts the recipients of a bounce', async () => {
    const shown = await sent({ recipient: 'reject_multi_recipient_bounce' }, [head, pupil], { mail: '<>' });
    expect(shown).toBe('head continue, s001 reject | Subject');
  });

  it('is not for the next transaction', async () => {
    const { rcpt, message, last } = stagesOf(refusing('HOLD'));
    const policy = definePolicy({ rcpt: [...rcpt], message: [...message, ...last] });
    const conversation = policy.open(sessionOf({ ip: '192.0.2.10' }));
    await conversation.connect();
    for (const [to, expected] of [
      [pupil, 'reject'],
      [head, 'continue'],
    ] as const) {
      await conversation.mail(senderOf('a@ok.example'));
      await conversation.rcpt(mailboxOf(to));
      const { decision } = await conversation.message(messageOf('\r\n'));
      expect(decision.kind).toBe(expected);
    }
  });

  it('leaves alone what this host sends itself', async () => {
    expect(await sent({ client: 'reject', data: 'reject' }, [head], { protocol: 'local' })).toBe(
      'head continue | Subject',
    );
  });
});

describe('smtpd_delay_reject = no', () => {
  const early = { more: { delayReject: false } };
  const phases = async (lists: Lists, to = head): Promise<string> => {
    const { connect, helo, mail, rcpt } = stagesOf(lists, { delayReject: false });
    const conversation = definePolicy({ connect, helo, mail, rcpt: [...rcpt] }).open(sessionOf({ ip: '192.0.2.10' }));
    const steps = [
      () => conversation.connect(),
      () => conversation.hello('client.example', 'esmtp'),
      () => conversation.mail(senderOf('a@ok.example')),
      () => conversation.rcpt(mailboxOf(to)),
    ];
    for (const step of steps) {
      const { phase, decision } = await step();
      if (decision.kind !== 'continue') return `${phase} ${decision.kind}`;
    }
    return 'taken';
  };

  it.each<[Lists, string]>([
    [{ client: 'reject' }, 'connect reject'],
    [{ helo: 'reject' }, 'helo reject'],
    [{ helo: 'check_helo_access inline:{client.example=450 later}' }, 'helo defer'],
    [{ sender: 'reject' }, 'mail reject'],
    [{ recipient: 'reject' }, 'rcpt reject'],
    [{ relay: 'reject' }, 'rcpt reject'],
    [{ client: 'permit', helo: 'reject' }, 'helo reject'],
    // What is not known yet says nothing.
    [
      { client: 'check_sender_access static:REJECT, check_helo_access static:REJECT, reject_unauth_destination' },
      'taken',
    ],
    [
      { client: 'reject_non_fqdn_sender, reject_rhsbl_sender rhs.example, check_recipient_access static:REJECT' },
      'taken',
    ],
    // Put off to the recipient, as smtpd does.
    [{ client: 'defer_if_permit' }, 'rcpt defer'],
    [{ helo: 'defer_if_permit' }, 'rcpt defer'],
    [{ sender: 'defer_if_permit', recipient: 'reject' }, 'rcpt reject'],
    [{ client: 'defer_if_reject', recipient: 'reject' }, 'rcpt reject'],
  ])('%j', async (lists, expected) => {
    expect(await phases(lists)).toBe(expected);
  });

  /** Each line was seen so under Postfix 3.7.11. */
  it.each<[Lists, readonly string[], string]>([
    [{ helo: 'defer_if_permit, check_helo_access inline:{bad.example=REJECT}' }, ['bad.example'], 'defer'],
    [{ helo: 'check_helo_access inline:{bad.example=REJECT}' }, ['bad.example'], 'continue'],
    [
      { helo: 'check_helo_access inline:{good.example=OK}, defer_if_permit, reject' },
      ['bad.example', 'good.example'],
      'continue',
    ],
    [{ client: 'defer_if_permit', helo: 'check_helo_access inline:{bad.example=REJECT}' }, ['bad.example'], 'defer'],
  ])('goes on without HELO after one that was refused: %j %j', async (lists, names, expected) => {
    const { connect, helo, mail, rcpt } = stagesOf(lists, { delayReject: false });
    const conversation = definePolicy({ connect, helo, mail, rcpt: [...rcpt] }).open(sessionOf({ ip: '192.0.2.10' }));
    await conversation.connect();
    for (const name of names) await conversation.hello(name, 'esmtp');
    // What a server does at MAIL where the last HELO was refused, or none came.
    if (names.at(-1) === 'bad.example') await conversation.hello(undefined, 'esmtp');
    await conversation.mail(senderOf('a@ok.example'));
    const { decision } = await conversation.rcpt(mailboxOf(head));
    expect(decision.kind).toBe(expected);
  });

  it.each([
    [{ client: 'static:HOLD' }, 'head continue | Subject'],
    [{ helo: 'check_client_access static:DISCARD' }, 'head continue | Subject'],
    [{ sender: 'check_client_access static:HOLD' }, 'head hold | Subject'],
    [{ sender: 'check_client_access static:DISCARD', recipient: 'reject' }, 'head discard | Subject'],
    [{ sender: 'check_client_access static:{PREPEND X-1: a}' }, 'head continue | X-1 Subject'],
  ] as const)('actions before MAIL are passed over: %j', async (lists, expected) => {
    expect(await sent(lists, [head], early)).toBe(expected);
  });
});

describe('findings', () => {
  it('tell how the lists ended', async () => {
    const { rcpt } = stagesOf({ client: 'permit', recipient: 'reject' });
    const conversation = definePolicy({ rcpt: [...rcpt] }).open(sessionOf({ ip: '192.0.2.10' }));
    await conversation.connect();
    await conversation.mail(senderOf('a@ok.example'));
    await conversation.rcpt(mailboxOf(head));
    const [one] = conversation.outcome().recipients;
    expect(one && restrictionsFinding.in(one.findings)?.endedBy).toEqual({ client: 'permit', recipient: 'reject' });
  });
});

/** The text is what smtpd writes behind the queue's id. */
describe('what tables say to the log', () => {
  it.each<[string, Lists, string, 'info' | 'warn']>([
    [
      'WARN',
      { client: 'check_client_access static:{WARN look here}' },
      'warn: RCPT from unknown[192.0.2.10]: look here; from=<a@ok.example> to=<head@school.example> proto=ESMTP helo=<client.example>',
      'warn',
    ],
    [
      'INFO without a text',
      { client: 'check_client_access static:INFO' },
      'info: RCPT from unknown[192.0.2.10]: ; from=<a@ok.example> to=<head@school.example> proto=ESMTP helo=<client.example>',
      'info',
    ],
    [
      'warn_if_reject at DATA',
      { data: 'warn_if_reject reject' },
      'reject_warning: DATA from unknown[192.0.2.10]: 554 5.7.1 <DATA>: Data command rejected: Access denied; from=<a@ok.example> to=<head@school.example> proto=ESMTP helo=<client.example>',
      'warn',
    ],
  ])('%s', async (_name, lists, text, log) => {
    const { rcpt, data, message } = stagesOf(lists);
    const policy = definePolicy({ rcpt: [...rcpt], data: [...data], message: [...message] });
    const { trace } = await policy.evaluate({
      session: sessionOf({ ip: '192.0.2.10' }),
      helo: 'client.example',
      sender: senderOf('a@ok.example'),
      recipients: [mailboxOf(head)],
      message: messageOf('Subject: x\r\n\r\nx\r\n'),
    });
    const notes = trace.phases.flatMap(({ lines }) => lines.flatMap((line) => line.notes));
    expect(notes.filter((note) => note.kind === 'remark' && note.log !== undefined)).toEqual([
      { kind: 'remark', text, log },
    ]);
  });
});

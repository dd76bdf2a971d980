import { definePolicy } from '../../../src/core/policy.js';
import type { ClientName } from '../../../src/core/session.js';
import type { RecipientValidator } from '../../../src/ports/recipient-validator.js';
import type { Resolver } from '../../../src/ports/resolver.js';
import {
  type Need,
  type ReadWords,
  type RestrictionList,
  type RestrictionSettings,
  readWords,
  type SettingsFor,
  smtpdRestrictions,
} from '../../../src/stages/restrictions/index.js';
import { failTable, inlineTable, staticTable } from '../../../src/tables/index.js';
import { domainOf, mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { type Answer, cannotTell, found, notFound } from '../../../src/values/answer.js';
import { type IpAddress, parseIp } from '../../../src/values/ip.js';
import { replyText } from '../../../src/values/reply.js';

/** `a.example A 192.0.2.1`; names below `tempfail.example` cannot be told. */
export function zone(...records: readonly string[]): Resolver {
  const split = records.map((record) => /^(\S+) (\S+) (.*)$/.exec(record) ?? []);
  const of = <T>(name: string, type: string, read: (value: string) => T): Answer<readonly T[]> => {
    if (name.endsWith('tempfail.example')) return cannotTell('SERVFAIL');
    const values = split.filter(([, n, t]) => n === name.toLowerCase() && t === type).map(([, , , v = '']) => read(v));
    return values.length > 0 ? found(values) : notFound('no-such-name');
  };
  return {
    addresses: (name, family) => of(name, family === 4 ? 'A' : 'AAAA', ipOf),
    mailExchangers: (name) => of(name, 'MX', (value) => ({ preference: 10, exchange: value === '.' ? '' : value })),
    texts: (name) => of(name, 'TXT', (value) => value),
    nameServers: (name) => of(name, 'NS', (value) => value),
    names: () => notFound('no-such-name'),
  };
}

function ipOf(text: string): IpAddress {
  const ip = parseIp(text);
  if (ip.kind !== 'parsed') throw new Error(text);
  return ip.value;
}

/** The zone that the replies of smtpd were recorded with. */
export const records: Resolver = zone(
  'ok.example MX mail.ok.example',
  'mail.ok.example A 192.0.2.10',
  'a.example A 192.0.2.11',
  'null.example MX .',
  'badmx.example MX nothere.example',
  'ns.example NS ns1.evil.example',
  'ns1.evil.example A 192.0.2.66',
  'txtonly.example TXT hello',
  '10.2.0.192.bl.example A 127.0.0.2',
  "10.2.0.192.bl.example TXT listed for testing'",
  'ok.example.rhs.example A 127.0.0.3',
  'mail.ok.example.rhs.example A 127.0.0.3',
  '10.2.0.192.wl.example A 127.0.5.2',
);

const listed: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'school.example': ['virtual mailbox table', ['head', 's001']],
  'local.example': ['local recipient table', ['user', 'other']],
  'alias.example': ['virtual alias table', ['a']],
  'relay.example': ['relay recipient table', ['r']],
};

export const recipients: RecipientValidator = {
  listing: ({ localPart, domain }) => {
    const [table, users] = (domain.kind === 'domain' ? listed[domain.ascii] : undefined) ?? [];
    if (table === undefined) return notFound();
    if (users?.includes(localPart) === true) return found({ kind: 'listed' });
    return found({ kind: 'unlisted', table: table as 'local recipient table' });
  },
};

export const site: RestrictionSettings = {
  resolver: records,
  networks: ['127.0.0.0/8'],
  destinations: { final: ['local.example', 'school.example', 'alias.example'], relay: ['relay.example'] },
  recipients,
};

/** `static:X`, `fail:x`, `inline:{k=v}`, as in main.cf. */
export function words(text: string, extra: Parameters<typeof readWords>[1] = {}): ReadWords {
  const list = text.match(/\S*\{[^}]*\}|[^\s,]+/g) ?? [];
  return readWords(list, {
    table: (name) => {
      if (name.startsWith('static:')) return staticTable(name.slice(7).replace(/^\{(.*)\}$/, '$1'));
      if (name.startsWith('fail:')) return failTable('fail');
      const pairs = /^inline:\{(.*)\}$/.exec(name)?.[1]?.split(',') ?? [];
      return inlineTable(Object.fromEntries(pairs.map((pair) => pair.trim().split('=') as [string, string])));
    },
    ...extra,
  });
}

export interface Sent {
  readonly ip?: string;
  readonly name?: string | ClientName;
  readonly helo?: string;
  readonly mail?: string;
  readonly rcpt?: string;
  readonly login?: string;
  readonly settings?: RestrictionSettings;
}

type Lists = Partial<Record<RestrictionList, string>>;

/** The reply to RCPT, or behind the message; `250` where nothing refused, with the decision's kind. */
export async function replyTo(lists: Lists, sent: Sent = {}): Promise<string> {
  const { ip = '192.0.2.10', name = 'mail.ok.example', helo = 'client.example', mail = 'a@ok.example' } = sent;
  const read = (list: RestrictionList) => {
    const { restrictions, problems } = words(lists[list] ?? '', { bareTables: true });
    if (problems.length > 0) throw new Error(problems.map((one) => one.code).join(', '));
    return restrictions;
  };
  const settings = { ...site, ...sent.settings } as SettingsFor<Need>;
  const stages = smtpdRestrictions<Need>({
    client: read('client'),
    helo: read('helo'),
    sender: read('sender'),
    relay: read('relay'),
    recipient: read('recipient'),
    data: read('data'),
    endOfData: read('endOfData'),
    ...settings,
  });
  const policy = definePolicy({
    rcpt: [...stages.rcpt],
    data: [...stages.data],
    message: [...stages.message, ...stages.last],
  });
  const base = sessionOf({ ip, ...(sent.login !== undefined && { login: sent.login }) });
  const clientName: ClientName = typeof name === 'string' ? { kind: 'verified', name: domainOf(name) } : name;
  const outcome = await policy.evaluate(
    {
      session: { ...base, client: { ...base.client, name: clientName } },
      helo,
      sender: senderOf(mail),
      recipients: [mailboxOf(sent.rcpt ?? 'head@school.example')],
      message: messageOf('Subject: x\r\n\r\nx\r\n'),
    },
    { detail: true },
  );
  const [decided] = outcome.recipients;
  const decision = decided?.decision;
  if (decision === undefined || decision.kind === 'continue' || decision.kind === 'accept') return '250';
  if (decision.kind !== 'reject' && decision.kind !== 'defer') return `250 ${decision.kind}`;
  return replyText(decision.reply);
}

export { failTable };

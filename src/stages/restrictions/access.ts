/**
 * check_*_access: tables of access(5) asked for the client, the HELO name, the sender, the recipient, the login, the client's
 * certificate. Keys and their order are smtpd's; tables of patterns are asked for whole names and addresses alone.
 */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table, TableEntry } from '../../core/table.js';
import { accessKeys, addressKeys, domainKeys } from '../../tables/address-keys.js';
import type { Mailbox } from '../../values/address.js';
import type { Answer } from '../../values/answer.js';
import { type IpAddress, parseIp } from '../../values/ip.js';
import { applyAction } from './access-result.js';
import { withResolved } from './addresses.js';
import type { Check } from './check.js';
import { isUntrusted } from './destinations.js';
import { clientPlace, recipientPlace, reverseName, senderPlace } from './places.js';
import { type Place, type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

/** A key, and whether it is the whole of what is looked up. */
export interface Key {
  readonly key: string;
  readonly whole: boolean;
}

type Question = { readonly keys: readonly Key[]; readonly place: Place } | undefined;

/** The verified host name and its parents (`unknown` where there is none), then the address and its networks. */
export function checkClientAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  return access('check_client_access', table, options, (check) => {
    const { ip, name } = check.facts.session.client;
    const host = name.kind === 'verified' ? name.name.ascii : 'unknown';
    return { keys: [...nameKeys(check, host), ...ipKeys(ip)], place: clientPlace(check.facts.session) };
  });
}

/** The name that the address points to, believed or not; `unknown` where there is none. */
export function checkReverseClientHostnameAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  return access('check_reverse_client_hostname_access', table, options, (check) => {
    const { session } = check.facts;
    const host = reverseName(session);
    const place: Place = { subject: host, what: 'Unverified Client host' };
    return { keys: [...nameKeys(check, host), ...ipKeys(session.client.ip)], place };
  });
}

export function checkHeloAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  return access('check_helo_access', table, options, (check) => {
    const { helo } = check.facts;
    if (helo === undefined || helo === '') return undefined;
    return { keys: nameKeys(check, helo), place: { subject: helo, what: 'Helo command' } };
  });
}

/** The key of the null path is `<>` (smtpd_null_access_lookup_key). */
export function checkSenderAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  const apply: Restriction['apply'] = (check) => {
    const { sender } = check.facts;
    if (sender === undefined) return 'next';
    if (sender.kind === 'mailbox') return mailAccess(check, table, sender, senderPlace(sender));
    const { nullSenderKey = '<>' } = check.known;
    const key = { key: nullSenderKey, whole: true };
    return andThen(lookUp(check, table, [key], senderPlace(sender)), (word) => word ?? 'next');
  };
  return restriction(`check_sender_access ${table.name}`, options, apply, asks(table));
}

/** OK counts as DUNNO for a local part with `@`, `%` or `!`, which another host may read as a route. */
export function checkRecipientAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  const apply: Restriction['apply'] = (check) => {
    const { recipient } = check.facts;
    return recipient === undefined ? 'next' : mailAccess(check, table, recipient, recipientPlace(recipient));
  };
  return restriction(`check_recipient_access ${table.name}`, options, apply, asks(table));
}

function asks(table: Table): { readonly asked: Restriction['asked']; readonly resolves: true } {
  return { asked: [{ kind: 'table', table, access: true }], resolves: true };
}

/** smtpd's check_mail_access: for what the address comes to. */
function mailAccess(check: Check, table: Table, address: Mailbox, place: Place): MaybePromise<Verdict> {
  return withResolved(check, address, (resolved) =>
    andThen(lookUp(check, table, mailKeys(check, resolved), place), (word = 'next') => {
      const isRecipient = place.what === 'Recipient address';
      return word === 'permit' && isRecipient && isUntrusted(check, resolved) ? 'next' : word;
    }),
  );
}

/** A table without a name in front of it: that of the list in which it stands, also through classes. */
export function checkListAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  const of: Readonly<Record<string, Restriction<never>>> = {
    client: checkClientAccess(table, options),
    helo: checkHeloAccess(table, options),
    sender: checkSenderAccess(table, options),
    relay: checkRecipientAccess(table, options),
    recipient: checkRecipientAccess(table, options),
  };
  const apply: Restriction['apply'] = (check, place) =>
    of[check.list]?.apply(check, place) ?? check.serverError(`no table may stand alone here: ${table.name}`);
  return restriction(table.name, options, apply, asks(table));
}

/** The login name. */
export function checkSaslAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  return access('check_sasl_access', table, options, (check) => {
    const { login } = check.facts.session;
    if (login === undefined) return undefined;
    return { keys: [{ key: login.name, whole: true }], place: { subject: login.name, what: 'SASL login name' } };
  });
}

/** The fingerprints of the client's certificate and of its public key. Refuses for now where the server did not compute them. */
export function checkCcertAccess(table: Table, options?: RestrictionOptions): Restriction<never> {
  const plain = access('check_ccert_access', table, options, (check) => {
    const [first, ...more] = check.facts.session.tls?.fingerprints ?? [];
    if (first === undefined) return undefined;
    const keys = [first, ...more].map((key) => ({ key, whole: true }));
    return { keys, place: { subject: first, what: 'Client certificate' } };
  });
  return restriction(
    plain.text,
    options,
    (check, place) => {
      const { tls } = check.facts.session;
      const untold = tls?.verifiedClient !== undefined && tls.fingerprints === undefined;
      return untold
        ? check.serverError('the server gave no fingerprints of the certificate')
        : plain.apply(check, place);
    },
    { asked: plain.asked },
  );
}

function access(
  name: string,
  table: Table,
  options: RestrictionOptions | undefined,
  ask: (check: Check) => Question,
): Restriction<never> {
  return restriction(
    `${name} ${table.name}`,
    options,
    (check) => {
      const question = ask(check);
      if (question === undefined) return 'next';
      return andThen(lookUp(check, table, question.keys, question.place), (word) => word ?? 'next');
    },
    { asked: [{ kind: 'table', table, access: true }] },
  );
}

/** Undefined when the table has none of the keys: other tables, or other keys, may still be asked. */
export function lookUp(
  check: Check,
  table: Table,
  keys: readonly Key[],
  place: Place,
  from = 0,
): MaybePromise<Verdict | undefined> {
  const asked = table.patterns === true ? keys.filter(({ whole }) => whole) : keys;
  for (let at = from; at < asked.length; at++) {
    const { key } = asked[at] as Key;
    const answer = check.lookup(table, key);
    if ('then' in answer) {
      return answer.then(
        (came) => conclude(check, table, key, place, came) ?? lookUp(check, table, asked, place, at + 1),
      );
    }
    const word = conclude(check, table, key, place, answer);
    if (word !== undefined) return word;
  }
  return undefined;
}

function conclude(
  check: Check,
  table: Table,
  key: string,
  place: Place,
  answer: Answer<TableEntry>,
): MaybePromise<Verdict> | undefined {
  if (answer.kind === 'not-found') return undefined;
  if (answer.kind === 'found') {
    const { value } = answer.value;
    check.noteEntry(answer.value, key, place.subject);
    return applyAction(check, value, place, `${table.name}: ${key} ${value}`);
  }
  const text = `<${place.subject.slice(0, 256)}>: ${place.what} rejected: Server configuration error`;
  const detail = `${table.name} could not tell: ${answer.why}`;
  return check.refuse({ code: 451, enhanced: '4.3.5', text, reason: 'cannot-tell', detail });
}

/** A name, then its parents; the parts of an address are no domains ("no subdomain magic to numerical hostnames"). */
export function nameKeys(check: Check, name: string): readonly Key[] {
  const keys = domainKeys(name, check.known.accessSubdomains);
  return wholeFirst(parseIp(name).kind === 'parsed' ? keys.slice(0, 1) : keys);
}

export function ipKeys(ip: IpAddress | undefined): readonly Key[] {
  return ip === undefined ? [] : wholeFirst(addressKeys(ip));
}

function mailKeys({ known }: Check, mailbox: Mailbox): readonly Key[] {
  const { recipientDelimiter = '', accessSubdomains = 'parent' } = known;
  return wholeFirst(accessKeys(mailbox, { recipientDelimiter, subdomains: accessSubdomains }));
}

function wholeFirst(keys: readonly string[]): readonly Key[] {
  return keys.map((key, at) => ({ key, whole: at === 0 }));
}

/** Restrictions of the sender's and the recipient's address: its domain, whether it exists, whose it is. postconf(5). */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import { fittingCode } from '../../tables/access-action.js';
import { virtualKeys } from '../../tables/address-keys.js';
import { ownersOf as ownersIn } from '../../tables/owner-list.js';
import { type Mailbox, writtenAddress } from '../../values/address.js';
import type { Check } from './check.js';
import { finalDomain, resolvedAddress } from './destinations.js';
import { knownMailDomain } from './dns/index.js';
import { isHostName } from './host-name.js';
import { domainOf } from './places.js';
import { type Need, type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

export function rejectNonFqdnSender(options?: RestrictionOptions): Restriction<never> {
  return sender('reject_non_fqdn_sender', options, (check, address) => nonFqdn(check, address, 'Sender address'));
}

export function rejectNonFqdnRecipient(options?: RestrictionOptions): Restriction<never> {
  return recipient('reject_non_fqdn_recipient', options, (check, address) =>
    nonFqdn(check, address, 'Recipient address'),
  );
}

/** The DNS has neither MX nor address for the domain, or it takes no mail (RFC 7505). Our own domains are not asked for. */
export function rejectUnknownSenderDomain(options?: RestrictionOptions): Restriction<'resolver' | 'destinations'> {
  const apply = (check: Check, address: Mailbox): MaybePromise<Verdict> =>
    unknownDomain(check, address, 'Sender address');
  return sender('reject_unknown_sender_domain', options, apply, ['resolver', 'destinations']);
}

export function rejectUnknownRecipientDomain(options?: RestrictionOptions): Restriction<'resolver' | 'destinations'> {
  const apply = (check: Check, address: Mailbox): MaybePromise<Verdict> =>
    unknownDomain(check, address, 'Recipient address');
  return recipient('reject_unknown_recipient_domain', options, apply, ['resolver', 'destinations']);
}

/** A sender address in a domain of ours that does not exist. */
export function rejectUnlistedSender(options?: RestrictionOptions): Restriction<'recipients'> {
  return sender('reject_unlisted_sender', options, unlistedSender, ['recipients']);
}

export function rejectUnlistedRecipient(options?: RestrictionOptions): Restriction<'recipients'> {
  return recipient('reject_unlisted_recipient', options, unlistedRecipient, ['recipients']);
}

export function unlistedSender(check: Check, address: Mailbox): MaybePromise<Verdict> {
  // What only warns validates nothing: it is asked again at the end (smtpd).
  check.senderChecked ||= !check.onlyWarns;
  return unlisted(check, address, 'Sender address');
}

export function unlistedRecipient(check: Check, address: Mailbox): MaybePromise<Verdict> {
  check.recipientChecked ||= !check.onlyWarns;
  return unlisted(check, address, 'Recipient address');
}

/** Both that follow: a client that is logged in may use its own addresses alone, one that is not may use none that has an owner. */
export function rejectSenderLoginMismatch(options?: RestrictionOptions): Restriction<'senderLogins'> {
  return login('reject_sender_login_mismatch', options, { in: true, out: true, known: false });
}

export function rejectAuthenticatedSenderLoginMismatch(options?: RestrictionOptions): Restriction<'senderLogins'> {
  return login('reject_authenticated_sender_login_mismatch', options, { in: true, out: false, known: false });
}

export function rejectUnauthenticatedSenderLoginMismatch(options?: RestrictionOptions): Restriction<'senderLogins'> {
  return login('reject_unauthenticated_sender_login_mismatch', options, { in: false, out: true, known: false });
}

/** As reject_sender_login_mismatch, for addresses that have an owner. */
export function rejectKnownSenderLoginMismatch(options?: RestrictionOptions): Restriction<'senderLogins'> {
  return login('reject_known_sender_login_mismatch', options, { in: true, out: true, known: true });
}

type Address = 'Sender address' | 'Recipient address';

function nonFqdn(check: Check, address: Mailbox, what: Address): Verdict {
  const domain = domainOf(address);
  if (domain === undefined || (isHostName(domain) && domain.includes('.'))) return 'next';
  const text = `<${writtenAddress(address)}>: ${what} rejected: need fully-qualified address`;
  return check.refuse({ code: check.known.codes.nonFqdn, enhanced: '5.5.2', text, reason: 'bad-address' });
}

function unknownDomain(check: Check, address: Mailbox, what: Address): MaybePromise<Verdict> {
  return withResolved(check, address, (resolved) => {
    const domain = domainOf(resolved);
    if (domain === undefined) return 'next';
    return andThen(finalDomain(check, resolved), (isFinal): MaybePromise<Verdict> => {
      if (typeof isFinal !== 'boolean') return check.lookupFailure(writtenAddress(address), isFinal.why);
      return isFinal ? 'next' : askDomain(check, address, domain, what);
    });
  });
}

/** What cannot be resolved now is refused for now. */
export function withResolved(
  check: Check,
  address: Mailbox,
  judge: (resolved: Mailbox) => MaybePromise<Verdict>,
): MaybePromise<Verdict> {
  return andThen(resolvedAddress(check, address), (answer): MaybePromise<Verdict> => {
    if (answer.kind === 'cannot-tell') return check.lookupFailure(writtenAddress(address), answer.why);
    return judge(answer.kind === 'found' ? answer.value : address);
  });
}

async function askDomain(check: Check, mailbox: Mailbox, domain: string, what: Address): Promise<Verdict> {
  const { resolver, known } = check;
  if (resolver === undefined) return check.serverError('no resolver');
  const address = writtenAddress(mailbox);
  const isSender = what === 'Sender address';
  const enhanced = isSender ? '4.1.8' : '4.1.2';
  const text = `<${address}>: ${what} rejected: Domain not found`;
  const answer = await knownMailDomain(resolver, domain);
  switch (answer.kind) {
    case 'known':
      return 'next';
    case 'unknown':
      return check.refuse({ code: known.codes.unknownAddress, enhanced, text, reason: 'bad-address' });
    case 'null-mx': {
      const shown = `<${address}>: ${what} rejected: Domain ${domain} does not accept mail (nullMX)`;
      const codes = isSender ? { code: 550, enhanced: '5.7.27' } : { code: 556, enhanced: '5.1.10' };
      return check.refuse({ ...codes, text: shown, reason: 'bad-address' });
    }
    case 'cannot-tell': {
      const grounds = { code: 450, enhanced, text, reason: 'bad-address', detail: answer.why } as const;
      return known.unknownAddressTempfail === 'defer' ? check.refuse(grounds) : check.deferIfPermit(grounds);
    }
  }
}

function unlisted(check: Check, address: Mailbox, what: Address): MaybePromise<Verdict> {
  const { recipients, codes, showTableName } = check.known;
  if (recipients === undefined) return 'next';
  const isSender = what === 'Sender address';
  return andThen(check.listing(recipients, address, isSender ? 'sender' : 'recipient'), (answer) => {
    if (answer.kind === 'cannot-tell') return check.lookupFailure(writtenAddress(address), answer.why);
    if (answer.kind === 'not-found' || answer.value.kind === 'listed') return 'next';
    const reason = isSender ? 'unknown-sender' : 'unknown-recipient';
    const enhanced = isSender ? '5.1.0' : '5.1.1';
    const start = `<${writtenAddress(address)}>: ${what} rejected: `;
    const { value } = answer;
    if (value.kind === 'refused') {
      const byDefault =
        value.temporary === true ? { code: 450, enhanced: `4${enhanced.slice(1)}` } : { code: 550, enhanced };
      const fitting = fittingCode(value.enhanced, what) ?? byDefault.enhanced;
      const told = { ...byDefault, enhanced: fitting };
      return check.refuse({ ...told, text: start + value.text, reason });
    }
    const code = {
      'local recipient table': codes.unknownLocalRecipient,
      'virtual mailbox table': codes.unknownVirtualMailbox,
      'virtual alias table': codes.unknownVirtualAlias,
      'relay recipient table': codes.unknownRelayRecipient,
    }[value.table];
    const where = showTableName === false ? '' : ` in ${value.table}`;
    return check.refuse({ code, enhanced, text: `${start}User unknown${where}`, reason });
  });
}

interface LoginRule {
  /** Judges clients that are logged in. */
  readonly in: boolean;
  /** Judges those that are not. */
  readonly out: boolean;
  /** Addresses without an owner are free. */
  readonly known: boolean;
}

function login(text: string, options: RestrictionOptions | undefined, rule: LoginRule): Restriction<'senderLogins'> {
  return sender(text, options, (check, address) => loginMismatch(check, address, rule), ['senderLogins']);
}

function loginMismatch(check: Check, address: Mailbox, rule: LoginRule): MaybePromise<Verdict> {
  const { known, facts } = check;
  const name = facts.session.login?.name;
  if (known.logins === false || known.senderLogins === undefined) return 'next';
  if (name === undefined ? !rule.out : !rule.in) return 'next';
  const { recipientDelimiter = '' } = known;
  const start = `<${writtenAddress(address)}>: Sender address rejected: `;
  const refuse = (text: string): Verdict =>
    check.refuse({ code: 553, enhanced: '5.7.1', text: start + text, reason: 'authentication' });
  const owners = (resolved: Mailbox, local: boolean): MaybePromise<Verdict> =>
    andThen(
      ownersOf(
        check,
        virtualKeys(resolved, local, { recipientDelimiter }).map(({ key }) => key),
        0,
      ),
      (found) => {
        if (typeof found === 'object') return check.lookupFailure(writtenAddress(address), found.why);
        if (name === undefined) return found === undefined ? 'next' : refuse('not logged in');
        if (found === undefined && rule.known) return 'next';
        const own = ownersIn(found ?? '').some((owner) => owner.toLowerCase() === name.toLowerCase());
        return own ? 'next' : refuse(`not owned by user ${name}`);
      },
    );
  return withResolved(check, address, (resolved) =>
    andThen(finalDomain(check, resolved), (isFinal) =>
      typeof isFinal === 'boolean'
        ? owners(resolved, isFinal)
        : check.lookupFailure(writtenAddress(address), isFinal.why),
    ),
  );
}

function ownersOf(
  check: Check,
  keys: readonly string[],
  at: number,
): MaybePromise<string | undefined | { readonly why: string }> {
  const { senderLogins: table } = check.known;
  const key = keys[at];
  if (table === undefined || key === undefined || (table.patterns === true && at > 0)) return undefined;
  return andThen(check.lookup(table, key), (answer): MaybePromise<string | undefined | { readonly why: string }> => {
    if (answer.kind === 'found') return answer.value.value;
    return answer.kind === 'cannot-tell' ? answer : ownersOf(check, keys, at + 1);
  });
}

type Judge = (check: Check, address: Mailbox) => MaybePromise<Verdict>;
type Make = <N extends Need = never>(
  text: string,
  options: RestrictionOptions | undefined,
  judge: Judge,
  needs?: readonly N[],
) => Restriction<N>;

const sender: Make = judging(({ facts }) => (facts.sender?.kind === 'mailbox' ? facts.sender : undefined));
const recipient: Make = judging(({ facts }) => facts.recipient);

/** Nothing is judged without an address; the null path has none. */
function judging(addressOf: (check: Check) => Mailbox | undefined): Make {
  return (text, options, judge, needs = []) => {
    const apply = (check: Check): MaybePromise<Verdict> => {
      const address = addressOf(check);
      return address === undefined ? 'next' : judge(check, address);
    };
    return restriction(text, options, apply, { needs });
  };
}

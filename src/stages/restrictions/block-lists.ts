/**
 * reject_rbl_client, reject_rhsbl_*, permit_dnswl_client, permit_rhswl_client. A block list that cannot be asked lists nobody, as in
 * Postfix, and the trace says so; a list of good clients that cannot be asked turns a later refusal into 450.
 */
import { writtenAddress } from '../../values/address.js';
import type { Problem } from '../../values/errors.js';
import type { Check } from './check.js';
import { isOurs } from './destinations.js';
import {
  addressQuery,
  askList,
  type BlockList,
  domainQuery,
  type ListAnswer,
  parseBlockList,
  parseRblReply,
  type RblClass,
  rblReply,
  type Template,
} from './dns/index.js';
import { reverseName, verifiedName } from './places.js';
import { type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

/** `zone`: `zen.example`, or with a filter of the answers that count: `zen.example=127.0.0.[2..11]`. */
export function rejectRblClient(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('reject_rbl_client', zone, options, refuseListed, clientAddress);
}

export function rejectRhsblClient(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('reject_rhsbl_client', zone, options, refuseListed, clientHost);
}

export function rejectRhsblReverseClient(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('reject_rhsbl_reverse_client', zone, options, refuseListed, ({ facts }, list) =>
    subject('Unverified Client host', reverseName(facts.session), list),
  );
}

export function rejectRhsblHelo(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('reject_rhsbl_helo', zone, options, refuseListed, ({ facts }, list) =>
    subject('Helo command', facts.helo, list),
  );
}

export function rejectRhsblSender(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('reject_rhsbl_sender', zone, options, refuseListed, ({ facts: { sender } }, list) =>
    subject('Sender address', sender?.kind === 'mailbox' ? sender.text : undefined, list),
  );
}

export function rejectRhsblRecipient(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('reject_rhsbl_recipient', zone, options, refuseListed, ({ facts }, list) =>
    subject('Recipient address', facts.recipient?.text, list),
  );
}

export function permitDnswlClient(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('permit_dnswl_client', zone, options, permitListed, clientAddress);
}

export function permitRhswlClient(zone: string, options?: RestrictionOptions): Restriction<'resolver'> {
  return listing('permit_rhswl_client', zone, options, permitListed, clientHost);
}

interface Subject {
  readonly class: RblClass;
  readonly what: string;
  readonly query: string;
}

type SubjectOf = (check: Check, list: BlockList) => Subject | undefined;
type Say = (check: Check, list: BlockList, subject: Subject, answer: ListAnswer) => Verdict | Promise<Verdict>;

function clientAddress({ facts }: Check, list: BlockList): Subject | undefined {
  const { ip } = facts.session.client;
  return ip && { class: 'Client host', what: ip.text, query: addressQuery(list, ip) };
}

function clientHost({ facts }: Check, list: BlockList): Subject | undefined {
  return subject('Client host', verifiedName(facts.session), list);
}

function subject(of: RblClass, what: string | undefined, list: BlockList): Subject | undefined {
  if (what === undefined || what === 'unknown') return undefined;
  const query = domainQuery(list, what);
  return query === undefined ? undefined : { class: of, what, query };
}

function listing(
  name: string,
  zone: string,
  options: RestrictionOptions | undefined,
  say: Say,
  subjectOf: SubjectOf,
): Restriction<'resolver'> {
  const list = parseBlockList(zone);
  const problems: readonly Problem[] =
    list.kind === 'parsed' ? [] : [{ code: 'bad-block-list', message: `${name}: ${list.why}` }];
  const apply = async (check: Check): Promise<Verdict> => {
    const { resolver } = check;
    if (resolver === undefined || list.kind !== 'parsed') return check.serverError(`${name} cannot ask`);
    const of = subjectOf(check, list.value);
    if (of === undefined) return 'next';
    const { recipient } = check.facts;
    // A list of good clients opens no relay: postconf(5), "silently ignored when it would override reject_unauth_destination".
    if (say === permitListed && recipient !== undefined && (await isOurs(check, recipient)) !== true) return 'next';
    const answer = await askList(resolver, list.value, of.query);
    if (answer.kind !== 'cannot-tell') for (const note of answer.notes) check.remark(note);
    return say(check, list.value, of, answer);
  };
  return restriction(`${name} ${zone}`, options, apply, {
    needs: ['resolver'],
    problems,
    resolves: say === permitListed,
  });
}

async function refuseListed(check: Check, list: BlockList, of: Subject, answer: ListAnswer): Promise<Verdict> {
  if (answer.kind === 'cannot-tell') {
    check.remark(`${list.text} could not be asked (${answer.why}): counted as not listed, as Postfix does`);
    return 'next';
  }
  if (answer.kind === 'not-listed') return 'next';
  const template = await templateFor(check, list);
  if (template === undefined) return check.serverError(`rbl_reply_maps could not tell for ${list.text}`);
  const { session, helo, sender, recipient } = check.facts;
  const made = rblReply(template, {
    code: check.known.codes.rbl,
    list,
    reason: answer.reason,
    what: of.what,
    class: of.class,
    clientAddress: session.client.ip?.text ?? 'unknown',
    clientName: verifiedName(session),
    reverseClientName: reverseName(session),
    clientPort: session.client.port,
    helo,
    sender: sender?.kind === 'mailbox' ? writtenAddress(sender) : '',
    recipient: recipient && writtenAddress(recipient),
    serverName: session.server.name.ascii,
  });
  const detail = `${of.query} is ${answer.addresses.join(', ')}`;
  const unfit = { code: 450, enhanced: '4.7.1', text: 'Service unavailable' };
  return check.refuse({ ...(made.kind === 'parsed' ? made.value : unfit), reason: 'sender-policy', detail });
}

/** Undefined when the map could not tell. A template of the map that is wrong is passed over. */
async function templateFor(check: Check, list: BlockList): Promise<Template | undefined> {
  const { rblReplies, rblTemplate } = check.known;
  if (rblReplies === undefined) return rblTemplate;
  const answer = await check.lookup(rblReplies, list.text);
  if (answer.kind === 'cannot-tell') return undefined;
  const read = answer.kind === 'found' ? parseRblReply(answer.value.value) : undefined;
  if (read?.kind === 'parsed') return read.value;
  if (read !== undefined) check.remark(`rbl_reply_maps: ${list.text}: ${read.why}`);
  return rblTemplate;
}

function permitListed(check: Check, list: BlockList, of: Subject, answer: ListAnswer): Verdict {
  if (answer.kind === 'listed') return 'permit';
  if (answer.kind === 'not-listed') return 'next';
  const text = `<${of.what}>: ${of.class} rejected: Service unavailable`;
  const detail = `${list.text} could not be asked: ${answer.why}`;
  return check.deferIfReject({ code: 450, enhanced: '4.7.1', text, reason: 'cannot-tell', detail });
}

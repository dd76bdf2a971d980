/**
 * What follows from a resolution: a decision, edits, a finding. Pure: no look-up is made here.
 */
import { defer, type FinalOf, reject } from '../../core/decision.js';
import { type ExpandRecipient, expandRecipient, type SetNextHop, setNextHop } from '../../core/edit.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import type { CannotTell } from '../../values/answer.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';
import { type Listed, shownAddress } from './listed.js';
import type { AddressClass } from './options.js';
import type { RoutingStep } from './questions.js';
import type { Destination, Resolution } from './resolve.js';

export interface RoutingFinding {
  /** Of the address that the client named. */
  readonly class: AddressClass;
  readonly destinations: readonly RoutedDestination[];
  /** What the tables said, in the order asked; the first thousand. */
  readonly steps: readonly RoutingStep[];
  /** Why there are no destinations, or not all: of the first that cannot be delivered to. */
  readonly fault: string | undefined;
}

export interface RoutedDestination {
  readonly address: string;
  /** `unknown`: no such user. `broken`: an alias or a transport that cannot be followed. */
  readonly state: 'deliver' | 'unknown' | 'broken';
  /** Undefined but for `deliver`. `pipe` and `file` are the commands and files of aliases, the text as destination. */
  readonly nextHop: NextHop | undefined;
  /** The alias `owner-list` of the list that led here: who should hear of errors. The envelope sender stays as it is. */
  readonly owner: string | undefined;
}

export interface Conclusion {
  readonly finding: RoutingFinding;
  readonly decision: FinalOf<'reject'> | FinalOf<'defer'> | undefined;
  readonly edits: readonly (SetNextHop | ExpandRecipient)[];
  /** Why members were left out, with `skip`. */
  readonly skipped: readonly string[];
}

export type DeadMembers = 'reject' | 'skip';

/** What is known of an address before it is expanded, and what came of that. */
export type Routed =
  | {
      /** Undefined: not asked. */
      readonly listing: Listed | undefined;
      readonly resolution: Resolution | undefined;
      /** Of the address as given. */
      readonly class: AddressClass;
    }
  | CannotTell;

const unknownUser: Reply = reply(550, '5.1.1', 'User unknown');
const refusedByTransport: Reply = reply(550, '5.1.1', 'Recipient address rejected');
const retryLater: Reply = reply(450, '4.1.1', 'Recipient address rejected');
const brokenAlias: Reply = reply(550, '5.3.5', 'Recipient cannot be delivered to');
const brokenForNow: Reply = reply(451, '4.3.5', 'Recipient cannot be delivered to now');
export const aliasError: Reply = reply(451, '4.6.0', 'Alias expansion error');

export function conclude(
  recipient: Recipient,
  /** Where nothing could be told. */
  byName: AddressClass,
  routed: Routed,
  steps: readonly RoutingStep[],
  deadMembers: DeadMembers,
): Conclusion {
  const addressClass = 'kind' in routed ? byName : routed.class;
  const none = (fault: string, decision?: Conclusion['decision']): Conclusion => {
    return { finding: { class: addressClass, destinations: [], steps, fault }, decision, edits: [], skipped: [] };
  };
  // What could not be told is decided by the pipeline, as the stage declared it.
  if ('kind' in routed) return none(routed.why);
  const { listing, resolution } = routed;
  if (listing?.kind === 'unlisted') return none(listing.why, refuse('unknown-recipient', listing.reply, listing.why));
  if (resolution === undefined) return none('not resolved');
  if (resolution.kind === 'over-limit') return none(resolution.why, defer('routing', aliasError, resolution.why));
  const { destinations } = resolution;
  const decision = refusal(recipient, destinations, deadMembers);
  const dead = destinations.filter(isRefused).map(whyOf);
  const fault = destinations.length === 0 ? LOOP : dead[0];
  const finding = { class: addressClass, destinations: destinations.map(shownDestination), steps, fault };
  if (decision !== undefined) return { finding, decision, edits: [], skipped: [] };
  const living = destinations.filter((one) => one.kind === 'deliver' && !isRefused(one)) as readonly Living[];
  return { finding, decision, edits: editsOf(recipient, living), skipped: dead };
}

export const LOOP = 'the aliases lead only to one another';

type Living = Extract<Destination, { readonly kind: 'deliver' }>;

function refuse(
  reason: 'unknown-recipient' | 'mailbox' | 'routing',
  words: Reply,
  why: string,
): FinalOf<'reject'> | FinalOf<'defer'> {
  return words.code < 500 ? defer(reason, words, why) : reject(reason, words, why);
}

/** Undefined when the mail can go on: when none wants a retry, and all can be delivered to or some are with `skip`. */
function refusal(
  recipient: Recipient,
  destinations: readonly Destination[],
  deadMembers: DeadMembers,
): Conclusion['decision'] {
  if (destinations.length === 0) return defer('routing', aliasError, LOOP);
  const retry = destinations.find(isRetry);
  if (retry !== undefined) return defer('routing', wordedReply(retry, retryLater, recipient), whyOf(retry));
  const first = destinations.find(isRefused);
  if (first === undefined || (deadMembers === 'skip' && !destinations.every(isRefused))) return undefined;
  switch (first.kind) {
    case 'unknown':
      return reject('unknown-recipient', named(recipient, unknownUser), whyOf(first));
    case 'broken':
      return reject('mailbox', named(recipient, brokenAlias), whyOf(first));
    case 'deliver':
      return reject('routing', wordedReply(first, refusedByTransport, recipient), whyOf(first));
  }
}

export function isRetry(destination: Destination): boolean {
  if (destination.kind === 'deliver') return destination.nextHop.transport === 'retry';
  return destination.kind === 'broken' && destination.temporary;
}

export function isRefused(destination: Destination): boolean {
  return destination.kind !== 'deliver' || destination.nextHop.transport === 'error';
}

function editsOf(recipient: Recipient, destinations: readonly Living[]): Conclusion['edits'] {
  const [only, ...others] = destinations;
  if (only !== undefined && others.length === 0 && only.address.text === recipient.address.text) {
    return [setNextHop(recipient, only.nextHop)];
  }
  const origin = { kind: 'alias-of', address: recipient.address } as const;
  return [
    expandRecipient(
      recipient,
      destinations.map(({ address, nextHop }) => ({ address, origin, nextHop })),
    ),
  ];
}

/** The client learns of the address that it named, never of those behind an alias. */
function named({ address }: Recipient, found: Reply): Reply {
  return replyFromText(`<${shownAddress(address)}>: Recipient address rejected: ${found.lines[0] ?? ''}`, found);
}

/** The text behind `error:` or `retry:`, its enhanced code in front where it has one. */
function wordedReply(destination: Destination, fallback: Reply, recipient: Recipient): Reply {
  if (destination.kind !== 'deliver') return named(recipient, brokenForNow);
  return named(recipient, replyFromText(`${fallback.code} ${destination.nextHop.destination}`, fallback));
}

function shownDestination(destination: Destination): RoutedDestination {
  const { kind: state, address } = destination;
  const isLiving = destination.kind === 'deliver';
  return {
    address: address.text,
    state,
    nextHop: isLiving ? destination.nextHop : undefined,
    owner: isLiving ? destination.owner : undefined,
  };
}

export function whyOf(destination: Destination): string {
  const { address } = destination;
  switch (destination.kind) {
    case 'unknown':
      return `no such user: ${address.text}`;
    case 'broken':
      return `${address.text}: ${destination.why}`;
    case 'deliver':
      return `${address.text}: ${destination.nextHop.transport}:${destination.nextHop.destination}`;
  }
}

/**
 * What follows from a resolution: a decision, edits, a finding. Pure: no look-up is made here.
 */
import { defer, type FinalOf, reject } from '../../core/decision.js';
import { type ExpandRecipient, expandRecipient, type SetNextHop, setNextHop } from '../../core/edit.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';
import type { AddressClass, Destination, Resolution, RoutingStep } from './resolve.js';

export interface RoutingFinding {
  /** Of the address that the client named. */
  readonly class: AddressClass;
  readonly destinations: readonly RoutedDestination[];
  /** What the tables said, in the order asked. */
  readonly steps: readonly RoutingStep[];
  /** Why there are no destinations, or not all: of the first that cannot be delivered to. */
  readonly fault: string | undefined;
}

export interface RoutedDestination {
  readonly address: string;
  /** `unknown`: no such user. `broken`: an alias or a transport that cannot be followed. */
  readonly state: 'deliver' | 'unknown' | 'broken';
  /** Undefined but for `deliver`. */
  readonly nextHop: NextHop | undefined;
}

export interface Conclusion {
  readonly finding: RoutingFinding;
  readonly decision: FinalOf<'reject'> | FinalOf<'defer'> | undefined;
  readonly edits: readonly (SetNextHop | ExpandRecipient)[];
  /** Why members were left out, with `skip`. */
  readonly skipped: readonly string[];
}

export type DeadMembers = 'reject' | 'skip';

const unknownUser: Reply = reply(550, '5.1.1', 'User unknown');
const refusedByTransport: Reply = reply(550, '5.1.0', 'Recipient address rejected');
const retryLater: Reply = reply(450, '4.3.0', 'Recipient address rejected');
const brokenAlias: Reply = reply(550, '5.3.5', 'Recipient cannot be delivered to');
const aliasError: Reply = reply(451, '4.6.0', 'Alias expansion error');

export function conclude(
  recipient: Recipient,
  addressClass: AddressClass,
  resolution: Resolution,
  deadMembers: DeadMembers,
): Conclusion {
  const { steps } = resolution;
  if (resolution.kind !== 'resolved') {
    const finding = { class: addressClass, destinations: [], steps, fault: resolution.why };
    // What could not be told is decided by the pipeline, as the stage declared it.
    const decision = resolution.kind === 'over-limit' ? defer('routing', aliasError, resolution.why) : undefined;
    return { finding, decision, edits: [], skipped: [] };
  }
  const { destinations } = resolution;
  const decision = refusal(recipient, destinations, deadMembers);
  const dead = destinations.filter(isRefused).map(whyOf);
  const fault = destinations.length === 0 ? LOOP : dead[0];
  const finding = { class: addressClass, destinations: destinations.map(routed), steps, fault };
  if (decision !== undefined) return { finding, decision, edits: [], skipped: [] };
  const living = destinations.filter((one) => one.kind === 'deliver' && !isRefused(one)) as readonly Living[];
  return { finding, decision, edits: editsOf(recipient, living), skipped: dead };
}

const LOOP = 'the aliases lead only to one another';

type Living = Extract<Destination, { readonly kind: 'deliver' }>;

/** Undefined when the mail can go on: when none wants a retry, and all can be delivered to or some are with `skip`. */
function refusal(
  recipient: Recipient,
  destinations: readonly Destination[],
  deadMembers: DeadMembers,
): Conclusion['decision'] {
  if (destinations.length === 0) return defer('routing', aliasError, LOOP);
  const retry = destinations.find((one) => one.kind === 'deliver' && one.nextHop.transport === 'retry');
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

function isRefused(destination: Destination): boolean {
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
  return replyFromText(`<${address.text}>: Recipient address rejected: ${found.lines[0] ?? ''}`, found);
}

/** The text behind `error:` or `retry:`, its enhanced code in front where it has one. */
function wordedReply(destination: Destination, fallback: Reply, recipient: Recipient): Reply {
  const text = destination.kind === 'deliver' ? destination.nextHop.destination : '';
  return named(recipient, replyFromText(`${fallback.code} ${text}`, fallback));
}

function routed(destination: Destination): RoutedDestination {
  const { kind: state, address } = destination;
  return { address: address.text, state, nextHop: state === 'deliver' ? destination.nextHop : undefined };
}

function whyOf(destination: Destination): string {
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

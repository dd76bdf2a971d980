/**
 * Hands messages over: to the mail store, to transports, to the stores for held and quarantined mail. Recipients of the
 * same message go in one call, so that the store can write every copy before it shows any. What comes back for each
 * target is undefined, or the reply that says why not.
 */
import type { DeliveryRecipient, DeliveryResult, MailStore } from '../../ports/mail-store.js';
import { foldedKey, type Mailbox, type ReversePath } from '../../values/address.js';
import { makeField, sanitiseFieldText } from '../../values/make-field.js';
import type { Message } from '../../values/message.js';
import type { Reply } from '../../values/reply.js';
import { deliveredToField, returnPathField } from '../../values/stamp.js';
import type { Logger } from './logger.js';
import { messageOf, pathText } from './record.js';
import * as replies from './replies.js';
import type { Transport, TransportResult } from './transport.js';

/** One recipient's way out. */
export type Target =
  | {
      readonly kind: 'hand-over';
      readonly address: Mailbox;
      readonly message: Message;
      /** `maildir`, or a key of `transports`. */
      readonly transport: string;
      readonly destination: string;
    }
  | {
      readonly kind: 'keep';
      readonly address: Mailbox;
      readonly message: Message;
      readonly store: 'hold' | 'quarantine';
      readonly reason: string;
    };

export interface Outlets {
  readonly protocol: 'smtp' | 'lmtp';
  readonly store: MailStore;
  readonly hold?: MailStore;
  readonly quarantine?: MailStore;
  readonly transports?: Readonly<Record<string, Transport>>;
  readonly log: Logger | undefined;
  readonly signal: AbortSignal;
}

export interface Consignment {
  readonly id: string;
  readonly sender: ReversePath;
}

export type Failures = ReadonlyMap<Target, Reply>;

/** Never rejects. Two targets with the same message, address and destination become one copy; in a mailbox of the store
 * letter case makes no other address. */
export async function deliverAll(
  outlets: Outlets,
  consignment: Consignment,
  targets: readonly Target[],
): Promise<Failures> {
  const failures = new Map<Target, Reply>();
  for (const batch of batchesOf(targets)) {
    const copies = [...batch.values()];
    let replied: readonly (Reply | undefined)[];
    try {
      replied = await handOver(outlets, consignment, copies.map(first));
    } catch (error) {
      outlets.log?.error({ event: 'delivery', id: consignment.id, error: messageOf(error) }, 'a delivery crashed');
      replied = copies.map(() => replies.localError);
    }
    copies.forEach((same, i) => {
      const failure = replied[i];
      if (failure !== undefined) for (const target of same) failures.set(target, failure);
    });
  }
  return failures;
}

/** By message and outlet; within a batch, equal targets together. */
function batchesOf(targets: readonly Target[]): Iterable<ReadonlyMap<string, readonly Target[]>> {
  if (targets.length === 1) return [new Map([['', targets]])];
  const byMessage = new Map<Message, Map<string, Map<string, Target[]>>>();
  for (const target of targets) {
    const outlet = target.kind === 'keep' ? `keep ${target.store}` : `to ${target.transport}`;
    const destination = target.kind === 'keep' ? target.reason : target.destination;
    const byOutlet = entry(byMessage, target.message, () => new Map<string, Map<string, Target[]>>());
    const batch = entry(byOutlet, outlet, () => new Map<string, Target[]>());
    entry(batch, `${addressKey(target)} ${destination}`, () => []).push(target);
  }
  return [...byMessage.values()].flatMap((byOutlet) => [...byOutlet.values()]);
}

/** Into one of our mailboxes `S001@` and `s001@` lead alike, and one copy is enough. */
function addressKey(target: Target): string {
  const ours = target.kind === 'hand-over' && target.transport === 'maildir';
  return ours ? foldedKey(target.address) : target.address.text;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function first(same: readonly Target[]): Target {
  return same[0] as Target;
}

async function handOver(
  outlets: Outlets,
  consignment: Consignment,
  targets: readonly Target[],
): Promise<readonly (Reply | undefined)[]> {
  const [one] = targets as readonly [Target];
  if (one.kind === 'keep') return keep(outlets, consignment, one, targets);
  if (one.transport !== 'maildir') return send(outlets, consignment, one.transport, targets);
  const { message } = one;
  const returnPath = returnPathField(consignment.sender);
  const recipients = targets.map(
    (target): DeliveryRecipient => ({
      mailbox: target.kind === 'keep' ? '' : target.destination,
      prepend: [returnPath, deliveredToField(target.address)],
    }),
  );
  // With one reply for all, a peer that is told of one failure sends to all again.
  const allOrNone = outlets.protocol === 'smtp';
  const results = await outlets.store.deliver({ message, recipients, allOrNone }, outlets.signal);
  // Copies that were withheld because of another one share its fate.
  const cause = results.find((result) => result.kind === 'failed' && result.reason !== 'aborted');
  const because = cause === undefined ? undefined : stored(outlets, consignment, cause);
  return targets.map((_, i) => {
    const result = results[i];
    const withheld = result?.kind === 'failed' && result.reason === 'aborted';
    if (result === cause || withheld) return because ?? stored(outlets, consignment, result);
    return stored(outlets, consignment, result);
  });
}

function stored({ log }: Outlets, { id }: Consignment, result: DeliveryResult | undefined): Reply | undefined {
  if (result?.kind === 'stored') return undefined;
  const { mailbox, reason, why, temporary } = result ?? { why: 'the store gave no result', temporary: true };
  log?.error({ event: 'delivery', id, mailbox, reason, why, temporary }, 'a message was not stored');
  if (!temporary) return replies.permanentFailure;
  return reason === 'storage-full' ? replies.storageFull : replies.localError;
}

/** One copy for all recipients, the envelope in fields of its own on top. */
async function keep(
  outlets: Outlets,
  consignment: Consignment,
  { store, reason, message }: Extract<Target, { kind: 'keep' }>,
  targets: readonly Target[],
): Promise<readonly (Reply | undefined)[]> {
  const where = outlets[store];
  if (where === undefined) return targets.map(() => replies.notConfigured);
  const prepend = [
    field('X-Envelope-From', pathText(consignment.sender) ?? '<>'),
    ...targets.map((target) => field('X-Envelope-To', target.address.text)),
    field(store === 'hold' ? 'X-Hold-Reason' : 'X-Quarantine-Reason', reason),
  ];
  const delivery = { message, recipients: [{ mailbox: store, prepend }] };
  const [result] = await where.deliver(delivery, outlets.signal);
  const failure = stored(outlets, consignment, result);
  return targets.map(() => failure);
}

function field(name: string, value: string): ReturnType<typeof makeField> {
  return makeField(name, sanitiseFieldText(value), { fold: false, utf8: true });
}

async function send(
  outlets: Outlets,
  { id, sender }: Consignment,
  name: string,
  targets: readonly Target[],
): Promise<readonly (Reply | undefined)[]> {
  const transport = outlets.transports?.[name];
  const [{ message }] = targets as readonly [Target];
  if (transport === undefined) return targets.map(() => replies.notConfigured);
  const recipients = targets.map((target) => ({
    address: target.address,
    destination: target.kind === 'keep' ? '' : target.destination,
  }));
  const results = await transport.deliver({ id, sender, message, recipients }, outlets.signal);
  return targets.map((target, i) => sent(outlets, id, name, target, results[i]));
}

function sent(
  { log }: Outlets,
  id: string,
  transport: string,
  { address }: Target,
  result: TransportResult | undefined,
): Reply | undefined {
  if (result?.kind === 'delivered') return undefined;
  const { why, temporary, reply } = result ?? { why: 'the transport gave no result', temporary: true };
  log?.error({ event: 'delivery', id, transport, recipient: address.text, why, temporary }, 'a delivery failed');
  const suits = reply !== undefined && replies.is(temporary ? 4 : 5, reply) && reply.code !== 421;
  if (suits) return reply;
  return temporary ? replies.localError : replies.permanentFailure;
}

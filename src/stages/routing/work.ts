/**
 * The state of one resolution: what is still to be done, what has come out. A worklist, not a recursion: members come in the
 * order written, nested ones in the place of their list; every address comes out once.
 */
import type { NextHop } from '../../core/transaction.js';
import { foldedKey, type Mailbox, type ReversePath } from '../../values/address.js';
import { parseMailboxName } from '../../values/mailbox-name.js';
import type { Compiled } from './compile.js';
import type { DomainTransports } from './next-hop.js';
import type { AddressClass, ExpansionSource } from './options.js';

/** One end of the way. */
export type Destination =
  | {
      readonly kind: 'deliver';
      readonly address: Mailbox;
      readonly nextHop: NextHop;
      /** The `owner-list` of the alias that led here, to whom errors should go. */
      readonly owner: string | undefined;
    }
  | { readonly kind: 'unknown'; readonly address: Mailbox; readonly class: AddressClass }
  /** What cannot be followed: a wrong right-hand side, a loop, a command where none is allowed. */
  | { readonly kind: 'broken'; readonly address: Mailbox; readonly why: string; readonly temporary: boolean };

/** The names that led to an address, innermost first. */
export interface Chain {
  readonly name: string;
  readonly up: Chain | undefined;
}

/** What is known on the way through local aliases. */
export interface LocalContext {
  /** Aliases and includes on the way here; their number is Postfix's level. */
  readonly aliases: Chain | undefined;
  readonly level: number;
  /** The alias that named the address, which is not expanded again for it. */
  readonly from: string | undefined;
  readonly source: ExpansionSource | undefined;
  readonly owner: string | undefined;
  readonly ownerAddress: Mailbox | undefined;
  /** Local recipients that the message was forwarded for before (Delivered-To), and envelope addresses on the way. */
  readonly trail: Chain | undefined;
  /** The local recipient of this round; empty where there is none yet. */
  readonly recipient: string;
}

export type Task =
  /** As it comes from the client, or is sent on by a local alias: virtual aliases are looked up. */
  | { readonly kind: 'envelope'; readonly address: Mailbox; readonly context: LocalContext }
  /** Behind virtual aliases. */
  | { readonly kind: 'address'; readonly address: Mailbox; readonly context: LocalContext }
  /** Named by a local alias or an include file. */
  | { readonly kind: 'member'; readonly address: Mailbox; readonly literal: boolean; readonly context: LocalContext };

export interface Work {
  readonly compiled: Compiled;
  readonly sender: ReversePath;
  /** Last in, first out. */
  readonly tasks: Task[];
  readonly destinations: Destination[];
  readonly delivered: Set<string>;
  /** Envelope addresses and aliases that were expanded before. */
  readonly seen: Set<string>;
  readonly domains: DomainTransports;
  count: number;
}

export function inChain(chain: Chain | undefined, name: string): boolean {
  for (let link = chain; link !== undefined; link = link.up) if (link.name === name) return true;
  return false;
}

/** Each address once, letter case ignored, as Postfix's duplicate filter has it; commands and files by their text. */
export function end(work: Work, destination: Destination): undefined {
  const folded = foldedKey(destination.address);
  const hop = destination.kind === 'deliver' ? destination.nextHop : undefined;
  const isOther = hop !== undefined && (hop.transport === 'pipe' || hop.transport === 'file');
  const key = isOther
    ? `${hop.transport}:${hop.destination}`
    : hop !== undefined
      ? folded
      : `${destination.kind} ${folded}`;
  if (work.delivered.has(key)) return;
  work.delivered.add(key);
  work.destinations.push(destination);
}

export function deliver(work: Work, address: Mailbox, nextHop: NextHop, owner?: string): undefined {
  end(work, destinationOf(address, nextHop, owner));
}

/** A mailbox that no store may have is told at once: at delivery, it would stand in the way of all recipients. */
export function destinationOf(address: Mailbox, nextHop: NextHop, owner: string | undefined): Destination {
  const name = nextHop.transport === 'maildir' ? parseMailboxName(nextHop.destination) : undefined;
  if (name?.kind === 'malformed') return { kind: 'broken', address, why: name.why, temporary: false };
  return { kind: 'deliver', address, nextHop, owner };
}

export function broken(work: Work, address: Mailbox, why: string, temporary = false): undefined {
  end(work, { kind: 'broken', address, why, temporary });
}

export const noContext: LocalContext = {
  aliases: undefined,
  level: 0,
  from: undefined,
  source: undefined,
  owner: undefined,
  ownerAddress: undefined,
  trail: undefined,
  recipient: '',
};

/**
 * Where an address goes: virtual aliases, then the class of its domain, then aliases of local users, as Postfix's cleanup,
 * trivial-rewrite and local do it between them. A worklist, not a recursion: every address is expanded once, so that loops
 * end, duplicates go, and a list of 10,000 members costs 10,000 times one. What follows from the result is in conclude.ts.
 */

import type { MaybePromise } from '../../core/stage.js';
import { andThen, isThenable } from '../../core/stage-context.js';
import type { NextHop } from '../../core/transaction.js';
import { type AddressKey, nameKeys, transportKeys, userName, virtualKeys } from '../../tables/address-keys.js';
import type { Hit } from '../../tables/search.js';
import { foldedKey, type Mailbox, mailboxOf } from '../../values/address.js';
import type { Answer, CannotTell } from '../../values/answer.js';
import { parseDomain } from '../../values/domain.js';
import type { SourcePosition } from '../../values/errors.js';
import { type AliasMember, readAliasValue } from './alias-value.js';
import type { Compiled, TableName } from './options.js';
import { applyTransport, readTransportValue, type TransportValue } from './transport-value.js';

export type AddressClass = 'local' | 'virtual' | 'relay' | 'remote';

/** One end of the way. */
export type Destination =
  | { readonly kind: 'deliver'; readonly address: Mailbox; readonly nextHop: NextHop }
  | { readonly kind: 'unknown'; readonly address: Mailbox; readonly class: AddressClass }
  /** A right-hand side that cannot be followed. */
  | { readonly kind: 'broken'; readonly address: Mailbox; readonly why: string };

/** What a table said on the way. */
export interface RoutingStep {
  readonly table: TableName;
  readonly key: string;
  /** At most 200 characters. */
  readonly value: string;
  readonly source: SourcePosition | undefined;
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly destinations: readonly Destination[]; readonly steps: readonly RoutingStep[] }
  | { readonly kind: 'over-limit'; readonly why: string; readonly steps: readonly RoutingStep[] }
  | { readonly kind: 'cannot-tell'; readonly why: string; readonly steps: readonly RoutingStep[] };

/** Searches one of the tables; `undefined` where there is none of that name. */
export type Search = (table: TableName, keys: readonly string[]) => MaybePromise<Answer<Hit>> | undefined;

interface Task {
  readonly address: Mailbox;
  /** Virtual aliases on the way here. */
  readonly depth: number;
  readonly virtual: boolean;
  readonly local: boolean;
}

export function classOf({ domain }: Mailbox, compiled: Compiled): AddressClass {
  if (compiled.localDomains.has(domain)) return 'local';
  if (compiled.virtualDomains.has(domain)) return 'virtual';
  const { relayDomains } = compiled;
  return relayDomains.has(domain) || relayDomains.hasParentOf(domain) ? 'relay' : 'remote';
}

/** A promise only where a table gives one. */
export function resolve(start: Mailbox, compiled: Compiled, search: Search): MaybePromise<Resolution> {
  return new Resolver(compiled, search).run(start);
}

class Resolver {
  readonly #steps: RoutingStep[] = [];
  readonly #compiled: Compiled;
  readonly #search: Search;
  readonly #destinations: Destination[] = [];
  /** Last in, first out: members come in the order written, nested ones in the place of their list. */
  readonly #tasks: Task[] = [];
  readonly #expanded: Set<string> = new Set();
  readonly #delivered: Set<string> = new Set();
  #virtualCount = 0;
  #count = 0;
  #failed: CannotTell | undefined = undefined;

  constructor(compiled: Compiled, search: Search) {
    this.#compiled = compiled;
    this.#search = search;
  }

  run(start: Mailbox): MaybePromise<Resolution> {
    this.#tasks.push({ address: start, depth: 0, virtual: true, local: true });
    return this.#work();
  }

  #work(): MaybePromise<Resolution> {
    const { limits } = this.#compiled;
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      if (task.depth > limits.depth) return this.#overLimit(`virtual aliases nest more than ${limits.depth} deep`);
      const taken = this.#take(task);
      if (isThenable(taken)) return Promise.resolve(taken).then(() => this.#fault() ?? this.#work());
      const fault = this.#fault();
      if (fault !== undefined) return fault;
    }
    return { kind: 'resolved', destinations: this.#destinations, steps: this.#steps };
  }

  /** Why the work ends here, if it does. */
  #fault(): Resolution | undefined {
    const { limits } = this.#compiled;
    if (this.#failed !== undefined) return { kind: 'cannot-tell', why: this.#failed.why, steps: this.#steps };
    if (this.#virtualCount > limits.virtual) return this.#overLimit(`more than ${limits.virtual} virtual addresses`);
    return this.#count > limits.all ? this.#overLimit(`more than ${limits.all} addresses`) : undefined;
  }

  #overLimit(why: string): Resolution {
    return { kind: 'over-limit', why, steps: this.#steps };
  }

  #take(task: Task): MaybePromise<void> {
    const { address } = task;
    return andThen(task.virtual && this.#expandVirtual(task), (gone) => {
      if (gone) return;
      const addressClass = classOf(address, this.#compiled);
      return andThen(addressClass === 'local' && task.local && this.#expandLocal(address), (away) =>
        away ? undefined : this.#deliver(address, addressClass),
      );
    });
  }

  #deliver(address: Mailbox, addressClass: AddressClass): MaybePromise<void> {
    const known = addressClass !== 'local' || this.#isKnown(address);
    const byDefault = andThen(known, (isKnown) => (isKnown ? this.#default(address, addressClass) : undefined));
    return andThen(byDefault, (hop) => {
      if (hop === undefined) return this.#end({ kind: 'unknown', address, class: addressClass });
      return andThen(this.#override(address), (override) =>
        typeof override === 'string'
          ? this.#end({ kind: 'broken', address, why: override })
          : this.#end({ kind: 'deliver', address, nextHop: applyTransport(override, hop, domainText(address)) }),
      );
    });
  }

  #expandVirtual({ address, depth }: Task): MaybePromise<boolean> {
    if (this.#compiled.tables.virtualAliases === undefined) return false;
    const isOurs = this.#compiled.localDomains.has(address.domain);
    const keys = virtualKeys(address, isOurs, this.#compiled.keys);
    return andThen(this.#find('virtualAliases', keys.map(keyOf)), (hit) => {
      if (hit === undefined) return false;
      // An address seen before has led here: its members are on their way, and it is not expanded twice.
      if (this.#seen('virtual', address)) return true;
      const unmatched = keys[hit.index]?.unmatched ?? '';
      const members = readAliasValue(hit.entry.value, this.#compiled.origin).map((m) =>
        propagate(m, address, unmatched),
      );
      this.#virtualCount += members.length;
      this.#push(members, address, (member) => ({
        address: member,
        depth: depth + 1,
        virtual: foldedKey(member) !== foldedKey(address),
        local: true,
      }));
      return true;
    });
  }

  #expandLocal(address: Mailbox): MaybePromise<boolean> {
    if (this.#compiled.tables.aliases === undefined) return false;
    return andThen(this.#find('aliases', nameKeys(address, this.#compiled.keys)), (hit) => {
      if (hit === undefined) return false;
      if (this.#seen('local', address)) return true;
      const name = userName(address, this.#compiled.keys);
      this.#push(readAliasValue(hit.entry.value, this.#compiled.origin), address, (member, literal) => {
        const self = classOf(member, this.#compiled) === 'local' && userName(member, this.#compiled.keys) === name;
        return { address: member, depth: 0, virtual: !self && !literal, local: !self && !literal };
      });
      return true;
    });
  }

  #push(members: readonly AliasMember[], from: Mailbox, task: (address: Mailbox, literal: boolean) => Task): void {
    this.#count += members.length;
    const tasks: Task[] = [];
    for (const member of members) {
      if (member.kind === 'address') tasks.push(task(member.address, member.literal));
      else
        this.#end({ kind: 'broken', address: from, why: member.kind === 'fault' ? member.why : `@${member.domain}` });
    }
    for (const one of tasks.reverse()) this.#tasks.push(one);
  }

  /** Where it goes if `transport` says nothing; undefined for an address of a virtual domain that is none. */
  #default(address: Mailbox, addressClass: AddressClass): MaybePromise<NextHop | undefined> {
    const { relayTransport, defaultTransport, tables, mailboxOf, keys } = this.#compiled;
    const smtp: NextHop = { transport: 'smtp', destination: domainText(address) };
    if (addressClass === 'relay') return applyTransport(relayTransport, smtp, smtp.destination);
    if (addressClass === 'remote') return applyTransport(defaultTransport, smtp, smtp.destination);
    const maildir = (destination: string): NextHop => ({ transport: 'maildir', destination });
    if (tables.mailbox === undefined) {
      if (addressClass === 'virtual') return undefined;
      return maildir(mailboxOf?.(address) ?? userName(address, keys));
    }
    const asked = virtualKeys(address, addressClass === 'local', keys).map(keyOf);
    return andThen(this.#find('mailbox', asked), (hit) => {
      if (hit !== undefined) return maildir(hit.entry.value);
      return addressClass === 'local' ? maildir(userName(address, keys)) : undefined;
    });
  }

  #isKnown(address: Mailbox): MaybePromise<boolean> {
    if (this.#compiled.tables.localRecipients === undefined) return true;
    const keys = virtualKeys(address, true, this.#compiled.keys).map(keyOf);
    return andThen(this.#find('localRecipients', keys), (hit) => hit !== undefined);
  }

  /** What `transport` says; a text says why it cannot be followed. */
  #override(address: Mailbox): MaybePromise<TransportValue | string> {
    if (this.#compiled.tables.transport === undefined) return noOverride;
    return andThen(this.#find('transport', transportKeys(address, this.#compiled.keys)), (hit) => {
      if (hit === undefined) return noOverride;
      const read = readTransportValue(hit.entry.value);
      return read.kind === 'parsed' ? read.value : read.why;
    });
  }

  /** Once a table could not tell, nothing more is asked; what is made of it up to the end of the task is dropped. */
  #find(table: TableName, keys: readonly string[]): MaybePromise<Hit | undefined> {
    const asked = this.#failed === undefined ? this.#search(table, keys) : undefined;
    return asked === undefined ? undefined : andThen(asked, (answer) => this.#took(table, answer));
  }

  #took(table: TableName, answer: Answer<Hit>): Hit | undefined {
    if (answer.kind === 'cannot-tell') this.#failed = answer;
    if (answer.kind !== 'found') return undefined;
    const { key, entry } = answer.value;
    this.#steps.push({ table, key, value: entry.value.slice(0, 200), source: entry.source });
    return answer.value;
  }

  #seen(kind: string, address: Mailbox): boolean {
    const key = `${kind} ${foldedKey(address)}`;
    if (this.#expanded.has(key)) return true;
    this.#expanded.add(key);
    return false;
  }

  /** Each address once, as Postfix's duplicate filter has it: letter case ignored. */
  #end(destination: Destination): void {
    const key = `${destination.kind} ${foldedKey(destination.address)}`;
    if (this.#delivered.has(key)) return;
    this.#delivered.add(key);
    this.#destinations.push(destination);
  }
}

const noOverride: TransportValue = { transport: undefined, nextHop: undefined };

function keyOf({ key }: AddressKey): string {
  return key;
}

/** The unmatched extension goes with the address (propagate_unmatched_extensions); `@domain` keeps the local part. */
function propagate(member: AliasMember, from: Mailbox, unmatched: string): AliasMember {
  if (member.kind === 'same-user') {
    const domain = parseDomain(member.domain);
    return asMember(domain.kind === 'parsed' ? mailboxOf(from.localPart, domain.value) : domain);
  }
  if (member.kind === 'fault' || unmatched === '') return member;
  return asMember(mailboxOf(`${member.address.localPart}${unmatched}`, member.address.domain));
}

function asMember(address: ReturnType<typeof mailboxOf>): AliasMember {
  if (address.kind === 'parsed') return { kind: 'address', address: address.value, literal: false };
  return { kind: 'fault', code: 'bad-address', why: address.why };
}

function domainText({ domain }: Mailbox): string {
  return domain.kind === 'domain' ? domain.ascii : domain.text;
}

/**
 * Accounts as getent(1) shows them: databases passwd, group and, of glibc alone, initgroups. It says "not found" (exit
 * status 2) also when the source of the accounts is down, and lists what it has of an incomplete list as if it were
 * all: so a witness, an account that is always there, is asked for in the same breath.
 */
import type { PortCall } from '../../core/stage.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import type { Parsed } from '../../values/parsed.js';
import { Desk } from '../shared/desk.js';
import { type Ran, runGetent } from './getent.js';
import { type GroupEntry, type PasswdEntry, readGroup, readPasswd } from './lines.js';
import { isName, isNumeric, pick, sameName } from './names.js';
import type { GetentSettings } from './settings.js';
import type { AccountSource } from './source.js';
import { inTurns, type Steps } from './steps.js';

export function getentSource(settings: GetentSettings): AccountSource {
  const { timeout, processes: atOnce, waiting } = settings;
  const name = settings.prefix === '' ? 'posix getent' : `posix getent ${settings.prefix}`;
  const desk = new Desk({ name, timeout, atOnce, waiting });
  const ask = <T>(call: PortCall | undefined, work: (asking: Asking) => Promise<Answer<T>>): Promise<Answer<T>> =>
    desk.run(call, (signal) => work(new Asking(settings, name, signal)));
  return {
    name,
    user: (login, call) => ask(call, (asking) => asking.user(login)),
    group: (group, call) => ask(call, (asking) => asking.group(group)),
    groupsOf: (user, call) => ask(call, (asking) => asking.groupsOf(user)),
    membersOf: (group, call) => ask(call, (asking) => asking.membersOf(group)),
    close: () => desk.close(),
  };
}

/** Names in one command: of at most 256 octets each. */
const AT_ONCE = 250;

type Read<T> = (text: string, from: string, warn: GetentSettings['warn']) => Steps<readonly T[]>;

/** One question, which may take several runs. */
class Asking {
  readonly #settings: GetentSettings;
  readonly #name: string;
  readonly #signal: AbortSignal;
  readonly #witness: readonly string[];

  constructor(settings: GetentSettings, name: string, signal: AbortSignal) {
    this.#settings = settings;
    this.#name = name;
    this.#signal = signal;
    this.#witness = settings.witness === undefined ? [] : [settings.prefix + settings.witness];
  }

  async user(name: string): Promise<Answer<PasswdEntry>> {
    const entries = await this.#entries('passwd', [...spellings(name), ...this.#witness], readPasswd);
    if (entries.kind !== 'found') return entries;
    const picked = this.#picked(entries.value, name);
    if (picked.kind !== 'not-found') return picked;
    if (!this.#seesWitness(entries.value)) return this.#withoutWitness();
    return isNumeric(name) ? this.#listed(name) : picked;
  }

  /** It takes a number for an id, which says nothing of a name: such a one is looked for among all. */
  async #listed(name: string): Promise<Answer<PasswdEntry>> {
    const everybody = await this.#entries('passwd', [], readPasswd);
    if (everybody.kind !== 'found') return everybody;
    return this.#seesWitness(everybody.value) ? this.#picked(everybody.value, name) : this.#notAll();
  }

  async group(name: string): Promise<Answer<GroupEntry>> {
    const entries = await this.#entries('group', isNumeric(name) ? [] : spellings(name), readGroup);
    if (entries.kind !== 'found') return entries;
    const picked = this.#picked(entries.value, name);
    return picked.kind === 'not-found' ? this.#ifWitnessed(picked) : picked;
  }

  async groupsOf(name: string): Promise<Answer<readonly GroupEntry[]>> {
    const gids = await this.#gidsOf([name]);
    if (gids.kind !== 'found') return gids;
    // Behind the list: it is as short as the source was down.
    const user = await this.user(name);
    if (user.kind !== 'found') return user;
    const all = new Set([user.value.gid, ...(gids.value[0] ?? [])]);
    const groups = await this.#entries('group', [...all].map(String), readGroup);
    if (groups.kind !== 'found') return groups;
    const known = groups.value.filter(({ gid }) => all.has(gid));
    // An id without a name is no group, if only it is certain that it has none.
    return known.length < all.size ? this.#ifWitnessed(found(known)) : found(known);
  }

  async membersOf(id: string): Promise<Answer<readonly PasswdEntry[]>> {
    const group = await this.group(id);
    if (group.kind !== 'found') return group;
    const { gid, members } = group.value;
    if (this.#settings.members === 'listed') return this.#users(members);
    const everybody = await this.#entries('passwd', [], readPasswd);
    if (everybody.kind !== 'found') return everybody;
    return this.#seesWitness(everybody.value) ? this.#inGroup(firstOfEach(everybody.value), gid) : this.#notAll();
  }

  /** By the groups of each: winbind names no members of a group unless it is told to. */
  async #inGroup(users: readonly PasswdEntry[], gid: number): Promise<Answer<readonly PasswdEntry[]>> {
    const inside = users.filter((user) => user.gid === gid);
    const others = users.filter(({ gid: primary, name }) => primary !== gid && isName(name));
    for (let at = 0; at < others.length; at += AT_ONCE) {
      const part = others.slice(at, at + AT_ONCE);
      const gids = await this.#gidsOf(part.map(({ name }) => name));
      if (gids.kind !== 'found') return gids;
      inside.push(...part.filter((_, i) => gids.value[i]?.includes(gid)));
    }
    return this.#ifWitnessed(found(inside));
  }

  async #users(names: readonly string[]): Promise<Answer<readonly PasswdEntry[]>> {
    const wanted = names.filter(isName);
    if (wanted.some(isNumeric)) return this.#cannotTell('getent takes the name of a member for a user id', false);
    const all: PasswdEntry[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const part = wanted.slice(at, at + AT_ONCE);
      const entries = await this.#entries('passwd', [...part, ...this.#witness], readPasswd);
      if (entries.kind !== 'found') return entries;
      const known = part.flatMap((name) => entries.value.find((entry) => sameName(entry.name, name)) ?? []);
      if (known.length < part.length && !this.#seesWitness(entries.value)) return this.#withoutWitness();
      all.push(...known);
    }
    return found(firstOfEach(all));
  }

  /** Of each name a line `name gid gid`; the primary group may be missing. */
  async #gidsOf(names: readonly string[]): Promise<Answer<readonly (readonly number[])[]>> {
    const ran = await this.#run(['initgroups', ...names]);
    if (ran.kind === 'malformed') return this.#cannotTell(ran.why);
    const lines = ran.value.text.split('\n');
    const all: number[][] = [];
    for (const [at, name] of names.entries()) {
      // The name may have blanks.
      const ids = lines[at]?.startsWith(name) ? lines[at].slice(name.length).trim() : undefined;
      if (ids === undefined || !/^[\d ]*$/.test(ids)) return this.#cannotTell('getent initgroups: no list of groups');
      all.push(ids.split(' ').filter(Boolean).map(Number));
    }
    return found(all);
  }

  async #entries<T>(database: string, keys: readonly string[], read: Read<T>): Promise<Answer<readonly T[]>> {
    const ran = await this.#run([database, ...keys]);
    if (ran.kind === 'malformed') return this.#cannotTell(ran.why);
    return found(await inTurns(read(ran.value.text, `getent ${database}`, this.#settings.warn)));
  }

  #run(words: readonly string[]): Promise<Parsed<Ran>> {
    const { program, maxBytes } = this.#settings;
    return runGetent(program, words, maxBytes, this.#signal);
  }

  /** Only what has this name is an answer. */
  #picked<T extends { readonly name: string }>(entries: readonly T[], name: string): Answer<T> {
    const entry = pick(entries, name);
    if (entry === 'several') return this.#cannotTell('several accounts differ in letter case alone', false);
    return entry === undefined ? notFound() : found(entry);
  }

  #seesWitness(entries: readonly PasswdEntry[]): boolean {
    return this.#witness.every((witness) => entries.some(({ name }) => sameName(name, witness)));
  }

  async #ifWitnessed<T>(answer: Answer<T>): Promise<Answer<T>> {
    if (this.#witness.length === 0) return answer;
    const entries = await this.#entries('passwd', this.#witness, readPasswd);
    if (entries.kind !== 'found') return entries;
    return this.#seesWitness(entries.value) ? answer : this.#withoutWitness();
  }

  #notAll(): Answer<never> {
    return this.#cannotTell('getent lists not all accounts: the witness is not among them', false);
  }

  #withoutWitness(): Answer<never> {
    return this.#cannotTell('the witness is not found either');
  }

  #cannotTell(why: string, temporary = true): Answer<never> {
    return cannotTell(`${this.#name}: ${why}`, temporary);
  }
}

/** As it is given, and in lower case: files know the difference, winbind does not. */
function spellings(name: string): readonly string[] {
  return [...new Set([name, name.toLowerCase()])];
}

function firstOfEach(entries: readonly PasswdEntry[]): readonly PasswdEntry[] {
  const all = new Map<string, PasswdEntry>();
  for (const entry of entries) if (!all.has(entry.name)) all.set(entry.name, entry);
  return [...all.values()];
}

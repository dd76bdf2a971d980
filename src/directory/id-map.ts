/**
 * Numbers for accounts of Active Directory, which has none: uid = RID - base + low, within a range (idmap_rid(8),
 * smb.conf(5) idmap config). The same number on every host and after every restart, with nothing to keep. What lies
 * outside is refused, never wrapped around: two accounts with one number would read each other's mail.
 */
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { givenOptions } from '../values/given-options.js';
import { domainOfSid, parseSid, ridOf, sidBytes } from './sid.js';

export interface IdMapOptions {
  /** First and last number, both included: `[10000, 20000]`. Not below 1,000, where systems keep their own. */
  readonly range: readonly [low: number, high: number];
  /** Whose accounts are ours: `S-1-5-21-1-2-3`, which every account's SID begins with. Others get no number: two
   * domains have the same RIDs. `false`: of any domain, where the directory shows accounts of one alone. */
  readonly domainSid: string | false;
  /** The RID that gets the first number (base_rid). Default 0. */
  readonly baseRid?: number;
  /** Numbers of others on this host, within the range: none of ours may get one. Default none. */
  readonly taken?: Iterable<number>;
}

export interface IdMap {
  /** Not-found: the SID is of another domain. Could not tell, for good: it is no SID, its number is outside of the
   * range, or somebody else's. SIDs are compared as what they mean, not as they are spelt. */
  idOf(sid: string): Answer<number>;
  /** Of our domain: `513` are the Domain Users. */
  idOfRid(rid: number): Answer<number>;
  /** The RID of a number; undefined outside of the range. */
  ridOf(id: number): number | undefined;
  /** In the range, and not one of `taken`. */
  isFree(id: number): boolean;
  /** Many at once, when a server starts or a check runs: the numbers, and every SID that gets none, with why:
   * `out-of-range`, `collision` (`construct` is the SID), `bad-sid`, `other-domain`. Who collides gets no number,
   * the first one neither. */
  mapAll(sids: Iterable<string>): { readonly ids: ReadonlyMap<string, number>; readonly problems: readonly Problem[] };
}

const LEAST = 1000;
/** -1 means "no change" to chown(2), -2 is often nobody. */
const MOST = 2 ** 32 - 3;
const NAMES = ['range', 'domainSid', 'baseRid', 'taken'];

/** Throws ConfigurationError `options` (`bad-option`, `no-such-option`) with all that is wrong. */
export function idMap(options: IdMapOptions): IdMap {
  const { low, high, baseRid, ours, taken } = settingsOf(options);

  function mapRid(rid: number): Mapped {
    const id = rid - baseRid + low;
    if (!isWhole(id, low, high))
      return { kind: 'fault', code: 'out-of-range', why: `RID ${rid} is ${id}, outside of ${low}-${high}` };
    if (taken.has(id)) return { kind: 'fault', code: 'collision', why: `${id} is taken on this host` };
    return { kind: 'id', id };
  }

  function map(sid: string): Mapped {
    const rid = ridOf(sid);
    if (rid === undefined) return { kind: 'fault', code: 'bad-sid', why: 'it is no SID' };
    if (ours !== false && domainOfSid(canonical(sid)) !== ours)
      return { kind: 'fault', code: 'other-domain', why: 'the SID is of another domain' };
    return mapRid(rid);
  }

  return {
    idOf: (sid) => answerOf(map(sid)),
    idOfRid: (rid) => answerOf(mapRid(rid)),
    ridOf: (id) => (isWhole(id, low, high) ? id - low + baseRid : undefined),
    isFree: (id) => isWhole(id, low, high) && !taken.has(id),
    mapAll: (sids) => mapAll(sids, map),
  };
}

interface Settings {
  readonly low: number;
  readonly high: number;
  readonly baseRid: number;
  /** As `parseSid` writes it. */
  readonly ours: string | false;
  readonly taken: ReadonlySet<number>;
}

function settingsOf(options: IdMapOptions): Settings {
  const problems: Problem[] = [];
  const { range, baseRid = 0, domainSid, taken = [] } = givenOptions('idMap', options, NAMES, problems);
  const [low = 0, high = 0, more] = Array.isArray(range) ? (range as readonly number[]) : [];
  if (!isWhole(low, LEAST, MOST) || !isWhole(high, LEAST, MOST) || low > high || more !== undefined)
    problems.push(problem('range', `is two whole numbers from ${LEAST} to ${MOST}, the lower one first`));
  const ours = domainSid === false ? false : domainIn(domainSid);
  if (ours === undefined) problems.push(problem('domainSid', 'is the SID of a domain, S-1-5-21-1-2-3, or false'));
  if (!isWhole(baseRid, 0, 2 ** 32 - 1)) problems.push(problem('baseRid', 'is a whole number of 32 bits'));
  const numbers = isList(taken) ? new Set<number>(taken) : undefined;
  if (numbers === undefined || [...numbers].some((one) => !isWhole(one, 0, 2 ** 32 - 1)))
    problems.push(problem('taken', 'is a list of whole numbers'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { low, high, baseRid, ours: ours ?? false, taken: numbers ?? new Set() };
}

/** MS-DTYP section 2.4.2.4: a domain has the authority 5, 21, and three numbers of its own. */
function domainIn(text: unknown): string | undefined {
  // A domain is written without a RID: one is added, so that the same reader will do.
  const domain = typeof text === 'string' ? domainOfSid(canonical(`${text}-0`)) : undefined;
  return domain !== undefined && /^S-1-5-21(?:-\d+){3}$/.test(domain) ? domain : undefined;
}

/** One spelling for all of a SID's: letter case, zeros in front, an authority in hexadecimal. */
function canonical(sid: string): string {
  const bytes = sidBytes(sid);
  const text = bytes.kind === 'parsed' ? parseSid(bytes.value) : bytes;
  return text.kind === 'parsed' ? text.value : sid;
}

type Mapped =
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'fault'; readonly code: string; readonly why: string };

function answerOf(mapped: Mapped): Answer<number> {
  if (mapped.kind === 'id') return found(mapped.id);
  return mapped.code === 'other-domain' ? notFound(mapped.why) : cannotTell(mapped.why, false);
}

function mapAll(sids: Iterable<string>, map: (sid: string) => Mapped): ReturnType<IdMap['mapAll']> {
  const problems: Problem[] = [];
  /** The accounts of each number, with the spellings of each. */
  const byId = new Map<number, Map<string, string[]>>();
  for (const sid of new Set(sids)) {
    const mapped = map(sid);
    if (mapped.kind === 'fault') {
      problems.push({ code: mapped.code, message: mapped.why, construct: sid });
      continue;
    }
    const accounts = byId.get(mapped.id) ?? new Map<string, string[]>();
    byId.set(mapped.id, accounts);
    const account = canonical(sid);
    accounts.set(account, [...(accounts.get(account) ?? []), sid]);
  }
  const ids = new Map<string, number>();
  for (const [id, accounts] of byId) {
    for (const construct of [...accounts.values()].flat()) {
      if (accounts.size === 1) ids.set(construct, id);
      else problems.push({ code: 'collision', message: `${accounts.size} accounts would get ${id}`, construct });
    }
  }
  return { ids, problems };
}

function isList(value: unknown): value is Iterable<number> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function problem(option: string, what: string): Problem {
  return { code: 'bad-option', message: `idMap: ${option} ${what}`, construct: option };
}

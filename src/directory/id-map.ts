/**
 * Numbers for accounts of Active Directory, which has none: uid = RID - base + low, within a range (idmap_rid(8),
 * smb.conf(5) idmap config). The same number on every host and after every restart, with nothing to keep. What lies
 * outside is refused, never wrapped around: two accounts with one number would read each other's mail.
 */
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { domainOfSid, ridOf } from './sid.js';

export interface IdMapOptions {
  /** First and last number, both included: `[10000, 20000]`. Not below 1,000, where systems keep their own. */
  readonly range: readonly [low: number, high: number];
  /** The RID that gets the first number (base_rid). Default 0. */
  readonly baseRid?: number;
  /** `S-1-5-21-1-2-3`: accounts of other domains are not ours. Default: of any, and then two may have one RID. */
  readonly domainSid?: string;
  /** Numbers of others on this host, within the range: none of ours may get one. Default none. */
  readonly taken?: Iterable<number>;
}

export interface IdMap {
  /** Not-found: the SID is of another domain. Could not tell, for good: it is no SID, its number is outside of the
   * range, or somebody else's. */
  idOf(sid: string): Answer<number>;
  /** The RID of a number; undefined outside of the range. */
  ridOf(id: number): number | undefined;
  /** Many at once, when a server starts or a check runs: the numbers, and every SID that gets none, with why:
   * `out-of-range`, `collision` (`construct` is the SID), `bad-sid`, `other-domain`. Who collides gets no number,
   * the first one neither. */
  mapAll(sids: Iterable<string>): { readonly ids: ReadonlyMap<string, number>; readonly problems: readonly Problem[] };
}

const LEAST = 1000;
/** -1 means "no change" to chown(2), -2 is often nobody. */
const MOST = 2 ** 32 - 3;

/** Throws ConfigurationError `options` (`bad-option`) with all that is wrong. */
export function idMap(options: IdMapOptions): IdMap {
  const { range, baseRid = 0, domainSid } = options;
  const [low, high] = range;
  // A domain is written without a RID: one is added, so that the same reader will do.
  const ours = domainSid === undefined ? undefined : domainOfSid(`${domainSid}-0`)?.toUpperCase();
  const problems: Problem[] = [];
  if (!isWhole(low, LEAST, MOST) || !isWhole(high, LEAST, MOST) || low > high)
    problems.push(problem('range', `is two whole numbers from ${LEAST} to ${MOST}, the lower one first`));
  if (!isWhole(baseRid, 0, 2 ** 32 - 1)) problems.push(problem('baseRid', 'is a whole number of 32 bits'));
  if (domainSid !== undefined && ours === undefined)
    problems.push(problem('domainSid', 'is a SID such as S-1-5-21-1-2-3'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const taken = new Set(options.taken ?? []);

  function map(sid: string): Mapped {
    const rid = ridOf(sid);
    if (rid === undefined) return { kind: 'fault', code: 'bad-sid', why: 'it is no SID' };
    if (ours !== undefined && domainOfSid(sid)?.toUpperCase() !== ours)
      return { kind: 'fault', code: 'other-domain', why: 'the SID is of another domain' };
    const id = rid - baseRid + low;
    if (id < low || id > high)
      return { kind: 'fault', code: 'out-of-range', why: `RID ${rid} is ${id}, outside of ${low}-${high}` };
    if (taken.has(id)) return { kind: 'fault', code: 'collision', why: `${id} is taken on this host` };
    return { kind: 'id', id };
  }

  return {
    idOf: (sid) => {
      const mapped = map(sid);
      if (mapped.kind === 'id') return found(mapped.id);
      return mapped.code === 'other-domain' ? notFound(mapped.why) : cannotTell(mapped.why, false);
    },
    ridOf: (id) => (isWhole(id, low, high) ? id - low + baseRid : undefined),
    mapAll: (sids) => mapAll(sids, map),
  };
}

type Mapped =
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'fault'; readonly code: string; readonly why: string };

function mapAll(sids: Iterable<string>, map: (sid: string) => Mapped): ReturnType<IdMap['mapAll']> {
  const problems: Problem[] = [];
  const byId = new Map<number, string[]>();
  for (const sid of new Set(sids)) {
    const mapped = map(sid);
    if (mapped.kind === 'fault') problems.push({ code: mapped.code, message: mapped.why, construct: sid });
    else byId.set(mapped.id, [...(byId.get(mapped.id) ?? []), sid]);
  }
  const ids = new Map<string, number>();
  for (const [id, [first = '', ...others]] of byId) {
    if (others.length === 0) ids.set(first, id);
    else
      for (const construct of [first, ...others])
        problems.push({ code: 'collision', message: `${others.length + 1} accounts would get ${id}`, construct });
  }
  return { ids, problems };
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function problem(option: string, what: string): Problem {
  return { code: 'bad-option', message: `${option} ${what}`, construct: option };
}

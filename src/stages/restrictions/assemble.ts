/**
 * What both stages do when they are built: gather what is wrong with all restrictions, and what they ask. Every problem comes in
 * one ConfigurationError (code `restrictions`).
 */

import { type ReadAction, readAction } from '../../tables/access-action.js';
import { knownEntries } from '../../tables/memory-table.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { Ports } from './ports.js';
import type { Asked, Need, Restriction } from './restriction.js';
import { compileSettings, type Known, type RestrictionSettings } from './settings.js';
import { restrictionsOf } from './words.js';

export interface Assembled {
  readonly known: Known;
  /** Of one stage; `unlisted`: it asks whether addresses exist without any restriction that says so. */
  readonly portsOf: (list: readonly Restriction[], unlisted: boolean) => Ports;
  /** Effects of access tables that may come: FILTER, PREPEND, BCC, HOLD, REDIRECT. */
  readonly effects: ReadonlySet<string>;
}

/** Elements of all lists, classes unfolded once each. */
const ELEMENT_LIMIT = 100_000;
const effectKinds: readonly string[] = ['filter', 'prepend', 'bcc', 'hold', 'redirect'];

export function assemble(lists: Iterable<Restriction>, settings: RestrictionSettings): Assembled {
  const problems: Problem[] = [];
  const compiled = compileSettings(settings, problems);
  const known: Known = { ...compiled, named: (text) => restrictionsOf(text, compiled.classes) };
  const classes = [...known.classes.values()].flat();
  const found: Found = { all: new Set(), earnest: new Set(), warning: new Set(), problems };
  gather([...lists, ...classes], found, 'earnest');
  const effects = new Set<string>();
  const named = new Map<Restriction, readonly Restriction[]>();
  for (const one of found.all) {
    for (const problem of one.problems) problems.push(problem);
    for (const asked of one.asked) {
      if (isOpen(asked)) for (const kind of effectKinds) effects.add(kind);
      else if (asked.kind === 'table') {
        const more = tableRestrictions(one, asked.table, known, effects, problems);
        named.set(one, more);
        gather(more, found, 'earnest');
      }
    }
  }
  checkNeeds(found.all, settings, problems);
  if (problems.length > 0) throw new ConfigurationError('restrictions', problems);
  return { known, effects, portsOf: (list, unlisted) => portsOf(list, unlisted, known, named) };
}

/** True for what may answer anything, names of restrictions too. */
function isOpen(asked: Asked): boolean {
  return asked.kind === 'service' || (asked.access && knownEntries(asked.table) === undefined);
}

function portsOf(
  list: readonly Restriction[],
  unlisted: boolean,
  known: Known,
  named: ReadonlyMap<Restriction, readonly Restriction[]>,
): Ports {
  const classes = [...known.classes.values()].flat();
  const found: Found = { all: new Set(), earnest: new Set(), warning: new Set(), problems: [] };
  gather(list, found, 'earnest');
  let open = false;
  for (const one of found.all) {
    gather(named.get(one) ?? [], found, 'earnest');
    if (!one.asked.some(isOpen)) continue;
    open = true;
    gather(classes, found, 'earnest');
  }
  // What only warns may be sent on to a class by its table.
  if ([...found.warning].some(({ asked }) => asked.length > 0)) gather(classes, found, 'warning');
  const needs = new Set<Need>([...found.all].flatMap((one) => one.needs));
  if (unlisted) needs.add('recipients');
  const ports = new Ports();
  const resolves = open || [...found.all].some((one) => one.resolves);
  ports.addKnown(known, (need) => open || needs.has(need), resolves);
  ports.addAll(found.earnest, false);
  ports.addAll(found.warning, true);
  return ports;
}

interface Found {
  readonly all: Set<Restriction>;
  readonly earnest: Set<Restriction>;
  /** What stands behind warn_if_reject. */
  readonly warning: Set<Restriction>;
  readonly problems: Problem[];
}

/** A set in growth is gone through once, also what is added on the way. */
function gather(list: readonly Restriction[], { all, problems, ...sets }: Found, kind: 'earnest' | 'warning'): void {
  const waiting = list.map((one) => ({ one, kind }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { one } = next;
    const here = sets[next.kind];
    if (here.has(one)) continue;
    if (here.size >= ELEMENT_LIMIT) {
      problems.push({ code: 'too-many-restrictions', message: `at most ${ELEMENT_LIMIT} restrictions are taken` });
      return;
    }
    here.add(one);
    all.add(one);
    const below = one.form === 'warn' ? 'warning' : next.kind;
    for (const inner of one.inner) waiting.push({ one: inner, kind: below });
  }
}

/** Checks the right-hand sides that are known, and gives the restrictions that they name. */
function tableRestrictions(
  one: Restriction,
  table: Parameters<typeof knownEntries>[0],
  known: Known,
  effects: Set<string>,
  problems: Problem[],
): readonly Restriction[] {
  const entries = knownEntries(table);
  if (entries === undefined) {
    for (const kind of effectKinds) effects.add(kind);
    return [];
  }
  const named: Restriction[] = [];
  const seen = new Map<string, ReadAction>();
  for (const { value, source } of entries) {
    const before = seen.get(value);
    const read = before ?? readAction(value);
    seen.set(value, read);
    const place = { source: source ?? one.source ?? { file: table.name }, construct: value };
    if (read.kind === 'fault') problems.push({ code: read.code, message: read.message, ...place });
    else if (read.action.kind === 'restrictions' && before === undefined) {
      const words = known.named(read.action.text);
      for (const { code, message, construct } of words.problems) {
        problems.push({ code, message, ...place, construct: construct ?? value });
      }
      named.push(...words.restrictions);
    } else if (read.kind === 'action') effects.add(read.action.kind);
  }
  return named;
}

const missing: Readonly<Record<Need, string>> = {
  resolver: 'the DNS: give `resolver`',
  networks: 'our networks: give `networks`',
  destinations: 'our domains: give `destinations`',
  recipients: 'to know which addresses exist: give `recipients`',
  senderLogins: 'the owners of addresses: give `senderLogins`',
  ownAddresses: 'our own addresses: give `ownAddresses`',
  clientCertificates: 'the fingerprints that may relay: give `clientCertificates`',
};

function checkNeeds(all: Iterable<Restriction>, settings: RestrictionSettings, problems: Problem[]): void {
  for (const { needs, text, source, form } of all) {
    if (form !== 'plain') continue;
    for (const need of needs) {
      if (settings[need] !== undefined) continue;
      const problem = { code: `missing-${need}`, message: `the restriction needs ${missing[need]}`, construct: text };
      problems.push(source === undefined ? problem : { ...problem, source });
    }
  }
}

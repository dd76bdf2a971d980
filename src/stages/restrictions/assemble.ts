/**
 * What both stages do when they are built: gather what is wrong with all restrictions, and what they ask. Every problem comes in
 * one ConfigurationError (code `restrictions`).
 */

import { type ReadAction, readAction } from '../../tables/access-action.js';
import { knownEntries } from '../../tables/memory-table.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { Ports } from './ports.js';
import type { Need, Restriction } from './restriction.js';
import { compileSettings, type Known, type RestrictionSettings } from './settings.js';
import { restrictionsOf } from './words.js';

export interface Assembled {
  readonly known: Known;
  readonly ports: Ports;
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
  const all = new Set<Restriction>();
  const effects = new Set<string>();
  gather([...lists, ...[...known.classes.values()].flat()], all, problems);
  for (const one of all) {
    for (const problem of one.problems) problems.push(problem);
    for (const asked of one.asked) {
      if (asked.kind === 'service') for (const kind of effectKinds) effects.add(kind);
      else if (asked.access) gather(tableRestrictions(one, asked.table, known, effects, problems), all, problems);
    }
  }
  checkNeeds(all, settings, problems);
  if (problems.length > 0) throw new ConfigurationError('restrictions', problems);
  const ports = new Ports();
  ports.addKnown(known, settings.resolver !== undefined);
  ports.addAll(all);
  return { known, ports, effects };
}

/** A set in growth is gone through once, also what is added on the way. */
function gather(list: readonly Restriction[], all: Set<Restriction>, problems: Problem[]): void {
  const waiting = [...list];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (all.has(one)) continue;
    if (all.size >= ELEMENT_LIMIT) {
      problems.push({ code: 'too-many-restrictions', message: `at most ${ELEMENT_LIMIT} restrictions are taken` });
      return;
    }
    all.add(one);
    for (const inner of one.inner) waiting.push(inner);
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

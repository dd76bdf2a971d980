/** How far two opinions of the same messages agree, rule by rule. */
import type { Opinion } from './spam-assassin.js';

export interface Claims {
  /** Rules that are not supported, each with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Meta rules that depend on one of them, however far away. */
  readonly dependent: ReadonlySet<string>;
}

export interface Disagreement {
  readonly rule: string;
  /** Who alone has a hit. */
  readonly side: 'SpamAssassin' | 'Postern';
  /** Names of messages. */
  readonly messages: string[];
}

export interface Share {
  equal: number;
  all: number;
}

export interface Parity {
  messages: number;
  /** (message, rule) pairs of rules that give points, and of sub-rules. */
  readonly hits: Share;
  readonly subRules: Share;
  /** Messages whose points are within 0.1, and those on the same side of the threshold. */
  readonly scores: Share;
  readonly verdicts: Share;
  /** Hits of SpamAssassin for rules that are not claimed. */
  skippedHits: number;
  dependentHits: number;
  /** By rule. */
  readonly skippedRules: Map<string, number>;
  /** Of SpamAssassin, each once. */
  readonly rulesHit: Set<string>;
  readonly subRulesHit: Set<string>;
  /** By `rule side`. */
  readonly disagreements: Map<string, Disagreement>;
  /** Rules of the same name that gave other points. */
  readonly otherPoints: Map<string, string>;
}

const noShare = (): Share => ({ equal: 0, all: 0 });

export const noParity = (): Parity => ({
  messages: 0,
  hits: noShare(),
  subRules: noShare(),
  scores: noShare(),
  verdicts: noShare(),
  skippedHits: 0,
  dependentHits: 0,
  skippedRules: new Map(),
  rulesHit: new Set(),
  subRulesHit: new Set(),
  disagreements: new Map(),
  otherPoints: new Map(),
});

/** Adds one message to `parity`. */
export function compareOpinions(parity: Parity, message: string, theirs: Opinion, ours: Opinion, claims: Claims): void {
  parity.messages += 1;
  const dealWith = (share: Share, a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): void => {
    for (const rule of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const isSkipped = claims.skipped.has(rule);
      if (isSkipped || claims.dependent.has(rule)) {
        if (isSkipped) skip(parity, rule);
        else parity.dependentHits += 1;
        continue;
      }
      const equal = a[rule] !== undefined && b[rule] !== undefined;
      add(share, equal);
      if (!equal) disagree(parity, rule, a[rule] === undefined ? 'Postern' : 'SpamAssassin', message);
    }
  };
  dealWith(parity.hits, theirs.hits, ours.hits);
  dealWith(parity.subRules, theirs.sub, ours.sub);
  for (const rule of Object.keys(theirs.hits)) parity.rulesHit.add(rule);
  for (const rule of Object.keys(theirs.sub)) parity.subRulesHit.add(rule);
  add(parity.scores, Math.abs(theirs.score - ours.score) <= 0.1 + 1e-9);
  add(parity.verdicts, theirs.score >= theirs.required === ours.score >= theirs.required);
  notePoints(parity, theirs, ours);
}

function notePoints({ otherPoints }: Parity, theirs: Opinion, ours: Opinion): void {
  for (const [rule, points] of Object.entries(theirs.hits)) {
    const own = ours.hits[rule];
    if (own !== undefined && Math.abs(own - points) > 0.0011) otherPoints.set(rule, `${points} and ${own}`);
  }
}

function add(share: Share, equal: boolean): void {
  share.all += 1;
  if (equal) share.equal += 1;
}

function skip(parity: Parity, rule: string): void {
  parity.skippedHits += 1;
  parity.skippedRules.set(rule, (parity.skippedRules.get(rule) ?? 0) + 1);
}

function disagree({ disagreements }: Parity, rule: string, side: Disagreement['side'], message: string): void {
  const key = `${rule} ${side}`;
  const one = disagreements.get(key) ?? { rule, side, messages: [] };
  one.messages.push(message);
  disagreements.set(key, one);
}

export const percent = ({ equal, all }: Share): number => (all === 0 ? 100 : (100 * equal) / all);

/** The figures, and the rules with most disagreements first. */
export function reportOf(parity: Parity, title: string, claims: Claims, most = 40): string {
  const figure = (name: string, share: Share): string =>
    `  ${name.padEnd(38)} ${percent(share).toFixed(2).padStart(6)} %  (${share.equal} of ${share.all})`;
  const worst = [...parity.disagreements.values()].sort((a, b) => b.messages.length - a.messages.length);
  return [
    `${title}: ${parity.messages} messages; ${parity.rulesHit.size} rules and ${parity.subRulesHit.size} sub-rules hit`,
    figure('equal hits of rules', parity.hits),
    figure('equal hits of sub-rules', parity.subRules),
    figure('scores within 0.1', parity.scores),
    figure('same side of the threshold', parity.verdicts),
    `  not claimed: ${parity.skippedHits} hits of rules that are not supported (${claims.skipped.size} rules), ${parity.dependentHits} of those that depend on them`,
    ...[...parity.skippedRules]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([rule, count]) => `  ${String(count).padStart(5)}  ${rule} not supported: ${claims.skipped.get(rule)}`),
    ...(parity.otherPoints.size > 0
      ? [
          `  other points: ${[...parity.otherPoints]
            .map(([rule, text]) => `${rule} ${text}`)
            .slice(0, 10)
            .join('; ')}`,
        ]
      : []),
    ...worst
      .slice(0, most)
      .map(
        ({ rule, side, messages }) =>
          `  ${String(messages.length).padStart(5)}  ${rule} only ${side}: ${messages.slice(0, 3).join(' ')}`,
      ),
    ...(worst.length > most ? [`  and ${worst.length - most} more`] : []),
  ].join('\n');
}

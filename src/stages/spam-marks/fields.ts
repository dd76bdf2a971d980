/**
 * The fields that tell readers behind us of the points, as SpamAssassin writes them (Mail::SpamAssassin::Conf(3), "add_header"):
 * X-Spam-Flag for spam alone, -Status with the rules hit, folded behind commas, -Level as at most 50 stars; -Score as amavisd has it.
 * A message that nobody could judge is `Unknown`, never `No`; one that was not looked at whole, or for which some list gave no answer,
 * has `incomplete=yes`.
 */
import type { SpamFinding, SpamHit } from '../../findings/spam.js';
import type { HeaderField } from '../../values/header.js';
import { makeField } from '../../values/make-field.js';
import type { SpamField } from './options.js';

export interface Marks {
  readonly finding: SpamFinding;
  readonly required: number;
  readonly fields: readonly SpamField[];
  readonly points: boolean;
}

/** Whether the points make it spam; false where they say nothing. */
export function isSpam({ result, score }: SpamFinding, required: number): boolean {
  return result === 'scored' && score >= required;
}

/** In the order in which they stand. */
export function spamFieldsFor(marks: Marks): readonly HeaderField[] {
  const { finding, required, fields } = marks;
  const scored = finding.result === 'scored';
  const made: Readonly<Record<SpamField, () => HeaderField | undefined>> = {
    flag: () => (isSpam(finding, required) ? makeField('X-Spam-Flag', 'YES') : undefined),
    score: () => (scored ? makeField('X-Spam-Score', shown(finding.score)) : undefined),
    level: () => (scored ? makeField('X-Spam-Level', '*'.repeat(starsFor(finding.score))) : undefined),
    status: () => makeField('X-Spam-Status', statusText(marks)),
  };
  const order: readonly SpamField[] = ['flag', 'score', 'level', 'status'];
  return order.flatMap((name) => (fields.includes(name) ? (made[name]() ?? []) : []));
}

const STARS = 50;

function starsFor(score: number): number {
  return Math.min(STARS, Math.max(0, Math.trunc(score)));
}

/** At least one digit behind the point, at most three. */
export function shown(points: number): string {
  const rounded = Math.round(points * 1000) / 1000;
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded);
}

function statusText({ finding, required, points }: Marks): string {
  if (finding.result === 'cannot-tell') return `Unknown, required=${shown(required)}`;
  const verdict = isSpam(finding, required) ? 'Yes' : 'No';
  const start = `${verdict}, score=${shown(finding.score)} required=${shown(required)} tests=`;
  const tests = testsText(finding.hits, points, 'X-Spam-Status: '.length + start.length);
  return finding.incomplete.length === 0 ? start + tests : `${start}${tests} incomplete=yes`;
}

/** For the log: what statistics are drawn from. */
export function summaryOf(finding: SpamFinding, required: number): string {
  const { hits, incomplete, score, result } = finding;
  if (result === 'cannot-tell') return `spam: unknown, required=${shown(required)}`;
  const verdict = isSpam(finding, required) ? 'yes' : 'no';
  const named = [...hits].sort((a, b) => Math.abs(b.score ?? 0) - Math.abs(a.score ?? 0)).slice(0, SUMMARY_HITS);
  const tests = named.map(({ name, score: own }) => `${safe(name)}=${own === undefined ? '?' : shown(own)}`);
  const more = hits.length > named.length ? ',...' : '';
  const part = incomplete.length === 0 ? '' : ' incomplete=yes';
  return `spam: ${verdict}, score=${shown(score)} required=${shown(required)} tests=${tests.join(',') || 'none'}${more}${part}`;
}

const SUMMARY_HITS = 20;

/** Rules that are named; a scorer outside may tell any number. */
const HITS = 500;
const LINE = 76;

/** A fold, a tab, may stand behind any comma, as SpamAssassin has it; `column` is where the text begins. */
function testsText(hits: readonly SpamHit[], points: boolean, column: number): string {
  if (hits.length === 0) return points ? '[none]' : 'none';
  const words = hits
    .slice(0, HITS)
    .map(({ name, score }) => (points && score !== undefined ? `${safe(name)}=${shown(score)}` : safe(name)));
  if (hits.length > HITS) words.push('...');
  let out = points ? '[' : '';
  let at = column + out.length;
  for (const [index, word] of words.entries()) {
    const piece = index < words.length - 1 ? `${word},` : points ? `${word}]` : word;
    if (index > 0 && at + piece.length > LINE) {
      out += '\t';
      at = 1;
    }
    out += piece;
    at += piece.length;
  }
  return out;
}

/** Names of a scorer outside are foreign text. */
function safe(name: string): string {
  return name.slice(0, 100).replace(/[^!#-+\--<>-Z^-~]/g, '?');
}

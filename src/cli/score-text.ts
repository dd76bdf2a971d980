/**
 * What `postern score` prints: a message and its rules, or the rules that are not run.
 */
import type { CompiledRules } from '../stages/spam/score/compile.js';
import type { SpamScore } from '../stages/spam/score/score.js';
import { decodeText, encodeLatin1 } from '../values/bytes.js';
import { printable, safeJson } from './printable.js';

/** The message first, then a rule a line: points, name, description. */
export function scoreText(file: string, scored: SpamScore, all: boolean): string {
  const { score, required, hits, subRules, incomplete } = scored;
  const word = score >= required ? 'spam' : 'not spam';
  const lines = [
    `${file}: ${score} of ${required}, ${word}`,
    ...hits.map(({ name, score: points, description }) => {
      const text = description === undefined ? '' : `  ${described(description)}`;
      return `  ${String(points ?? 0).padStart(7)}  ${name}${text}`;
    }),
    ...(all ? subRules.map((name) => `  ${'-'.padStart(7)}  ${name}`) : []),
    ...incomplete.map((what) => `  not looked at: ${what}`),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

export function scoreLine(file: string, scored: SpamScore, all: boolean): string {
  const { score, required, hits, subRules, incomplete } = scored;
  const data = {
    file,
    score,
    required,
    spam: score >= required,
    hits: hits.map(({ name, score: points, description }) => {
      return { name, score: points ?? null, description: description === undefined ? null : described(description) };
    }),
    ...(all ? { subRules } : {}),
    incomplete,
  };
  return `${safeJson(data)}\n`;
}

/** Rule files are UTF-8 where they are not Latin-1. */
function described(description: string): string {
  return decodeText(encodeLatin1(description));
}

/** `NAME (points): why: file:line`, then those that rest on them. */
export function skippedText({ skipped, affected, off, slots, metas }: CompiledRules): string {
  const lines = [
    ...skipped.map(({ name, score, why, source }) => {
      const points = score === 0 ? '' : ` (${score})`;
      return `${name}${points}: ${why}: ${source.file}:${source.line ?? 1}`;
    }),
    ...affected.map(({ name, by }) => `${name}: is run as if these had not hit: ${by.join(', ')}`),
    `${slots.length} rules, ${metas.length} of them meta rules; ${skipped.length} skipped, ${affected.length} rest on one of these, ${off.length} need the DNS`,
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

export function skippedJson({ skipped, affected, off }: CompiledRules): string {
  return `${safeJson({ skipped, affected, off })}\n`;
}

/**
 * What `postern score` prints: a message and its rules, or the rules that are not run.
 */

import type { SpamRules } from '../stages/spam/rules/spam-rules.js';
import type { CompiledRules } from '../stages/spam/score/compile.js';
import type { SpamScore } from '../stages/spam/score/score.js';
import type { SkippedRule } from '../stages/spam/score/slot.js';
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

/** How many rules cannot be run, for whoever has not asked for them. */
export function skippedNote(skipped: readonly SkippedRule[]): string | undefined {
  if (skipped.length === 0) return undefined;
  const largest = skipped.reduce((most, { score }) => (Math.abs(score) > Math.abs(most) ? score : most), 0);
  const rules = skipped.length === 1 ? '1 rule' : `${skipped.length} rules`;
  const worth = largest === 0 ? 'none worth points' : `the largest worth ${largest}`;
  return `${rules} cannot be run here, ${worth}: postern score --skipped`;
}

/** Where a folder is wrong, or its .pre files are missing. */
export function pluginNote({ plugins, passedOver }: SpamRules): string | undefined {
  const isLoaded = plugins.size > 0 || passedOver.some(({ kind }) => kind === 'plugin');
  return isLoaded ? undefined : 'no loadplugin line in these files: rules of plugins are passed over';
}

/** `NAME (points): why: file:line`, then those that rest on them. */
export function skippedText({ skipped, affected, off, slots, metas, source: rules }: CompiledRules): string {
  const note = pluginNote(rules);
  const lines = [
    ...skipped.map(({ name, score, why, source }) => {
      const points = score === 0 ? '' : ` (${score})`;
      return `${name}${points}: ${why}: ${source.file}:${source.line ?? 1}`;
    }),
    ...affected.map(({ name, by }) => `${name}: is run as if these had not hit: ${by.join(', ')}`),
    ...rules.notLoaded.map(
      ({ plugin, rules: names }) => `${plugin} is not loaded: ${names.length} rules are passed over`,
    ),
    ...(note === undefined ? [] : [note]),
    `${slots.length} rules, ${metas.length} of them meta rules; ${skipped.length} skipped, ${affected.length} rest on one of these, ${off.length} need the DNS`,
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

export function skippedJson({ skipped, affected, off, source }: CompiledRules): string {
  return `${safeJson({ skipped, affected, off, notLoaded: source.notLoaded })}\n`;
}

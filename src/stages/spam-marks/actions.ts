/** What is done above the further thresholds: of those that are reached, the one with the most points. */
import { discard, type FinalOf, quarantine, type Redirect, redirect, reject } from '../../core/decision.js';
import type { SpamFinding } from '../../findings/spam.js';
import { reply } from '../../values/reply.js';
import { shown } from './fields.js';
import { type ActionName, actionNames, type SpamMarksOptions, type Threshold } from './options.js';

export type SpamDecision = FinalOf<'reject'> | FinalOf<'quarantine'> | FinalOf<'discard'> | Redirect;

/** `points`: what a threshold comes to here. Undefined where none is reached, or nobody could judge. */
export function actionFor(
  options: SpamMarksOptions,
  finding: SpamFinding,
  points: (threshold: Threshold) => number,
): SpamDecision | undefined {
  if (finding.result !== 'scored') return undefined;
  let best: { readonly name: ActionName; readonly from: number } | undefined;
  for (const name of actionNames) {
    const threshold = options[name]?.from;
    if (threshold === undefined) continue;
    const from = points(threshold);
    if (finding.score >= from && (best === undefined || from > best.from)) best = { name, from };
  }
  if (best === undefined) return undefined;
  return decisionOf(best.name, options, `${finding.scorer}: ${shown(finding.score)} points, from ${shown(best.from)}`);
}

const REFUSED = 'The message looks like spam';

function decisionOf(name: ActionName, options: SpamMarksOptions, detail: string): SpamDecision | undefined {
  switch (name) {
    case 'reject':
      return reject('spam', reply(550, '5.7.1', options.reject?.text ?? REFUSED), detail);
    case 'quarantine':
      return quarantine('spam', detail);
    case 'discard':
      return discard('spam', detail);
    case 'redirect':
      return options.redirect === undefined ? undefined : redirect(options.redirect.to, 'spam', detail);
  }
}

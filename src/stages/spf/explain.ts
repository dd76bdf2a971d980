/**
 * Explanations of a fail (RFC 7208 section 6.2): that of the domain, else the site's own. Whatever is wrong with the domain's,
 * it counts as not given, and the result stays. The text is from a stranger: printable US-ASCII, and no more is promised.
 */
import { parseMacroString } from './macro-string.js';
import { type Asking, askTexts } from './questions.js';
import type { SpfMacroString } from './record.js';
import { type Evaluation, expand, expandTarget, type Verdict } from './state.js';

/** Characters; what is beyond is cut off. */
const EXPLANATION_LIMIT = 1000;

export function* explain(
  evaluation: Evaluation,
  { record, place }: Verdict,
  fallback: SpfMacroString | undefined,
): Asking<string | undefined> {
  if (place === undefined) return undefined;
  const spec = record?.explanation?.value;
  const target = spec === undefined ? undefined : yield* expandTarget(evaluation, spec, place);
  const text = target === undefined ? undefined : yield* explanationText(evaluation, target);
  const own = text === undefined ? undefined : printable(yield* expand(evaluation, text, place));
  if (own !== undefined || fallback === undefined) return own;
  return printable(yield* expand(evaluation, fallback, place));
}

/** Of exactly one TXT record. Counts as no look-up: the result is known. */
function* explanationText({ unanswered }: Evaluation, target: string): Asking<SpfMacroString | undefined> {
  const answer = yield* askTexts(target, true);
  if (answer.kind === 'cannot-tell') unanswered.add(`the explanation at ${target}: ${answer.why}`);
  if (answer.kind !== 'found' || answer.value.length !== 1) return undefined;
  const text = parseMacroString(answer.value[0] ?? '', { explanation: true });
  return text.kind === 'parsed' ? text.value : undefined;
}

function printable(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const cut = text.slice(0, EXPLANATION_LIMIT);
  return /^[ -~]*$/.test(cut) ? cut : undefined;
}

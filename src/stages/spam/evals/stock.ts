/** Labels of stock tips in plain text: `Current price: 0.42` (check_stock_info of BodyEval). */
import type { PartView } from '../mail/mail-view.js';

const label = /([^:\t-\r ][^:\n]{2,29})[\t-\r ]*:[\t-\r ]*[^\t-\r ]/y;

const keyword = new RegExp(
  [
    '(^trad(?:e|ing)date|company(?:name)?|s\\w?(?:t\\w?o\\w?c\\w?k|y\\w?m(?:\\w?b\\w?o\\w?l)?)|t(?:arget|icker)',
    '(?:opening|current)p(?:rice)?|p(?:rojected|osition)|expectations|weeks?high|marketperformance',
    '(?:year|week|month|day|price)(?:target|estimates?)|sector|r(?:ecommendation|ating))$',
  ].join('|'),
);

/** How many different ones the first plain text has. */
export function stockWords(parts: readonly PartView[]): number {
  const text = parts.find(({ type }) => type === 'text/plain')?.rendered?.text ?? '';
  const found = new Set<string>();
  for (const name of labels(text)) {
    const word = keyword.exec(name.toLowerCase().replace(/[^a-z]/g, ''))?.[1];
    if (word !== undefined) found.add(word);
  }
  return found.size;
}

/** Each at the beginning of a line. No place is looked at twice for the same white space. */
function* labels(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    while (at < text.length && /[\t-\r ]/.test(text.charAt(at))) at++;
    label.lastIndex = at;
    const match = label.exec(text);
    if (match !== null) yield match[1] as string;
    const line = text.indexOf('\n', match === null ? at : label.lastIndex);
    if (line < 0) return;
    at = line + 1;
  }
}

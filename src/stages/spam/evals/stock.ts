/** Labels of stock tips in plain text: `Current price: 0.42` (check_stock_info of BodyEval). */
import type { PartView } from '../mail/mail-view.js';

const label = /([^:\t-\r ][^:\n]{2,29})[\t-\r ]*:[\t-\r ]*[^\t-\r ]/y;

/** How labels end, in letters alone: `52-week high` is `weekhigh`. */
const words: ReadonlySet<string> = new Set([
  ...['company', 'companyname', 'sector', 'ticker', 'rating', 'recommendation', 'marketperformance'],
  ...['currentp', 'currentprice', 'openingp', 'openingprice', 'weekhigh', 'weekshigh'],
  ...['position', 'projected', 'target', 'expectations'],
  ...['day', 'week', 'month', 'year', 'price'].flatMap((of) => [`${of}target`, `${of}estimate`, `${of}estimates`]),
]);

/** These also with a letter between any two: `sxtock`. */
const disguised: readonly RegExp[] = ['stock', 'symbol', 'sym'].map(
  (word) => new RegExp(`^${[...word].join('[a-z]?')}$`),
);

/** The longest word that the label ends with. */
function keywordOf(label: string): string | undefined {
  if (label === 'tradedate' || label === 'tradingdate') return label;
  for (let at = 0; at < label.length; at++) {
    const end = label.slice(at);
    if (words.has(end) || disguised.some((shape) => shape.test(end))) return end;
  }
  return undefined;
}

/** How many different ones the first plain text has. */
export function stockWords(parts: readonly PartView[]): number {
  const text = parts.find(({ type }) => type === 'text/plain')?.rendered?.text ?? '';
  const found = new Set<string>();
  for (const name of labels(text)) {
    const word = keywordOf(name.toLowerCase().replace(/[^a-z]/g, ''));
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

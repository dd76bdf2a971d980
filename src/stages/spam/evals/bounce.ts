/**
 * Mail::SpamAssassin::Plugin::VBounce(3): bounces of mail that really went out through our own hosts, which `welcomelist_bounce_relays`
 * names (`*` and `?` stand for others). They are looked for in Received fields inside of the body.
 */
import { decodeLatin1 } from '../../../values/bytes.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';
import type { EvalModule, Evaluator } from './eval.js';
import { bodyStart, eachLine, eachPiece } from './octets.js';

const receivedField = /^[> ]*Received:/i;

/** Words with a dot in them, with white space around. */
function hostsIn(line: string): readonly string[] {
  return line
    .split(/[\t-\r ]+/)
    .slice(1, -1)
    .filter((word) => word.slice(1, -1).includes('.'));
}

/** Received fields of the rendered text, then of the body as it came, folded ones in one. */
function* receivedFields({ mail }: SpamSubject): Generator<string> {
  for (const line of eachPiece(mail.body)) if (receivedField.test(line)) yield line;
  const { octets } = mail.full;
  let field: string[] = [];
  for (const line of eachLine(decodeLatin1(octets.subarray(bodyStart(octets))))) {
    const text = line.endsWith('\n') ? line.slice(0, -1) : line;
    if (field.length > 0 && /^[\t-\r ]/.test(text)) {
      field.push(text);
      continue;
    }
    if (field.length > 0) yield field.join('');
    field = receivedField.test(text) ? [text] : [];
  }
  if (field.length > 0) yield field.join('');
}

function prepare(settings: Settings): ReadonlyMap<string, Evaluator> {
  const names = settings
    .of('welcomelist_bounce_relays')
    .flatMap(({ value }) => value.toLowerCase().split(/\s+/))
    .filter((name) => name !== '');
  const exact = new Set(names);
  const globs = names.filter((name) => /[*?]/.test(name));
  const isOurs = (host: string): boolean => exact.has(host) || globs.some((glob) => matchesGlob(glob, host));
  const check: Evaluator = {
    run: (subject) => {
      if (names.length === 0) return false;
      for (const field of receivedFields(subject)) {
        if (hostsIn(field.toLowerCase()).some((host) => host.length <= 255 && isOurs(host))) return true;
      }
      return false;
    },
  };
  return new Map<string, Evaluator>([
    ['have_any_bounce_relays', { run: () => names.length > 0 }],
    ['check_welcomelist_bounce_relays', check],
    ['check_whitelist_bounce_relays', check],
  ]);
}

/** Without recursion: after a failure the last star takes one more. */
function matchesGlob(glob: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let behindStar = 0;
  let g = 0;
  while (at < text.length) {
    if (g < glob.length && glob[g] === '*') {
      star = g++;
      behindStar = at;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[at])) {
      g++;
      at++;
    } else if (star >= 0) {
      g = star + 1;
      at = ++behindStar;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

export const bounces: EvalModule = {
  prepare,
};

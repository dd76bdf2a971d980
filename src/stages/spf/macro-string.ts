/**
 * Macro strings (RFC 7208 section 7.1): parsing of domain-specs, of modifiers' values and of explanations. Expanding is in
 * expand.ts.
 */
import { excerpt } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import type { SpfMacro, SpfMacroLetter, SpfMacroPart, SpfMacroString } from './record.js';

export interface MacroStringRules {
  /** Spaces may stand in it, and `%{c}`, `%{r}`, `%{t}`: the text of an explanation (RFC 7208 sections 6.2 and 7.2). */
  readonly explanation: boolean;
}

const LETTERS = 'slodiphcrtv';
const EXPLANATION_LETTERS = 'crt';
const DELIMITERS = '.-+,/_=';

/** More parts than a name has labels. */
const MOST_PARTS = 128;

/** `at` counts from the start of `text`. */
export function parseMacroString(text: string, rules: MacroStringRules): Parsed<SpfMacroString> {
  const parts: SpfMacroPart[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== PERCENT) {
      if ((code > 0x20 && code < 0x7f) || (code === 0x20 && rules.explanation)) continue;
      return malformed(`a character that may not stand here: ${excerpt(text.charAt(at))}`, at);
    }
    if (at > from) parts.push({ kind: 'literal', text: text.slice(from, at) });
    const macro = readMacro(text, at, rules);
    if (macro.kind === 'malformed') return macro;
    parts.push(macro.value.part);
    from = macro.value.end;
    at = from - 1;
  }
  const plain = parts.length === 0;
  if (text.length > from) parts.push({ kind: 'literal', text: plain ? text : text.slice(from) });
  return parsed({ text, parts, plain });
}

/** domain-spec = macro-string domain-end (RFC 7208 section 7.1). */
export function parseDomainSpec(text: string): Parsed<SpfMacroString> {
  if (text === '') return malformed('a domain is expected');
  const result = parseMacroString(text, { explanation: false });
  if (result.kind === 'malformed') return result;
  const last = result.value.parts[result.value.parts.length - 1];
  if (last?.kind !== 'literal' || endsInToplabel(last.text)) return result;
  return malformed('a domain ends in a top-level domain or a macro', text.length - last.text.length);
}

/** domain-end = "." toplabel ["."] */
function endsInToplabel(text: string): boolean {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  const dot = text.lastIndexOf('.', end - 1);
  return dot >= 0 && dot < end && isToplabel(text, dot + 1, end);
}

/** toplabel: letters, digits and hyphens, none of these at its ends, and not digits alone. */
function isToplabel(text: string, start: number, end: number): boolean {
  let other = false;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    if (lower >= 0x61 && lower <= 0x7a) other = true;
    else if (code === HYPHEN && at > start && at < end - 1) other = true;
    else if (!isDigit(code)) return false;
  }
  return other;
}

interface ReadMacro {
  readonly part: SpfMacroPart;
  /** Behind the macro. */
  readonly end: number;
}

function readMacro(text: string, at: number, rules: MacroStringRules): Parsed<ReadMacro> {
  const next = text.charAt(at + 1);
  if (next === '%' || next === '_' || next === '-') {
    return parsed({ part: { kind: 'escape', text: `%${next}` }, end: at + 2 });
  }
  if (next !== '{') return malformed('"%" is followed by "{", "%", "_" or "-"', at);
  const written = text.charAt(at + 2);
  const letter = written.toLowerCase();
  if (letter === '' || !LETTERS.includes(letter)) return malformed(`no macro letter: ${excerpt(written)}`, at + 2);
  if (!rules.explanation && EXPLANATION_LETTERS.includes(letter)) {
    return malformed(`the macro %{${letter}} stands in explanations alone`, at + 2);
  }
  return readTransformers(text, at + 3, letter as SpfMacroLetter, letter !== written);
}

/** transformers = *DIGIT [ "r" ], *delimiter, "}" */
function readTransformers(text: string, start: number, letter: SpfMacroLetter, escaped: boolean): Parsed<ReadMacro> {
  let at = start;
  let keep = 0;
  while (isDigit(text.charCodeAt(at))) {
    keep = Math.min(MOST_PARTS, keep * 10 + text.charCodeAt(at) - ZERO);
    at++;
  }
  // RFC 7208 section 7.3: never zero.
  if (at > start && keep === 0) return malformed('a macro keeps at least one part', start);
  const reverse = text.charAt(at) === 'r' || text.charAt(at) === 'R';
  if (reverse) at++;
  const from = at;
  while (at < text.length && DELIMITERS.includes(text.charAt(at))) at++;
  if (text.charAt(at) !== '}') return malformed('a macro ends in "}"', at);
  const delimiters = at === from ? '.' : text.slice(from, at);
  const part: SpfMacro = { kind: 'macro', letter, escaped, keep, reverse, delimiters };
  return parsed({ part, end: at + 1 });
}

const PERCENT = 0x25;
const HYPHEN = 0x2d;
const ZERO = 0x30;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

/**
 * Dialogues: a protocol session as text that reads like one. One step a line:
 *
 *     setup NAME          which server to start; for the test that runs it (first)
 *     connect [tls]       a new connection; the first is made by itself when this is left out
 *     C: text             sent with CRLF; `{b64:...}` is written in base64
 *     C> text             sent as it is; `\r \n \t \0 \xHH \\` stand for octets, in `{b64:...}` of `C:` too
 *     S: text             the next line, exactly
 *     S~ pattern          the next line, by regular expression
 *     S* 250              one whole reply with this code, whatever its text
 *     tls                 the client's half of STARTTLS
 *     pause 50            milliseconds
 *     silence 50          nothing comes for so many milliseconds
 *     closed              the server ends the connection
 *     close               the client does, without a word
 *     check WORDS         for the test that runs it
 *
 * Empty lines and lines that begin with `#` say nothing.
 */

export type Step =
  | { readonly kind: 'connect'; readonly tls: boolean }
  | { readonly kind: 'send'; readonly octets: Uint8Array }
  | { readonly kind: 'expect'; readonly text: string }
  | { readonly kind: 'match'; readonly pattern: RegExp }
  | { readonly kind: 'reply'; readonly code: string }
  | { readonly kind: 'tls' | 'closed' | 'close' }
  | { readonly kind: 'pause' | 'silence'; readonly ms: number }
  | { readonly kind: 'check'; readonly words: string };

export interface Dialogue {
  readonly file: string;
  readonly setup: string;
  readonly steps: readonly { readonly line: number; readonly text: string; readonly step: Step }[];
}

/** Throws an Error that names file and line for a step it does not know. */
export function parseDialogue(text: string, file: string): Dialogue {
  const steps: { line: number; text: string; step: Step }[] = [];
  let setup = 'default';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    if (raw.startsWith('setup ')) setup = raw.slice(6).trim();
    else steps.push({ line, text: raw, step: stepOf(raw, `${file}:${line}`) });
  }
  if (steps[0]?.step.kind !== 'connect') {
    steps.unshift({ line: 0, text: 'connect', step: { kind: 'connect', tls: false } });
  }
  return { file, setup, steps };
}

function stepOf(raw: string, where: string): Step {
  const [, word = '', rest = ''] = /^(\S+) ?(.*)$/.exec(raw) ?? [];
  switch (word) {
    case 'C:':
      return { kind: 'send', octets: octetsOf(`${escapeLine(rest)}\\r\\n`) };
    case 'C>':
      return { kind: 'send', octets: octetsOf(rest) };
    case 'S:':
      return { kind: 'expect', text: rest };
    case 'S~':
      return { kind: 'match', pattern: new RegExp(rest) };
    case 'S*':
      return { kind: 'reply', code: rest.trim() };
    case 'connect':
      return { kind: 'connect', tls: rest.trim() === 'tls' };
    case 'tls':
    case 'closed':
    case 'close':
      return { kind: word };
    case 'pause':
    case 'silence':
      return { kind: word, ms: Number(rest) };
    case 'check':
      return { kind: 'check', words: rest };
    default:
      throw new Error(`${where}: no step of a dialogue: ${raw}`);
  }
}

/** A plain line means what it says, but for `{b64:...}`. */
function escapeLine(text: string): string {
  let out = '';
  let at = 0;
  for (const found of text.matchAll(/\{b64:([^}]*)\}/g)) {
    out += text.slice(at, found.index).replaceAll('\\', '\\\\');
    out += btoa(String.fromCharCode(...octetsOf(found[1] ?? '')));
    at = found.index + found[0].length;
  }
  return out + text.slice(at).replaceAll('\\', '\\\\');
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' };
const encoder = new TextEncoder();

function octetsOf(text: string): Uint8Array {
  const octets: number[] = [];
  for (const [found] of text.matchAll(/\\x[0-9A-Fa-f]{2}|\\.|[^\\]+/gs)) {
    if (found.startsWith('\\x')) octets.push(Number.parseInt(found.slice(2), 16));
    else octets.push(...encoder.encode(found.startsWith('\\') ? (ESCAPES[found.charAt(1)] ?? found) : found));
  }
  return Uint8Array.from(octets);
}

/**
 * SMTP replies: RFC 5321 section 4.2, enhanced codes of RFC 3463 written as RFC 2034 section 4 has it. Two doors in:
 * `reply` for constants of the program, which throws for a wrong one, and `replyFromText` for what an operator or a
 * peer wrote, which makes the best of it. Nothing else is repaired in silence.
 */
import { indexOfNonAscii, isControl, utf8Length } from './characters.js';
import { ConfigurationError, type Problem } from './errors.js';

/** What the peer is told: an SMTP reply (RFC 5321 section 4.2) with its enhanced code (RFC 3463). */
export interface Reply {
  readonly kind: 'reply';
  /** 200-599. */
  readonly code: number;
  /** `5.7.1`; its class agrees with `code`. Undefined where the protocol has none (greeting, EHLO). */
  readonly enhanced: string | undefined;
  /** One line, printable, without CR and LF, at most 400 octets of UTF-8; several lines come as an array. What is not ASCII
   * (an address that the reply names) is for clients that know SMTPUTF8: see {@link asciiReply}. */
  readonly lines: readonly string[];
}

/** Octets of one line's text; RFC 5321 section 4.5.3.1.5 has 512 for the whole line. */
const LINE_LIMIT = 400;
const LINE_COUNT_LIMIT = 100;
/** RFC 3463 section 2. */
const ENHANCED = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}$/;

/**
 * A reply the program itself words: printable ASCII, at most 400 octets a line. Throws ConfigurationError `reply`
 * with every problem, among them an enhanced code of another class than `code`.
 */
export function reply(code: number, enhanced: string | undefined, text: string | readonly string[]): Reply {
  const lines: readonly string[] = typeof text === 'string' ? [text] : [...text];
  const problems = [...codeProblems(code, enhanced), ...linesProblems(lines)];
  if (problems.length > 0) throw new ConfigurationError('reply', problems);
  return { kind: 'reply', code, enhanced, lines };
}

/**
 * From text of an operator or a peer, as behind Postfix's REJECT: `550 5.7.1 No thanks`, `5.7.1 No thanks`,
 * `No thanks`, or nothing. What it leaves out comes from `fallback`. A code in front counts when it is of the
 * fallback's class, or when both are failures (4yz, 5yz): a caller who must keep the class compares it. The code
 * rules over the class of the enhanced code. Control characters become spaces.
 */
export function replyFromText(text: string, fallback: Reply): Reply {
  // No more than can be shown is ever looked at: the codes, and spaces around them, are short.
  const clean = printable(text.slice(0, 4 * LINE_LIMIT));
  const [, codeText, behindCode = ''] = /^([2-5][0-9]{2})(?: +(.*))?$/.exec(clean) ?? [];
  const code = codeText !== undefined && mayReplace(Number(codeText), fallback.code) ? Number(codeText) : undefined;
  const rest = code === undefined ? clean : behindCode;
  const [, enhancedText, behindEnhanced = ''] = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: +(.*))?$/.exec(rest) ?? [];
  const line = cut(enhancedText === undefined ? rest : behindEnhanced).trimEnd();
  const finalCode = code ?? fallback.code;
  return {
    kind: 'reply',
    code: finalCode,
    enhanced: ofClass(enhancedText ?? fallback.enhanced, finalCode),
    lines: line === '' ? fallback.lines : [line],
  };
}

/** For a client that has not said SMTPUTF8 (RFC 6531 section 3.7.4.2): every character beyond ASCII becomes `hidden` of it. */
export function asciiReply(reply: Reply, hidden: (character: string) => string = () => '?'): Reply {
  if (reply.lines.every((line) => indexOfNonAscii(line) === -1)) return reply;
  return { ...reply, lines: reply.lines.map((line) => line.replace(/[^\x20-\x7e]/gu, hidden)) };
}

/** As sent to any client: ASCII, every line with its code, hyphens on all but the last, CRLF behind each. */
export function renderReply(given: Reply): string {
  const reply = asciiReply(given);
  const last = reply.lines.length - 1;
  const enhanced = reply.enhanced === undefined ? '' : `${reply.enhanced} `;
  return reply.lines.map((line, i) => `${reply.code}${i === last ? ' ' : '-'}${enhanced}${line}\r\n`).join('');
}

/** On one line for logs and traces, with both codes: `550 5.7.1 No thanks`. */
export function replyText(reply: Reply): string {
  return [reply.code, reply.enhanced, ...reply.lines].filter((part) => part !== undefined && part !== '').join(' ');
}

function codeProblems(code: number, enhanced: string | undefined): readonly Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(code) || code < 200 || code > 599) {
    problems.push({ code: 'bad-reply-code', message: `a reply code is 200 to 599, not ${code}` });
  }
  if (enhanced === undefined) return problems;
  if (!ENHANCED.test(enhanced)) {
    problems.push({ code: 'bad-enhanced-code', message: 'an enhanced code is like 5.7.1', construct: enhanced });
  } else if (enhanced.charAt(0) !== String(code).charAt(0)) {
    const message = `the class of the enhanced code disagrees with the reply code ${code}`;
    problems.push({ code: 'class-disagrees', message, construct: enhanced });
  }
  return problems;
}

function linesProblems(lines: readonly string[]): readonly Problem[] {
  if (lines.length === 0 || lines.length > LINE_COUNT_LIMIT) {
    return [{ code: 'bad-reply-text', message: `a reply has 1 to ${LINE_COUNT_LIMIT} lines, not ${lines.length}` }];
  }
  const wrong = lines.filter((line) => line.length > LINE_LIMIT || !/^[\x20-\x7e]*$/.test(line));
  const message = `a line of a reply is printable ASCII of at most ${LINE_LIMIT} octets`;
  return wrong.map((construct) => ({ code: 'bad-reply-text', message, construct }));
}

function printable(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (isControl(code) || code === 0x2028 || code === 0x2029) shown += ' ';
    // Half of a surrogate pair has no UTF-8 form.
    else shown += code < 0xd800 || code > 0xdfff ? character : '?';
  }
  return shown.trim();
}

/** To the limit of octets, between characters. */
function cut(text: string): string {
  const short = text.slice(0, LINE_LIMIT);
  if (utf8Length(short) <= LINE_LIMIT) return short.length === text.length ? text : withoutHalf(short);
  let octets = 0;
  let end = 0;
  for (const character of short) {
    octets += utf8Length(character);
    if (octets > LINE_LIMIT) break;
    end += character.length;
  }
  return withoutHalf(short.slice(0, end));
}

function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

function mayReplace(code: number, fallback: number): boolean {
  const wanted = Math.floor(code / 100);
  const given = Math.floor(fallback / 100);
  return wanted === given || (wanted >= 4 && given >= 4);
}

/** RFC 2034 section 4: no enhanced codes for 3yz, the reply code's class for the others. */
function ofClass(enhanced: string | undefined, code: number): string | undefined {
  if (enhanced === undefined || (code >= 300 && code < 400)) return undefined;
  return `${Math.floor(code / 100)}${enhanced.slice(1)}`;
}

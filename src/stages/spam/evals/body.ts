/**
 * Functions of the plugin Mail::SpamAssassin::Plugin::BodyEval: lengths, blank lines, spaces, signatures, and how far the alternatives of a
 * message differ.
 */
import { decodeLatin1, LF } from '../../../values/bytes.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import { type Difference, differenceOfAlternatives } from './alternatives.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { bodyStart, eachLine, lengthOf } from './octets.js';
import { stockWords } from './stock.js';

const differenceKey: MemoKey<Difference> = { kind: 'memo' };
const spacesKey: MemoKey<number> = { kind: 'memo' };
const blankKey: MemoKey<BlankLines> = { kind: 'memo' };
const stockKey: MemoKey<number> = { kind: 'memo' };
const lengthKey: MemoKey<number> = { kind: 'memo' };
const signatureKey: MemoKey<Signature | undefined> = { kind: 'memo' };

const difference: EvalFunction = (subject, [min, max]) => {
  const { percent } = subject.memo(differenceKey, () => differenceOfAlternatives(subject.mail.parts));
  return (Number(min) === 0 || percent > Number(min)) && (max === 'undef' || percent <= Number(max));
};

const differenceCount: EvalFunction = (subject, [ratio, minHtml]) => {
  const { htmlWords, textWords } = subject.memo(differenceKey, () => differenceOfAlternatives(subject.mail.parts));
  return htmlWords > Number(minHtml) && textWords / htmlWords > Number(ratio);
};

interface BlankLines {
  readonly lines: number;
  readonly blank: number;
}

/** A piece that does not end in a line end has a line without one. */
function countBlank({ mail }: SpamSubject): BlankLines {
  const { octets, ends } = mail.rawBody;
  let lines = 0;
  let blank = 0;
  let from = 0;
  for (const end of ends) {
    let empty = true;
    for (let at = from; at < end; at++) {
      const octet = octets[at] as number;
      if (octet > 32 || octet < 9 || (octet > 13 && octet < 32)) empty = false;
      if (octet !== LF && at + 1 < end) continue;
      lines++;
      if (empty) blank++;
      empty = true;
    }
    from = end;
  }
  return { lines, blank };
}

/** Blank lines in percent, where there are enough lines. */
const blankLineRatio: EvalFunction = (subject, [min, max, minLines]) => {
  const { lines, blank } = subject.memo(blankKey, countBlank);
  const least = Math.max(1, Number(minLines ?? 1) || 1);
  const ratio = lines < least ? -1 : (100 * blank) / lines;
  return (Number(min) === 0 || ratio > Number(min)) && ratio <= Number(max);
};

/** Of all lines the most spaces for each hundred other octets; -1: no line is long enough. */
function mostSpaces({ mail: { body } }: SpamSubject): number {
  let most = -1;
  let from = 0;
  for (const end of body.ends) {
    if (end - from > 5) most = Math.max(most, spacesIn(body.octets, from, end));
    from = end;
  }
  return most;
}

function spacesIn(octets: Uint8Array, from: number, end: number): number {
  let spaces = 0;
  for (let at = from; at < end; at++) if (octets[at] === 32) spaces++;
  const others = end - from - spaces;
  return spaces > others || others === 0 ? 100 : Math.trunc((100 * spaces) / others);
}

const verticalWords: EvalFunction = (subject, [min, max]) => {
  const most = subject.memo(spacesKey, mostSpaces);
  const limit = Number(max) >= 100 ? 101 : Number(max);
  return most >= Number(min) && most < limit;
};

const stockInfo: EvalFunction = (subject, [min]) =>
  Number(min) === 0 || subject.memo(stockKey, ({ mail }) => stockWords(mail.parts)) >= Number(min);

/** Octets behind the header, as received but for line ends, which are LF. */
function bodyLength({ mail }: SpamSubject): number {
  return lengthOf(mail.full) - bodyStart(mail.full.octets);
}

const bodyLengthAtMost: EvalFunction = (subject, [max]) => subject.memo(lengthKey, bodyLength) <= Number(max);

interface Signature {
  readonly body: number;
  readonly signature: number;
  readonly ratio: number;
}

/** Of the first plain text: what lies before its last signature mark (RFC 3676 section 4.3), and behind it. */
function signatureOf({ mail }: SpamSubject): Signature | undefined {
  const part = mail.parts.find(({ type }) => type.startsWith('text/plain'));
  if (part === undefined) return undefined;
  let body = part.decoded.length;
  let signature = 0;
  let at = 0;
  for (const line of eachLine(decodeLatin1(part.decoded))) {
    const mark = /^-- ?\r?(?=\n|$)/.exec(line)?.[0].length;
    const rest = mark === undefined ? 0 : part.decoded.length - at - mark;
    if (rest > 4) {
      body = at;
      signature = rest;
    }
    at += line.length;
  }
  return { body, signature, ratio: signature === 0 ? 1e6 : body / signature };
}

function signature(value: (found: Signature) => number): Evaluator {
  return {
    run: (subject, [min, max]) => {
      const found = subject.memo(signatureKey, signatureOf);
      if (found === undefined) return false;
      return value(found) >= Number(min) && (max === undefined || value(found) <= Number(max));
    },
  };
}

export const bodyEval: EvalModule = {
  prepare: () =>
    new Map<string, Evaluator>([
      ['multipart_alternative_difference', { run: difference }],
      ['multipart_alternative_difference_count', { run: differenceCount }],
      ['check_blank_line_ratio', { run: blankLineRatio }],
      ['tvd_vertical_words', { run: verticalWords }],
      ['check_stock_info', { run: stockInfo }],
      ['check_body_length', { run: bodyLengthAtMost }],
      ['plaintext_body_length', signature((found) => found.body)],
      ['plaintext_sig_length', signature((found) => found.signature)],
      ['plaintext_body_sig_ratio', signature((found) => found.ratio)],
    ]),
};

/**
 * Functions of the plugin Mail::SpamAssassin::Plugin::BodyEval: lengths, blank lines, spaces, signatures, and how far the alternatives of a
 * message differ.
 */
import { decodeLatin1 } from '../../../values/bytes.js';
import { readHead } from '../mail/head.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import { type Difference, differenceOfAlternatives } from './alternatives.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { eachLine, eachPiece, lengthOf } from './octets.js';
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

function countBlank({ mail }: SpamSubject): BlankLines {
  let lines = 0;
  let blank = 0;
  let from = 0;
  for (const end of mail.rawBody.ends) {
    for (const line of eachLine(mail.rawBody.octets.subarray(from, end))) {
      lines++;
      if (!/[^\t-\r ]/.test(line)) blank++;
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
function mostSpaces({ mail }: SpamSubject): number {
  let most = -1;
  for (const line of eachPiece(mail.body)) {
    if (line.length <= 5) continue;
    const spaces = line.split(' ').length - 1;
    const others = line.length - spaces;
    most = Math.max(most, spaces > others || others === 0 ? 100 : Math.trunc((100 * spaces) / others));
  }
  return most;
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
  const length = lengthOf(mail.full);
  return length - readHead(decodeLatin1(mail.full.octets.subarray(0, Math.min(length, 262_144)))).bodyStart;
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
  for (const line of eachLine(part.decoded)) {
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
  plugin: 'Mail::SpamAssassin::Plugin::BodyEval',
  settings: [],
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

/**
 * Functions of Mail::SpamAssassin::Plugin::MIMEEval(3): the form of the message, its parts and their encodings, capitals, character sets.
 */
import type { MailDefects } from '../mail/mail-view.js';
import type { Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { hasManyCapitals, isCharsetOfLocales, type Locales, localesOf } from './locales.js';
import { longestBase64Line, type MimeFacts, readMimeFacts } from './mime-facts.js';
import { capitals } from './uppercase.js';

const factsKey: MemoKey<MimeFacts> = { kind: 'memo' };
const base64Key: MemoKey<number> = { kind: 'memo' };
const capitalsKey: MemoKey<number> = { kind: 'memo' };

/** Names under which rules ask for defects. */
const flags: Readonly<Record<string, (defects: MailDefects) => boolean>> = {
  truncated_header: (defects) => defects.truncatedHeader,
  missing_head_body_separator: (defects) => defects.missingHeadBodySeparator,
  missing_mime_head_body_separator: (defects) => defects.missingMimeHeadBodySeparator,
  missing_mime_headers: (defects) => defects.missingMimeHeaders,
  mime_epilogue_exists: (defects) => defects.mimeEpilogue,
  mimepart_limit_exceeded: (defects) => defects.partLimitExceeded,
};

const checkFlag: Evaluator = {
  run: ({ mail }, [name = '']) => flags[name]?.(mail.defects) ?? false,
  check: ([name = '']) => (Object.hasOwn(flags, name) ? undefined : `unknown flag: ${name.slice(0, 100)}`),
};

function isHtmlAlone(subject: SpamSubject): boolean {
  return /^text\/html/i.test(subject.mail.header.text('Content-Type') ?? '');
}

/** `charset` of the message's own Content-Type, as it is written. */
function charsetOf(subject: SpamSubject): string | undefined {
  const type = subject.mail.header.text('Content-Type') ?? '';
  const shapes = [/charset="([^"]+)"/i, /charset='([^']+)'/i, /charset=(\S+)/i];
  return shapes.map((shape) => shape.exec(type)?.[1]).find((charset) => charset !== undefined);
}

/** Many octets beyond ASCII: the charset is more than a word in the header. */
const farawayCharset =
  (locales: Locales): EvalFunction =>
  (subject) => {
    const charset = charsetOf(subject);
    if (charset === undefined || isCharsetOfLocales(charset, locales)) return false;
    let high = 0;
    for (const octet of subject.mail.body.octets) if (octet > 127) high++;
    // The lines are taken as joined by line ends.
    const low = subject.mail.body.octets.length - high + Math.max(0, subject.mail.body.ends.length - 1);
    return high > 3 && low <= high;
  };

function looksCapital(charset: string): boolean {
  return /^[-\w]*$/.test(charset) && hasManyCapitals(charset);
}

/** Part of capitals among letters, in percent. */
function capitalsOf(subject: SpamSubject, facts: MimeFacts): number {
  return subject.memo(capitalsKey, () => {
    const charsets = [charsetOf(subject) ?? '', ...facts.charsets];
    return charsets.some(looksCapital) ? 0 : capitals(subject.mail.body);
  });
}

/** In a multipart/alternative, parts that are no text. */
const nonText: EvalFunction = ({ mail }) =>
  mail.parts.some(
    ({ parent, leaf, type }) =>
      parent !== undefined &&
      leaf &&
      mail.parts[parent]?.type === 'multipart/alternative' &&
      !type.startsWith('text/') &&
      type !== 'multipart/related' &&
      type !== 'application/rtf',
  );

const base64Length: EvalFunction = (subject, [min, max]) => {
  const longest = subject.memo(base64Key, () => longestBase64Line(subject.mail.parts));
  return longest >= Number(min) && (max === undefined || longest <= Number(max));
};

function prepare(settings: Settings): ReadonlyMap<string, Evaluator> {
  const locales = localesOf(settings);
  const facts = (subject: SpamSubject): MimeFacts => subject.memo(factsKey, () => readMimeFacts(subject.mail, locales));
  const ask = (run: (facts: MimeFacts, args: readonly string[], subject: SpamSubject) => boolean): Evaluator => ({
    run: (subject, args) => run(facts(subject), args, subject),
  });
  return new Map<string, Evaluator>([
    ['check_for_mime', ask(({ numbers }, [name = '']) => (numbers[name] ?? 0) !== 0)],
    ['check_for_mime_html', ask(({ numbers }, _, subject) => isHtmlAlone(subject) || numbers.mime_body_html_count > 0)],
    [
      'check_for_mime_html_only',
      ask(
        ({ numbers }, _, subject) =>
          isHtmlAlone(subject) || (numbers.mime_body_html_count > 0 && numbers.mime_body_text_count === 0),
      ),
    ],
    [
      'check_mime_multipart_ratio',
      ask(({ numbers: { mime_multipart_ratio: ratio } }, [min, max]) => ratio >= Number(min) && ratio < Number(max)),
    ],
    ['check_msg_parse_flags', checkFlag],
    ['check_for_ascii_text_illegal', ask(({ numbers }) => numbers.mime_ascii_text_illegal > 0)],
    [
      'check_abundant_unicode_ratio',
      ask(
        ({ numbers }, [ratio = '']) =>
          /^\d{0,3}\.\d{1,3}$/.test(ratio) && numbers.mime_text_unicode_ratio >= Number(ratio),
      ),
    ],
    ['check_for_faraway_charset', { run: farawayCharset(locales) }],
    [
      'check_for_uppercase',
      ask((found, [min, max], subject) => {
        const percent = capitalsOf(subject, found);
        return percent > Number(min) && percent <= Number(max);
      }),
    ],
    ['check_ma_non_text', { run: nonText }],
    ['check_base64_length', { run: base64Length }],
    ['check_qp_ratio', ask(({ numbers }, [min]) => numbers.mime_qp_ratio >= Number(min))],
  ]);
}

export const mimeEval: EvalModule = {
  prepare,
};

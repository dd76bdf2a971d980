/**
 * HeaderEval: the date of a message beside the dates at which it was received, and beside the time that Outlook puts into message ids.
 */
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalModule } from './eval.js';
import { textOf } from './fields.js';
import { parseMailDate } from './mail-date.js';
import { inRange, plainModule } from './module.js';

export const headerDates: EvalModule = plainModule({
  /** Hours that Date is after the nearest Received: `'3', '6'`. */
  check_for_shifted_date: (subject, [min, max]) => inRange(shift(subject), min, max, 3600),
  /** Months since it was received. */
  received_within_months: (subject, [min, max]) =>
    inRange(subject.now.getTime() / 1000 - received(subject), min, max, 31_556_952 / 12),
  check_outlook_message_id: outlookId,
});

interface Dates {
  /** Of the message, in seconds since 1970. */
  readonly date: number | undefined;
  /** At which servers received it, the last first. */
  readonly received: readonly number[];
  /** At which a program fetched it. */
  readonly fetched: number | undefined;
}

const datesKey: MemoKey<Dates> = Object.freeze({ kind: 'memo' });

function datesOf(subject: SpamSubject): Dates {
  return subject.memo(datesKey, ({ mail, now }) => {
    const dates = ['Resent-Date', 'Date'].flatMap((name) => mail.header.each(name));
    const fields = mail.header
      .each('Received')
      .filter((field) => /[^\t\n\v\f\r ]/.test(field))
      .slice(0, 100);
    const [local, others] = fetchedHere(fields);
    const seconds = now.getTime() / 1000;
    const fetched = local.flatMap(timeIn).filter((time) => time <= seconds);
    return {
      date: firstDate(dates),
      received: others.flatMap(timeIn),
      fetched: fetched.length === 0 ? undefined : Math.max(...fetched),
    };
  });
}

function firstDate(texts: readonly string[]): number | undefined {
  for (const text of texts.slice(0, 10)) {
    const time = text === '' ? undefined : parseMailDate(text);
    if (time !== undefined) return time;
  }
  return undefined;
}

/** fetchmail hands over to `localhost`, and says which version it is. */
const byFetchmail = /\bby localhost with [A-Za-z\d_]+ \(fetchmail-[.\d]/;
const fromHere = /\bfrom (?:localhost[\t\n\v\f\r ]|(?:[^ ]+ ){1,2}[^ ]*\b127\.0\.0\.1\b)/;

/** The fields of fetchmail and of the delivery to this host before it tell when it was fetched, not when it came. */
function fetchedHere(fields: readonly string[]): readonly [readonly string[], readonly string[]] {
  const first = fields[0]?.slice(0, 1000) ?? '';
  const handed = fromHere.test(first) || /qmail \d+ invoked by uid \d+/.test(first) ? 1 : 0;
  const fetchmail = byFetchmail.test(fields[handed]?.slice(0, 1000) ?? '');
  const count = fetchmail ? handed + 1 : 0;
  return [fields.slice(0, count), fields.slice(count)];
}

function timeIn(field: string): readonly number[] {
  const text = /[\t\n\v\f\r ].?\d+ [^ ]{3} \d+ \d+:\d+:\d+ [^ ]+/.exec(field.slice(0, 4000))?.[0];
  const time = text === undefined ? undefined : parseMailDate(text);
  return time === undefined ? [] : [time];
}

/** Seconds from the nearest time of receipt to Date; 0 where one of them is not known. */
function shift(subject: SpamSubject): number {
  return subject.memo(shiftKey, nearest);
}

const shiftKey: MemoKey<number> = Object.freeze({ kind: 'memo' });

function nearest(subject: SpamSubject): number {
  const { date, received: times } = datesOf(subject);
  if (date === undefined || times.length === 0) return 0;
  const differences = times.map((time) => date - time);
  // The first server may be the sender's own.
  if (differences.length > 1 && differences.at(-1) === 0) differences.pop();
  return differences.reduce((least, one) => (Math.abs(one) < Math.abs(least) ? one : least));
}

/** The median of what the fields say. */
function received(subject: SpamSubject): number {
  const { date, received: times, fetched } = datesOf(subject);
  const both = date !== undefined && times.length > 0 ? date - shift(subject) : undefined;
  const known = [date, times[0], fetched, both].filter((time) => time !== undefined).sort((a, b) => b - a);
  return known[Math.floor((known.length - 1) / 2)] ?? 0;
}

const outlook = /^<[\da-f]{4}([\da-f]{8})(?:\$[\da-f]{8}){2}@/;

/** Outlook's ids tell the time in units of 2^32 times 100 ns since 1601. Neither Date nor Received has that time, about a day off. */
function outlookId(subject: SpamSubject): boolean {
  const token = outlook.exec(textOf(subject, 'MESSAGEID'))?.[1];
  if (token === undefined) return false;
  return ['Date', 'Received'].every((name) => {
    const seconds = parseMailDate(textOf(subject, name)) ?? 0;
    const expected = Math.trunc(seconds * 0.0023283064365387 + 27_111_902.8329849);
    return Math.abs(Number.parseInt(token, 16) - expected) >= 250;
  });
}

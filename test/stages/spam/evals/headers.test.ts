import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evaluator } from '../../../../src/stages/spam/evals/eval.js';
import { headerModules } from '../../../../src/stages/spam/evals/headers.js';
import { parseMailDate } from '../../../../src/stages/spam/evals/mail-date.js';
import { mailView, readDomainRules } from '../../../../src/stages/spam/mail/index.js';
import { prepareRelays } from '../../../../src/stages/spam/relays/index.js';
import type { SpamSubject } from '../../../../src/stages/spam/subject.js';
import { encodeLatin1 } from '../../../../src/values/bytes.js';
import { parseMessage } from '../../../../src/values/message.js';
import { FUZZ_RUNS } from '../../../values/support.js';
import { linesOf, settingsOf } from '../relays/support.js';

const settings = settingsOf(readFileSync(new URL('header-cases.cf', import.meta.url), 'latin1'));
const domains = readDomainRules(settings);
const relaysOf = prepareRelays(settings, []);
const functions = new Map(headerModules.flatMap((module) => [...module.prepare(settings, [])]));

/** Octets as Latin-1. */
function subjectOf(
  message: string,
  envelope: SpamSubject['envelope'] = { sender: undefined, recipients: [] },
): SpamSubject {
  const parsed = parseMessage(encodeLatin1(message));
  if (parsed.kind !== 'parsed') throw new Error(parsed.kind);
  const mail = mailView(parsed.value, parsed.value.body.bytes ?? new Uint8Array(), { domains });
  const relays = relaysOf({ header: mail.header, envelope });
  const memo = new Map<unknown, unknown>();
  const subject: SpamSubject = {
    mail,
    relays,
    envelope,
    findings: {},
    now: new Date('2026-11-01T12:00:00Z'),
    memo: <T>(key: unknown, make: (subject: SpamSubject) => T): T => {
      if (!memo.has(key)) memo.set(key, make(subject));
      return memo.get(key) as T;
    },
  };
  return subject;
}

interface Call {
  readonly evaluator: Evaluator;
  readonly args: readonly string[];
}

function callOf(text: string): Call {
  const [, name = '', inner = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  const evaluator = functions.get(name);
  if (evaluator === undefined) throw new Error(`no function ${name}`);
  return { evaluator, args: [...inner.matchAll(/'([^']*)'/g)].map(([, arg = '']) => arg) };
}

function hits(text: string, subject: SpamSubject): boolean {
  const { evaluator, args } = callOf(text);
  return evaluator.run(subject, args) !== false;
}

interface Case {
  readonly name: string;
  readonly call: string;
  readonly message: string;
  readonly expected: boolean;
}

function readCases(): readonly Case[] {
  const lines = linesOf(new URL('header-cases.txt', import.meta.url));
  return lines.flatMap((line, at) => {
    if (line.startsWith('  ')) return [];
    const end = lines.findIndex((other, index) => index > at && !other.startsWith('  '));
    const own = lines.slice(at + 1, end < 0 ? undefined : end).map((each) => unescaped(each.slice(2)));
    const fields = own.filter((each) => !each.startsWith('> '));
    const body = own.find((each) => each.startsWith('> '))?.slice(2) ?? 'Hello';
    const name = [line.slice(2), ...own.map((each) => each.slice(0, 60))].join(' | ');
    return [
      { name, call: line.slice(2), message: `${fields.join('\n')}\n\n${body}\n`, expected: line.startsWith('+') },
    ];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const cases = readCases();

describe('functions of header rules', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { call, message, expected }) => {
    expect(hits(call, subjectOf(message))).toBe(expected);
  });

  it('are known under their names of before SpamAssassin 4', () => {
    expect(hits('check_from_in_blacklist()', subjectOf('From: x@bad1.example\n\n'))).toBe(true);
    expect(hits('check_from_in_whitelist()', subjectOf('From: friend@example.com\n\n'))).toBe(true);
  });

  it('look at the envelope where it is known', () => {
    const envelope = { sender: 'x@bad1.example', recipients: ['postmaster@example.net'] };
    expect(hits('check_from_in_blocklist()', subjectOf('From: a@example.com\n\n', envelope))).toBe(true);
    expect(hits('check_to_in_welcomelist()', subjectOf('To: a@example.com\n\n', envelope))).toBe(true);
  });

  it('say what is wrong with their arguments', () => {
    const wrong = (text: string) => callOf(text).evaluator.check?.(callOf(text).args);
    expect(wrong("check_from_in_list('MINE')")).toBeUndefined();
    expect(wrong("check_from_in_list('OTHER')")).toBe('no list has the name OTHER');
    expect(wrong("check_freemail_replyto('maybe')")).toBe('maybe is neither replyto nor reply');
    expect(wrong("check_freemail_header('From', '(')")).toBeDefined();
  });

  const calls = [...new Set(cases.map(({ call }) => call))];

  it('never throw', () => {
    const words = [...new Set(cases.flatMap(({ message }) => message.split(/(?<=[ \n<>@,.])/)))];
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 6 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const subject = subjectOf(parts.join('').replace(/[^\0-\xff]/g, '?'));
        for (const call of calls) expect(typeof hits(call, subject)).toBe('boolean');
      }),
      { numRuns: Math.min(FUZZ_RUNS, 400) },
    );
  });

  it.each([
    '@',
    'a@',
    'a@b.',
    'a@gmail.com ',
    '=?',
    'from ',
    'by web.mail',
    '<',
    '"',
    'http://',
    '%A',
    'mailto:a.',
    '\xe9',
    '1 Jan ',
  ])('take no longer than the text is: %j', (piece) => {
    const long = piece.repeat(60_000 / piece.length);
    const fields = [
      'From',
      'To',
      'Reply-To',
      'Subject',
      'Received',
      'Date',
      'Message-ID',
      'X-Received',
      'Mailing-List',
    ];
    const header = `From: a@yahoo.com\nFrom: a@gmail.com\n${fields.map((name) => `${name}: ${long}\n`).join('')}`;
    const subject = subjectOf(`${header}\n${long.repeat(8)}\n`);
    expect(subject.mail.body.octets.length).toBeGreaterThan(0);
    const start = performance.now();
    for (const call of calls) hits(call, subject);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('dates', () => {
  it.each([
    ['Mon, 1 Jan 2024 12:00:00 +0100', '2024-01-01T11:00:00Z'],
    ['1 jan 24 12:00 EST', '2024-01-01T17:00:00Z'],
    // SpamAssassin takes the time for a part of the date.
    ['Mon Jan  1 12:00:00 2024', '2024-01-01T00:00:00Z'],
    ['31 Dec 2023 24:61:61 (comment)', '2023-12-31T23:59:59Z'],
    ['31 Apr 2024 00:00:00 +0000', '2024-05-01T00:00:00Z'],
    ['32 Dec 2023 00:00:00 +0000', '2024-01-01T00:00:00Z'],
    ['1 Jan 1950 00:00:00 +0000', '1970-01-01T00:00:00Z'],
    ['1 Jan 2999 00:00:00 +0000', '2037-01-01T00:00:00Z'],
    ['1 Jan 1970 00:00:00 +0100', '1970-01-01T00:00:00Z'],
  ])('%s', (text, expected) => {
    expect(parseMailDate(text)).toBe(Date.parse(expected) / 1000);
  });

  it.each(['', 'yesterday', '0 Jan 2024', '2024-01-01'])('no date: %j', (text) => {
    expect(parseMailDate(text)).toBeUndefined();
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentModules } from '../../../../src/stages/spam/evals/content.js';
import type { Evaluator } from '../../../../src/stages/spam/evals/eval.js';
import type { EvalTest } from '../../../../src/stages/spam/rules/rule.js';
import type { Settings } from '../../../../src/stages/spam/rules/settings.js';
import type { MemoKey, SpamSubject } from '../../../../src/stages/spam/subject.js';
import { viewOf } from '../mail/support.js';

const lines = [
  'ok_locales en',
  'welcomelist_bounce_relays mx?.ours.example',
  'util_rb_tld com example org uk',
  'util_rb_2tld co.uk',
].map((line) => ({
  keyword: line.slice(0, line.indexOf(' ')),
  value: line.slice(line.indexOf(' ') + 1),
  source: { file: 'local.cf', line: 1 },
}));

const settings: Settings = {
  of: (...keywords) => lines.filter(({ keyword }) => keywords.includes(keyword)),
  last: (name) => lines.findLast(({ keyword }) => keyword === name),
};

const functions = new Map<string, Evaluator>(contentModules.flatMap((module) => [...module.prepare(settings, [])]));

function subjectOf(message: string): SpamSubject {
  const known = new Map<MemoKey<unknown>, unknown>();
  const subject: SpamSubject = {
    mail: viewOf(message),
    relays: {
      all: [],
      trusted: [],
      untrusted: [],
      internal: [],
      external: [],
      unparseable: 0,
      pseudoField: () => undefined,
    },
    envelope: { sender: undefined, recipients: [] },
    findings: {},
    now: new Date(0),
    memo: <T>(key: MemoKey<T>, make: (subject: SpamSubject) => T): T => {
      if (!known.has(key)) known.set(key, make(subject));
      return known.get(key) as T;
    },
  };
  return subject;
}

/** `name('a', b)`. */
function call(text: string): { readonly evaluator: Evaluator; readonly args: readonly string[] } {
  const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  const evaluator = functions.get(name);
  if (evaluator === undefined) throw new Error(`no function ${name}`);
  return {
    evaluator,
    args: [...list.matchAll(/'([^']*)'|([^\s,]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
  };
}

function hits(subject: SpamSubject, text: string, on: EvalTest['on'] = 'body'): boolean {
  const { evaluator, args } = call(text);
  expect(evaluator.check?.(args)).toBeUndefined();
  return Boolean(evaluator.run(subject, args, on));
}

interface Case {
  readonly name: string;
  /** Octets as Latin-1. */
  readonly message: string;
  /** Calls that hit in SpamAssassin 4.0.1, and those that do not. */
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

const cases: readonly Case[] = readFileSync(new URL('../../../cases/spam-evals/content.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case);

describe('functions of content', () => {
  it.each(cases)('$name', ({ message, hits: expected, misses }) => {
    const subject = subjectOf(message);
    const found = [...expected, ...misses].filter((text) => hits(subject, text));
    expect(found).toEqual(expected);
  });

  it('covers every function but those that are alike', () => {
    const called = new Set(
      cases.flatMap((each) => [...each.hits, ...each.misses]).map((text) => text.replace(/\(.*/, '')),
    );
    expect([...functions.keys()].filter((name) => !called.has(name))).toEqual([]);
  });

  it('measures images against the decoded body under rawbody', () => {
    const subject = subjectOf(
      'Subject: a subject that is longer than the text\nContent-Type: multipart/mixed; boundary=x\n\n' +
        '--x\n\nab\n--x\nContent-Type: image/gif\nContent-Transfer-Encoding: base64\n\nR0lGODlhCgAKAIAAAA==\n--x--\n',
    );
    expect(hits(subject, "image_to_text_ratio('gif','0.02','0.04')", 'rawbody')).toBe(true);
    expect(hits(subject, "image_to_text_ratio('gif','0.02','0.04')", 'body')).toBe(false);
  });

  it.each([
    ["html_eval('length', '< x')", 'no comparison with a number: < x'],
    ["html_tag_balance('body', '1; die')", 'no comparison with a number: 1; die'],
    ["check_msg_parse_flags('other')", 'unknown flag: other'],
  ])('%s is refused', (text, why) => {
    const { evaluator, args } = call(text);
    expect(evaluator.check?.(args)).toBe(why);
  });

  it('refuses patterns that cannot be had', () => {
    const { evaluator } = call("html_text_match('title', 'x')");
    expect(evaluator.check?.(['title', '(a'])).toEqual(expect.any(String));
  });
});

const part = fc.constantFrom(
  ...[
    'Content-Type: multipart/alternative; boundary=x\n',
    'Content-Type: text/html\n',
    'Content-Type: text/plain; charset=koi8-r\n',
  ],
  ...[
    'Content-Transfer-Encoding: base64\n',
    'Content-Transfer-Encoding: quoted-printable\n',
    'Content-Type: image/png\n',
  ],
  ...[
    'Content-Type: image/gif\n',
    'Content-Type: image/jpeg\n',
    'Content-Disposition: attachment\n',
    '\n',
    '--x\n',
    '--x--\n',
  ],
  ...[
    'R0lGODlhCgAKAIAAAA==\n',
    '/9j/wAARCAAAAAA=\n',
    'iVBORw0KGgoAAAANSUhEUg==\n',
    '=20=\n',
    '&#x0041;',
    '<img src=a>',
    '<a href="https://',
  ],
  ...['</a>', 'TEXT ', 'Price: 1\n', 'Received: by a.b \n', '-- \n', '\x1b$B', '\x1b(B', '\xff', '\r', ' '],
);

it('no message makes a function fail', () => {
  const calls = [...new Set(cases.flatMap((each) => [...each.hits, ...each.misses]))].map(call);
  for (const { evaluator, args } of calls) evaluator.check?.(args);
  const message = fc.oneof(
    fc.array(part, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)), maxLength: 200 }),
  );
  fc.assert(
    fc.property(message, (text) => {
      const subject = subjectOf(text);
      for (const { evaluator, args } of calls)
        expect(['boolean', 'number']).toContain(typeof evaluator.run(subject, args));
    }),
    { numRuns: 150 },
  );
});

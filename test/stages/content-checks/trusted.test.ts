/** Trusted tables in content checks: the same results as one after the other, and "could not tell" is never "no match". */

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { regexWorker } from '../../../src/adapters/regex-worker/index.js';
import type { Final } from '../../../src/core/decision.js';
import { definePolicy, type Outcome } from '../../../src/index.js';
import type { BacktrackingRegex } from '../../../src/ports/backtracking-regex.js';
import { joinedRules } from '../../../src/postfix/joined-rules.js';
import { type ContentChecksOptions, contentChecks } from '../../../src/stages/content-checks/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { cannotTell } from '../../../src/values/answer.js';
import type { Message } from '../../../src/values/message.js';
import { directRegex, harder } from '../../tables/regex/trusted-support.js';
import { edited } from '../checks-support.js';

function evaluate(options: ContentChecksOptions, text: string): Promise<Outcome> {
  return definePolicy({ message: [contentChecks(options)] }).evaluate({
    session: sessionOf(),
    sender: senderOf('a@client.example'),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf(text),
  });
}

/** Not in memory: read in chunks of `size`. */
function streamed(message: Message, size: number): Message {
  const { bytes = new Uint8Array(0) } = message.body;
  async function* open(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return { ...message, body: { kind: 'body', size: bytes.length, bytes: undefined, open } };
}

async function outcome(options: ContentChecksOptions, message: Message): Promise<unknown> {
  const { result, notes } = await runStage(contentChecks(options), { message });
  const {
    findings,
    decision,
    edits = [],
  } = result as unknown as {
    readonly findings: object;
    readonly decision?: Final;
    readonly edits?: readonly object[];
  };
  const shown = notes.map((note) => ({ ...note, text: '', ...(note.kind === 'rule' && { trusted: undefined }) }));
  const hits = JSON.stringify(findings, (key, value) => (key === 'rule' ? undefined : value));
  const after = await edited(message, edits as never);
  return { hits, decision: decision === undefined ? undefined : { ...decision, detail: '' }, after, shown };
}

const action = fc.constantFrom(
  'WARN w',
  'REJECT r',
  'DISCARD d',
  'HOLD h',
  'PASS',
  'DUNNO',
  'IGNORE',
  'PREPEND X: y',
  'REPLACE X: z',
);
const word = fc.constantFrom('a', 'ab', 'b.*c', 'x$', '^c', 'Subject', '[abc]x', 'text');
const rule = fc
  .tuple(fc.constantFrom('', '', '!'), word, action)
  .map(([not, pattern, result]) => `${not}~${pattern}~ ${result}`);
const table = fc
  .array(
    fc.oneof(
      rule,
      fc.tuple(word, rule).map(([pattern, inner]) => `if ~${pattern}~\n${inner}\nendif`),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => parts.join('\n'));
const lines = fc.array(fc.string({ unit: fc.constantFrom(...'aabbccx '), maxLength: 8 }), { maxLength: 12 });

describe('results', () => {
  test('are those of tables whose patterns can all run here', async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        table,
        table,
        fc.func(fc.boolean()),
        lines,
        fc.integer({ min: 1, max: 40 }),
        async (header, body, which, text, size) => {
          const trusted = directRegex();
          const plain = { header: { pcre: header, file: 'h' }, body: { pcre: body, file: 'b' } };
          const hard = {
            header: { pcre: harder(header, which), file: 'h', trusted },
            body: { pcre: harder(body, (index) => which(index + 100)), file: 'b', trusted },
          };
          const message = messageOf(
            `Subject: abc\r\nX-A: cx\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n${text.join('\r\n')}\r\n--q\r\nContent-ID: abx\r\n\r\ntext\r\n--q--\r\n`,
          );
          const expected = await outcome(plain, message);
          expect(await outcome(hard, message)).toEqual(expected);
          expect(await outcome(hard, streamed(message, size))).toEqual(expected);
          asked += trusted.asked.length;
        },
      ),
      { numRuns: 200 },
    );
    expect(asked).toBeGreaterThan(100);
  });

  test('of a large body, window after window, and no further than the checks go', async () => {
    const text = Array.from({ length: 12_000 }, (_, at) =>
      at % 500 === 0 ? `word word ${at}` : `line ${at}, and more`,
    );
    text[9000] = 'the end the end';
    const message = messageOf(`A: b\r\n\r\n${text.join('\r\n')}\r\n`);
    const pcre = '~word (?:word)~ REPLACE x\n~the end ~ REDIRECT a@b.example';
    const plain = { body: { pcre, file: 'b' }, bodySizeLimit: Number.POSITIVE_INFINITY };
    const trusted = directRegex();
    const hard = { ...plain, body: { pcre: harder(pcre, () => true), file: 'b', trusted } };
    const expected = await outcome(plain, message);
    expect(await outcome(hard, message)).toEqual(expected);
    expect(trusted.asked.length).toBeGreaterThanOrEqual(3);
    expect(trusted.asked.flatMap(({ texts }) => texts.items)).toHaveLength(19);
    expect(await outcome(hard, streamed(message, 1000))).toEqual(expected);
  });

  test('of several tables as one: the first that matches, and no later one while it is not known', async () => {
    const trusted = directRegex();
    const body = joinedRules([
      pcreTable('/(a)\\1/ WARN first', { file: 'one', trusted }),
      pcreTable('/aa/ REJECT second', { file: 'two' }),
    ]);
    const { notes } = await runStage(contentChecks({ body }), {
      message: messageOf('A: b\r\n\r\naa\r\nbaa\r\nab\r\n'),
    });
    const matched = notes.flatMap((note) =>
      note.kind === 'rule' && note.matched ? [`${note.source.file} ${note.on}`] : [],
    );
    expect(matched).toEqual(['one line 1', 'one line 2']);
    expect(trusted.asked).toHaveLength(1);
  });

  test('what lies behind the end of the checks is not asked for', async () => {
    const trusted = directRegex();
    const body = { pcre: '/(a)\\1/ WARN\n/end/ DISCARD', trusted };
    await evaluate({ body }, 'A: b\r\n\r\naab\r\nend\r\naac\r\n');
    expect(trusted.asked.flatMap(({ texts }) => texts.items.map(({ text }) => text))).toEqual(['aab']);
  });

  test('a table that needs no engine asks none, and its stage is as it was', () => {
    const stage = contentChecks({ body: { pcre: '/a/ REJECT', trusted: directRegex() } });
    expect(stage.asks).toEqual({});
  });
});

describe('could not tell', () => {
  const worker = regexWorker({ timeout: 200 });
  afterAll(() => worker.close());
  const options = { body: { pcre: '/(a+)+\\1$/ REJECT no', file: 'map', trusted: worker } };

  test('a pattern that runs away defers the mail, and the next one is judged', async () => {
    const bad = `A: b\r\n\r\n${'a'.repeat(60)}b\r\n`;
    const [first, second, third] = await Promise.all([
      evaluate(options, bad),
      evaluate(options, 'A: b\r\n\r\naaaa\r\n'),
      evaluate(options, 'A: b\r\n\r\nclean a\r\n'),
    ]);
    const decisions = [first, second, third].map(({ recipients }) => recipients[0]?.decision);
    expect(decisions).toMatchObject([
      { kind: 'defer', reason: 'cannot-tell', reply: { code: 451 } },
      { kind: 'reject', reply: { code: 550 } },
      { kind: 'continue' },
    ]);
  });

  const down: BacktrackingRegex = { search: () => cannotTell('down') };
  test.each([
    [undefined, 'defer'],
    ['defer', 'defer'],
    ['reject', 'reject'],
    ['hold', 'hold'],
    ['continue', 'continue'],
  ] as const)('cannotTell %s: %s', async (rule, kind) => {
    const body = { pcre: '/(a)\\1/ REJECT', trusted: down };
    const { recipients } = await evaluate({ body, ...(rule && { cannotTell: rule }) }, 'A: b\r\n\r\naa\r\n');
    expect(recipients[0]?.decision.kind).toBe(kind);
  });

  test('an engine that fails, or answers nonsense, defers', async () => {
    const engines: readonly BacktrackingRegex[] = [
      { search: () => Promise.reject(new Error('broken')) },
      { search: () => ({ kind: 'found', value: { kind: 'body', size: 0, matches: [] } }) },
      { search: () => ({ kind: 'not-found' }) },
    ];
    for (const trusted of engines) {
      const { recipients } = await evaluate({ body: { pcre: '/(a)\\1/ REJECT', trusted } }, 'A: b\r\n\r\naa\r\n');
      expect(recipients[0]?.decision.kind).toBe('defer');
    }
  });
});

describe('what is told', () => {
  const body = { pcre: '/(secret)\\1/ WARN', file: 'map', trusted: directRegex() };

  test('the trace says that the rule ran elsewhere, and nothing of the text', async () => {
    const { result, notes, asked } = await runStage(contentChecks({ body }), {
      message: messageOf('A: b\r\n\r\nmy secretsecret text\r\n'),
    });
    expect(result).toMatchObject({ findings: { bodyChecks: { hits: [{ line: 1 }] } } });
    expect(notes).toContainEqual(expect.objectContaining({ kind: 'rule', matched: true, on: 'line 1', trusted: true }));
    expect(asked).toMatchObject([
      {
        port: 'backtracking',
        method: 'search',
        args: [{ patterns: [{ rule: 'pcre:map:1' }], texts: { kind: 'body', size: 20 } }],
        answer: { kind: 'found', value: { kind: 'body', size: 1 } },
      },
    ]);
    expect(JSON.stringify(asked)).not.toContain('my secret');
  });

  test('the policy lists the engine and what happens without it', () => {
    const policy = definePolicy({ message: [contentChecks({ body })] });
    expect(policy.failures()).toContainEqual(
      expect.objectContaining({ stage: 'contentChecks', port: 'backtracking', cannotTell: 'defer' }),
    );
  });
});

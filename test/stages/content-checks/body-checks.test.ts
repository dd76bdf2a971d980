import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyChecks, bodyChecksFinding } from '../../../src/stages/content-checks/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import type { Body } from '../../../src/values/body.js';
import { decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';
import type { Message } from '../../../src/values/message.js';
import { problemsOf } from '../../values/support.js';
import { agrees, cases, edited, golden, message, run } from '../checks-support.js';

const checks = (rules: string, options = {}) => bodyChecks(pcreTable(rules, { file: 'body_checks' }), options);
const withBody = (text: string): Message => message(`From: a@example.com\r\n\r\n${text}`);
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

/** The same message with its body elsewhere, in chunks of `size`; counts what is read. */
function elsewhere(on: Message, size: number): { message: Message; read: () => number } {
  let read = 0;
  const bytes = on.body.bytes ?? new Uint8Array(0);
  const body: Body = {
    kind: 'body',
    size: bytes.length,
    bytes: undefined,
    async *open() {
      for (let at = 0; at < bytes.length; at += size) {
        read++;
        yield bytes.subarray(at, at + size);
      }
    },
  };
  return { message: { ...on, body }, read: () => read };
}

async function linesHit(rules: string, text: string, options = {}): Promise<readonly number[] | undefined> {
  const { findings } = await run(checks(rules, options), withBody(text));
  return bodyChecksFinding.in(findings)?.hits.map(({ line }) => line);
}

describe('golden cases', () => {
  test.each(cases('body-checks'))('$stem', async (one) => {
    expect(agrees(one, await golden(checks(one.rules), one.eml)), `see ${one.stem}.actual`).toBe(true);
  });
});

test('lines: CRLF, LF, an unfinished last one, empty ones, octets', async () => {
  expect(await linesHit('/^b$/ WARN', 'a\r\nb\nb\r\n\r\nb')).toEqual([2, 3, 5]);
  // Postfix looks up no empty line, and what comes before a NUL of others.
  expect(await linesHit('/^$/ WARN', 'a\r\n\r\n\n\0b\n')).toEqual([]);
  expect(await linesHit('/^a$/ WARN', 'a\0b\r\n')).toEqual([1]);
  expect(await linesHit('/^a$/ WARN', 'a\r\r\n')).toEqual([1]);
  expect(await linesHit('/^.caf.$/ WARN', '\xffcaf\xe9\r\n')).toEqual([1]);
  expect(await linesHit('!/a/ WARN', 'a\nb\n')).toEqual([2]);
  expect(await linesHit('/./ WARN', '')).toEqual([]);
});

test('what is looked at: 51,200 octets with line ends as one, lines in pieces of 2,048', async () => {
  const line = 'x'.repeat(1023);
  const text = `${`${line}\r\n`.repeat(50)}last\r\n`;
  // The empty line behind the header counts too.
  expect(await linesHit('/last/ WARN', text)).toEqual([]);
  expect(await linesHit('/last/ WARN', text, { bodySizeLimit: 51_201 })).toEqual([]);
  expect(await linesHit('/last/ WARN', text, { bodySizeLimit: 51_202 })).toEqual([51]);
  expect(await linesHit('/last/ WARN', text.slice(1))).toEqual([]);
  expect(await linesHit('/last/ WARN', text.slice(2))).toEqual([51]);
  expect(await linesHit('/last/ WARN', text, { bodySizeLimit: Number.POSITIVE_INFINITY })).toEqual([51]);
  expect(await linesHit('/^y/ WARN', `${'x'.repeat(2048)}y\n`)).toEqual([1]);
  expect(await linesHit('/xy/ WARN', `${'x'.repeat(2048)}y\n`)).toEqual([]);
  expect(await linesHit('/xy/ WARN', `${'x'.repeat(2047)}y\n`)).toEqual([1]);
  // Each piece of a long line counts one more than its text.
  expect(await linesHit('/last/ WARN', `${'x'.repeat(24 * 2048 + 2021)}\nlast\n`)).toEqual([2]);
  expect(await linesHit('/last/ WARN', `${'x'.repeat(24 * 2048 + 2022)}\nlast\n`)).toEqual([]);
});

test('edits: line ends are kept, pieces of long lines too', async () => {
  const after = async (rules: string, text: string, options = {}) => {
    const on = withBody(text);
    return bodyOf(await edited(on, (await run(checks(rules, options), on)).edits));
  };
  expect(await after('/b/ IGNORE', 'a\r\nb\r\nc\r\n')).toBe('a\r\nc\r\n');
  expect(await after('/b/ REPLACE x', 'a\nb\nb')).toBe('a\nx\nx');
  expect(await after('/a|b/ PREPEND x', 'a\nb')).toBe('x\na\nx\r\nb');
  expect(await after('/^(b+)$/ REPLACE <$1>', 'aabbc\n', { lineLimit: 2 })).toBe('aa<bb>c\n');
  expect(await after('/c/ IGNORE', 'aabbc\nd\n', { lineLimit: 2 })).toBe('aabbd\n');
  // Nothing comes behind it to be joined with: Postfix ends the line.
  expect(await after('/c/ IGNORE', 'aabbc\n', { lineLimit: 2 })).toBe('aabb\n');
  expect(await after('/[bc]/ IGNORE', 'aabbc\n', { lineLimit: 2 })).toBe('aa\n');
  expect(await after('/[abc]/ IGNORE', 'd\naabbc\n', { lineLimit: 2 })).toBe('d\n');
  expect(await after('/c/ IGNORE', 'aabb\nc\n', { lineLimit: 2 })).toBe('aabb\n');
  expect(await after('/(.\\r.)/ REPLACE $1', 'a\rb\n')).toBe('a?b\n');
  expect(await after('/\xe9/ REPLACE caf\xe9', '\xc3\xa9\n')).toBe('caf\xc3\xa9\n');
});

test('a body elsewhere: the same outcome, no more read than is looked at, nothing held', async () => {
  const on = withBody(`one\r\n${'x'.repeat(70)}\r\n${'line\r\n'.repeat(100_000)}`);
  const stage = checks('/one/ REPLACE three\n/line/ DUNNO');
  const away = elsewhere(on, 1000);
  const ran = await run(stage, away.message);
  expect(away.read()).toBeLessThanOrEqual(105);
  const [edit] = ran.edits;
  if (edit?.kind !== 'replace-body') throw new Error('no edit');
  expect(edit.body.bytes).toBeUndefined();
  expect(edit.body.size).toBe(on.body.size + 2);
  const expected = await edited(on, (await run(stage, on)).edits);
  expect(await edited(away.message, ran.edits)).toBe(expected);
  expect(await edited(away.message, ran.edits)).toBe(expected);
  expect(ran.findings).toEqual((await run(stage, on)).findings);
});

test('a body in memory is checked at once, one elsewhere is promised', () => {
  const on = withBody('a\n');
  const ctx = { detail: false, note: () => {} } as never;
  const tx = (of: Message) => ({ message: of, recipients: [], findings: {} }) as never;
  expect(checks('/b/ REJECT').run(tx(on), ctx)).not.toHaveProperty('then');
  expect(checks('/b/ REJECT').run(tx(elsewhere(on, 9).message), ctx)).toHaveProperty('then');
});

test('any body, any division: the same outcome in memory and elsewhere', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'aab\n\r'), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      async (body, size, lineLimit) => {
        const stage = checks('/^a$/ IGNORE\n/ab/ REPLACE c\n!/a/ PREPEND d', { lineLimit, bodySizeLimit: 40 });
        const on = withBody(body);
        const away = elsewhere(on, size).message;
        const [here, there] = [await run(stage, on), await run(stage, away)];
        expect(there.findings).toEqual(here.findings);
        const after = await edited(on, here.edits);
        expect(await edited(away, there.edits)).toBe(after);
        for (const edit of there.edits) {
          if (edit.kind !== 'replace-body') continue;
          let length = 0;
          for await (const chunk of edit.body.open()) length += chunk.length;
          expect(edit.body.size).toBe(length);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a PASS in the header passes the body', async () => {
  const stage = checks('/a/ REJECT');
  const ran = await run(stage, withBody('a\n'), { findings: { headerChecks: { hits: [], passed: true } } });
  expect(ran.decision).toBeUndefined();
  expect((await run(stage, withBody('a\n'))).decision?.kind).toBe('reject');
});

test('no body text in trace, finding or detail', async () => {
  const ran = await run(checks('/(secret.*)/ INFO $1\n/(.*)!/ REJECT $1'), withBody('secret word\nother word!\n'), {
    detail: true,
  });
  expect(JSON.stringify([ran.notes, ran.findings, ran.decision?.detail])).not.toContain('word');
  expect(ran.decision?.reply.lines).toEqual(['other word']);
});

test('what a table needs', () => {
  expect(checks('/a/ STRIP x').edits).toEqual(['replace-body']);
  expect(checks('/a/ REJECT').edits).toEqual([]);
  expect(checks('/a/ REPLACE any text').decides).toEqual([]);
  expect(problemsOf(() => checks('/a/ REPLACE\n/b/ nonsense'))).toMatchObject([
    { code: 'bad-action' },
    { code: 'unknown-action' },
  ]);
});

test('octets are what they were', async () => {
  const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join('');
  const on = withBody(`${all}\r\nx\r\n`);
  const after = await edited(on, (await run(checks('/^x$/ IGNORE'), on)).edits);
  expect(encodeLatin1(bodyOf(after))).toEqual(encodeLatin1(`${all}\r\n`));
  expect(decodeLatin1(encodeLatin1(all))).toBe(all);
});

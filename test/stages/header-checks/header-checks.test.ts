import { describe, expect, test } from 'vitest';
import { headerChecks, headerChecksFinding } from '../../../src/stages/header-checks/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { problemsOf } from '../../tables/regex/support.js';
import { agrees, cases, edited, envelope, golden, message, run } from '../checks-support.js';

const checks = (rules: string) => headerChecks(pcreTable(rules, { file: 'header_checks' }));
const plain = message('From: a@example.com\r\nSubject: one\r\n two\r\n\r\nbody\r\n');

describe('golden cases', () => {
  test.each(cases('header-checks'))('$stem', async (one) => {
    expect(agrees(one, await golden(checks(one.rules), one.eml)), `see ${one.stem}.actual`).toBe(true);
  });
});

test('what a table needs is known from what it says', () => {
  const facts = (rules: string) => [checks(rules).edits, checks(rules).decides];
  expect(facts('/a/ REJECT')).toEqual([[], []]);
  expect(facts('/a/ prepend X: y\n/b/ hold\n/c/ ignore')).toEqual([['insert-header', 'remove-header'], ['hold']]);
  expect(facts('/a/ REPLACE X: y\n/b/ BCC a@b.example\n/c/ FILTER x:y')).toEqual([
    ['replace-header', 'add-recipient', 'set-next-hop'],
    [],
  ]);
  expect(facts('/a/ HOLD\n/b/ REDIRECT a@b.example')).toEqual([
    ['add-recipient', 'remove-recipient'],
    ['hold', 'redirect'],
  ]);
});

test('the finding names rule, action and field; clean is clean', async () => {
  const stage = checks('/^subject:/ WARN hm');
  expect((await run(stage, plain)).findings).toEqual(
    headerChecksFinding.of({
      hits: [
        { source: { file: 'header_checks', line: 1 }, rule: '/^subject:/ WARN hm', action: 'warn', field: 'Subject' },
      ],
      passed: false,
    }),
  );
  const clean = await run(checks('/nothing/ REJECT'), plain);
  expect(clean).toEqual({
    findings: { headerChecks: { hits: [], passed: false } },
    decision: undefined,
    edits: [],
    notes: [],
  });
});

test('replies: default text, own text, own codes, a temporary one', async () => {
  const reply = async (rules: string) => (await run(checks(rules), plain)).decision;
  expect(await reply('/^From/ REJECT')).toMatchObject({
    kind: 'reject',
    reason: 'content',
    reply: { code: 550, enhanced: '5.7.1', lines: ['message content rejected'] },
  });
  expect(await reply('/^From/ REJECT 554 5.6.0 No')).toMatchObject({
    kind: 'reject',
    reply: { code: 554, enhanced: '5.6.0', lines: ['No'] },
  });
  expect(await reply('/^From/ REJECT 4.3.2 Wait')).toMatchObject({
    kind: 'defer',
    reply: { code: 451, enhanced: '4.3.2', lines: ['Wait'] },
  });
  expect(await reply('/^From/ REJECT 450 Wait')).toMatchObject({
    kind: 'defer',
    reply: { code: 450, enhanced: '4.7.1' },
  });
});

test('what is matched: octets, folds as they are, no white space before the colon, no more than the limit', async () => {
  const odd = message('Subject : caf\xe9 \xff\r\n x\r\nX-Long: 0123456789\r\nX-Bare: a\n b\n\nbody\n');
  const hit = async (rules: string, options = {}) => {
    const ran = await run(headerChecks(pcreTable(rules), options), odd);
    return headerChecksFinding.in(ran.findings)?.hits.map(({ field }) => field);
  };
  expect(await hit('/^Subject: caf. .\\n x$/ WARN')).toEqual(['Subject']);
  expect(await hit('/^X-Bare: a\\n b$/ WARN')).toEqual(['X-Bare']);
  expect(await hit('/\\r/ WARN')).toEqual([]);
  expect(await hit('/9/ WARN')).toEqual(['X-Long']);
  expect(await hit('/9/ WARN', { headerSizeLimit: 16 })).toEqual([]);
});

test('captured text cannot begin a second field', async () => {
  const evil = message('X-A: one\r\n Evil: two\rthree\r\n\r\n');
  const { edits } = await run(checks('/^X-A: (\\S+\\n) (.*)$/ REPLACE X-B: $1$2'), evil);
  expect(await edited(evil, edits)).toBe('X-B: one?Evil: two?three\r\n\r\n');
});

test('a substitution that makes an action wrong does nothing, and the trace says so', async () => {
  const { edits, decision, notes, findings } = await run(checks('/^Subject: (.*)/ BCC $1'), plain);
  expect([edits, decision, headerChecksFinding.in(findings)?.hits]).toEqual([[], undefined, []]);
  expect(notes.at(-1)).toMatchObject({ kind: 'remark', text: expect.stringContaining('nothing done for Subject') });
});

test('one recipient set for all: FILTER last wins, BCC goes the same way', async () => {
  const ran = await run(checks('/^From/ BCC c@example.com\n/^Subject/ FILTER lmtp:x'), plain);
  expect(envelope(ran)).toEqual([
    'a@example.com via lmtp:x',
    'b@example.com via lmtp:x',
    'add c@example.com via lmtp:x',
  ]);
});

test('wrong actions: all at once', () => {
  const rules =
    '/a/ FROB x\n/b/ OK\n/c/\n/d/ FILTER nowhere\n/e/ BCC nobody\n/f/ REPLACE no field\n/g/ PREPEND\n/(h)/ $1\n/(i)/ R$1\n/(j)/ REDIRECT $1';
  expect(problemsOf(() => checks(rules)).map(({ code, source }) => [code, source?.line])).toEqual([
    ['unknown-action', 1],
    ['unknown-action', 3],
    ['bad-action', 4],
    ['bad-action', 5],
    ['bad-action', 6],
    ['bad-action', 7],
    ['unknown-action', 8],
    ['unknown-action', 9],
  ]);
});

test('no note for rules that did not match unless somebody wants detail', async () => {
  const rules = '/^from/ DUNNO\n/nothing/ REJECT';
  expect((await run(checks(rules), plain)).notes).toHaveLength(1);
  expect(
    (await run(checks(rules), plain, { detail: true })).notes.map((note) => note.kind === 'rule' && note.matched),
  ).toEqual([true, false]);
});

test('many hits: all are carried out, the finding keeps 1,000', async () => {
  const many = message(`${'X-A: b\r\n'.repeat(5000)}\r\n`);
  const started = performance.now();
  const { findings } = await run(checks('/^X-(A)/ IGNORE\n/(a+)+$/ REJECT'), many);
  expect(headerChecksFinding.in(findings)?.hits).toHaveLength(1000);
  expect(performance.now() - started).toBeLessThan(5000);
});

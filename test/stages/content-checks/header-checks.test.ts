import { describe, expect, test } from 'vitest';
import { headerChecks, headerChecksFinding } from '../../../src/stages/content-checks/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { replyText } from '../../../src/values/reply.js';
import { problemsOf } from '../../values/support.js';
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
  expect(facts('/a/ prepend X: y\n/b/ hold\n/c/ ignore')).toEqual([
    ['insert-header', 'remove-header', 'replace-body'],
    ['hold'],
  ]);
  expect(facts('/a/ REPLACE X: y\n/b/ BCC a@b.example\n/c/ FILTER x:y')).toEqual([
    ['replace-header', 'replace-body', 'add-recipient', 'set-next-hop'],
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
        {
          source: { file: 'header_checks', line: 1 },
          rule: '/^subject:/ WARN hm',
          action: 'warn',
          field: 'Subject',
          kind: 'header',
        },
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

/** As Postfix 3.7.11 answered them; an enhanced code of two digits and no text is not compared, it prints other octets there. */
test.each([
  ['REJECT', 'reject 550 5.7.1 message content rejected'],
  ['REJECT No', 'reject 550 5.7.1 No'],
  ['REJECT 5.6.1 No', 'reject 550 5.6.1 No'],
  ['REJECT 5.7.1   No', 'reject 550 5.7.1 No'],
  ['REJECT 554 5.6.0 No', 'reject 550 5.7.1 554 5.6.0 No'],
  ['REJECT 450 Wait', 'reject 550 5.7.1 450 Wait'],
  ['REJECT 4.3.2 Wait', 'defer 451 4.3.2 Wait'],
  ['REJECT 2.0.0 Fine', 'defer 451 4.0.0 Fine'],
  ['REJECT 5.1234.1 x', 'reject 550 5.7.1 5.1234.1 x'],
  ['REJECT 1.2.3 x', 'reject 550 5.7.1 1.2.3 x'],
  ['REJECT 5.6.1', 'reject 550 5.6.1 message content rejected'],
])('%s', async (action, wanted) => {
  const { decision } = await run(checks(`/^From/ ${action}`), plain);
  expect(decision?.reason).toBe('content');
  expect(decision && `${decision.kind} ${replyText(decision.reply)}`).toBe(wanted);
});

test('what is matched: octets, folds as they are, no white space before the colon, no more than the limit', async () => {
  const odd = message('Subject : caf\xe9 \xff\r\n x\r\nX-Long: 0123456789\r\n 0\r\n 9\r\nX-Bare: a\n b\n\nbody\n');
  const hit = async (rules: string, options = {}) => {
    const ran = await run(headerChecks(pcreTable(rules), options), odd);
    return headerChecksFinding.in(ran.findings)?.hits.map(({ field }) => field);
  };
  expect(await hit('/^Subject: caf. .\\n x$/ WARN')).toEqual(['Subject']);
  expect(await hit('/^X-Bare: a\\n b$/ WARN')).toEqual(['X-Bare']);
  expect(await hit('/\\r/ WARN')).toEqual([]);
  // Lines are added until the text has reached the limit.
  expect(await hit('/9$/ WARN')).toEqual(['X-Long']);
  expect(await hit('/0\\n 0$/ WARN', { headerSizeLimit: 19 })).toEqual([]);
  expect(await hit('/9\\n 0$/ WARN', { headerSizeLimit: 19 })).toEqual(['X-Long']);
  expect(await hit('/9$/ WARN', { headerSizeLimit: 18 })).toEqual(['X-Long']);
});

test('captured text cannot begin a second field', async () => {
  const evil = message('X-A: one\r\n Evil: two\rthree\r\n\r\n');
  const { edits } = await run(checks('/^X-A: (\\S+\\n) (.*)$/ REPLACE X-B: $1$2'), evil);
  expect(await edited(evil, edits)).toBe('X-B: one\r\n\tEvil: two?three\r\n\r\n');
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

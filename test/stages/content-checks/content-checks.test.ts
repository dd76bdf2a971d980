import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bodyChecksFinding,
  type ContentChecksOptions,
  contentChecks,
  headerChecks,
  headerChecksFinding,
} from '../../../src/stages/content-checks/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { BODY_CHUNK_BYTES } from '../../../src/values/body.js';
import { makeField } from '../../../src/values/make-field.js';
import { type Message, prependField } from '../../../src/values/message.js';
import { expectLinear, problemsOf } from '../../values/support.js';
import { edited, envelope, message, run } from '../checks-support.js';

type Rules = { readonly [K in 'header' | 'mimeHeader' | 'nestedHeader' | 'body']?: string };

const checks = ({ header, mimeHeader, nestedHeader, body }: Rules, options: ContentChecksOptions = {}) =>
  contentChecks({
    ...options,
    ...(header !== undefined && { header: { pcre: header, file: 'h' } }),
    ...(mimeHeader !== undefined && { mimeHeader: { pcre: mimeHeader, file: 'm' } }),
    ...(nestedHeader !== undefined && { nestedHeader: { pcre: nestedHeader, file: 'n' } }),
    ...(body !== undefined && { body: { pcre: body, file: 'b' } }),
  });

const parts = message(
  [
    'From: a@example.com',
    'Subject: one',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'prolog',
    '--b',
    'Content-Type: text/plain;',
    ' name=x.exe',
    'X-Part: yes',
    '',
    'text',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'From: b@example.com',
    'Content-ID: <x>',
    '',
    'inner',
    '--b--',
    '',
  ].join('\r\n'),
);

/** Where rules hit, in the order of findings: `m:1 mime Content-Type`, `b:1 line 3`. */
async function hits(rules: Rules, on: Message = parts, options: ContentChecksOptions = {}): Promise<readonly string[]> {
  const { findings } = await run(checks(rules, options), on);
  const header = headerChecksFinding.in(findings)?.hits ?? [];
  const body = bodyChecksFinding.in(findings)?.hits ?? [];
  return [
    ...header.map(({ source, kind, field }) => `${source.file}:${source.line} ${kind} ${field}`),
    ...body.map(({ source, line }) => `${source.file}:${source.line} line ${line}`),
  ];
}

async function changed(rules: Rules, on: Message = parts): Promise<string> {
  return (await edited(on, (await run(checks(rules), on)).edits)).replaceAll('\r\n', '|');
}

describe('which table a field is held against', () => {
  test('each its own', async () => {
    expect(await hits({ header: '/./ WARN', mimeHeader: '/./ WARN', nestedHeader: '/./ WARN' })).toEqual([
      'h:1 header From',
      'h:1 header Subject',
      'm:1 mime Content-Type',
      'm:1 mime Content-Type',
      'm:1 mime X-Part',
      'm:1 mime Content-Type',
      'n:1 nested From',
      'm:1 mime Content-ID',
    ]);
  });

  test('the table for the header stands in for the others', async () => {
    expect(await hits({ header: '/^(X-Part|Content-ID|From)/ WARN' })).toEqual([
      'h:1 header From',
      'h:1 mime X-Part',
      'h:1 nested From',
      'h:1 mime Content-ID',
    ]);
    expect(await hits({ header: '/./ WARN' }, parts, { mimeHeader: 'none', nestedHeader: 'none' })).toHaveLength(2);
  });

  test('lines are those of no header', async () => {
    expect(await hits({ body: '/./ WARN' })).toEqual([1, 2, 7, 8, 14, 15].map((line) => `b:1 line ${line}`));
    expect(await hits({ body: '/./ WARN' }, parts, { mime: false })).toHaveLength(12);
  });
});

describe('what goes on and what ends', () => {
  const body = '/^text/ REJECT No text';

  test.each<[string, Rules, readonly string[]]>([
    [
      'HOLD, then REJECT',
      { header: '/^Subject/ HOLD', body },
      ['reject 550 5.7.1 No text (pcre:b:1: line 7 of the body)'],
    ],
    [
      'HOLD, then DISCARD',
      { header: '/^Subject/ HOLD', body: '/^text/ DISCARD' },
      ['discard 250 2.0.0 Ok (pcre:b:1: line 7 of the body)'],
    ],
    [
      'HOLD, then REDIRECT',
      { header: '/^Subject/ HOLD why', body: '/^text/ REDIRECT c@example.com' },
      ['add c@example.com', 'remove a@example.com', 'remove b@example.com', 'hold 250 2.0.0 Ok (why)'],
    ],
    [
      'REDIRECT ends',
      { header: '/^Subject/ REDIRECT c@example.com', body },
      ['redirect to c@example.com 250 2.0.0 Ok (pcre:h:1: Subject: one)'],
    ],
    ['DISCARD ends', { header: '/^Subject/ DISCARD', body }, ['discard 250 2.0.0 Ok (pcre:h:1: Subject: one)']],
    ['PASS ends', { header: '/^Subject/ PASS', body }, []],
    ['PASS in a part ends', { mimeHeader: '/^X-Part/ PASS', body }, []],
    [
      'PASS behind what it would spare',
      { nestedHeader: '/^From/ PASS', body },
      ['reject 550 5.7.1 No text (pcre:b:1: line 7 of the body)'],
    ],
    [
      'REDIRECT overrides FILTER',
      { header: '/^Subject/ FILTER lmtp:x', body: '/^text/ REDIRECT c@example.com' },
      ['redirect to c@example.com 250 2.0.0 Ok (pcre:b:1: line 7 of the body)'],
    ],
    [
      'BCC once, FILTER the last',
      {
        header: '/^From/ BCC c@example.com\n/^Subject/ FILTER lmtp:x',
        body: '/^text/ FILTER smtp:y\n/^inner/ BCC c@example.com',
      },
      ['a@example.com via smtp:y', 'b@example.com via smtp:y', 'add c@example.com via smtp:y'],
    ],
  ])('%s', async (_, rules, wanted) => {
    expect(envelope(await run(checks(rules), parts))).toEqual(wanted);
  });

  test('PASS says where', async () => {
    const passed = async (rules: Rules) => {
      const { findings } = await run(checks(rules), parts);
      return [headerChecksFinding.in(findings)?.passed, bodyChecksFinding.in(findings)?.passed];
    };
    expect(await passed({ header: '/^X-Part/ PASS' })).toEqual([true, false]);
    expect(await passed({ body: '/^text/ PASS' })).toEqual([false, true]);
    expect(await passed({ body: '/^text/ WARN' })).toEqual([false, false]);
  });
});

describe('edits inside the body change those octets alone', () => {
  const head = 'From: a@example.com|Subject: one|Content-Type: multipart/mixed; boundary=b||prolog|--b|';
  const second = '|text|--b|Content-Type: message/rfc822||From: b@example.com|Content-ID: <x>||inner|--b--|';

  test('fields of parts', async () => {
    const part = await changed({
      mimeHeader: '/^Content-Type: text(.*)/ REPLACE X-Was: text$1\n/^X-Part/ PREPEND X-New: y',
    });
    expect(part).toBe(`${head}X-Was: text/plain;| name=x.exe|X-New: y|X-Part: yes|${second}`);
    expect(await changed({ mimeHeader: '/^Content-Type: text/ IGNORE' })).toBe(`${head}X-Part: yes|${second}`);
  });

  test('the structure is that of the message as it came', async () => {
    const gone = await changed({ mimeHeader: '/boundary/ IGNORE\n/^X-Part/ STRIP it', body: '/^--b$/ REPLACE --c' });
    expect(gone).toContain('|--c|Content-Type: text/plain;| name=x.exe||text|--c|');
  });

  test('lines and fields together', async () => {
    const out = await changed({
      nestedHeader: '/^From/ IGNORE',
      body: '/^(inner|text)$/ REPLACE <$1>\n/^prolog/ IGNORE',
    });
    expect(out).toContain('boundary=b||--b|');
    expect(out).toContain('|<text>|--b|Content-Type: message/rfc822||Content-ID: <x>||<inner>|--b--|');
  });

  test('a message that is going nowhere is not edited', async () => {
    const { edits } = await run(checks({ mimeHeader: '/./ IGNORE', body: '/^text/ REJECT' }), parts);
    expect(edits).toEqual([]);
  });
});

describe('limits', () => {
  const filler = 'filler line\n'.repeat(5000);
  const two = message(
    `Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${filler}one\n--b\n\ntwo\n${filler}--b--\nthree\n`,
  );

  test('51,200 octets of each part', async () => {
    expect(await hits({ body: '/^(one|two|three)/ WARN' }, two)).toEqual(['b:1 line 5006', 'b:1 line 10008']);
    const lifted = await hits({ body: '/^(one|two|three)/ WARN' }, two, { bodySizeLimit: Number.POSITIVE_INFINITY });
    expect(lifted).toHaveLength(3);
  });

  // Seen so under Postfix 3.7.11.
  test('an empty line that the message did not have is not counted, and begins no part', async () => {
    const broken = message('Content-Type: message/rfc822\nno field\nX-A: cheap\n\nseen?\n');
    const stamped = prependField(broken, makeField('Received', 'here')).message;
    expect(stamped.separator).toHaveLength(1);
    for (const on of [broken, stamped]) {
      expect(await hits({ body: '/seen/ WARN', nestedHeader: '/./ WARN' }, on, { bodySizeLimit: 21 })).toEqual([]);
      expect(await hits({ body: '/seen/ WARN', nestedHeader: '/./ WARN' }, on, { bodySizeLimit: 22 })).toEqual([
        'b:1 line 4',
      ]);
    }
  });

  test('multiparts nested too deeply are refused', async () => {
    let text = 'Content-Type: multipart/mixed; boundary=b0\n\n';
    for (let at = 1; at < 110; at++) text += `--b${at - 1}\nContent-Type: multipart/mixed; boundary=b${at}\n\n`;
    const ran = await run(checks({ header: '/nothing/ WARN' }), message(text));
    expect(envelope(ran)).toEqual([
      'reject 550 5.6.0 MIME nesting exceeds safety limit (multiparts are nested too deeply)',
    ]);
    expect(envelope(await run(checks({ header: '/x/ WARN' }, { nestingLimit: 200 }), message(text)))).toEqual([]);
  });

  test('an edit that would make a large body much larger is not held in memory', async () => {
    const on = message(`A: b\n\n${'a\n'.repeat(20_000)}`);
    const stage = checks({ body: `/a/ REPLACE ${'b'.repeat(1000)}` }, { bodySizeLimit: Number.POSITIVE_INFINITY });
    const [edit] = (await run(stage, on)).edits;
    if (edit?.kind !== 'replace-body') throw new Error('no edit');
    expect(edit.body.bytes).toBeUndefined();
    let size = 0;
    for await (const chunk of edit.body.open()) {
      expect(chunk.length).toBeLessThanOrEqual(BODY_CHUNK_BYTES);
      size += chunk.length;
    }
    expect([size, edit.body.size]).toEqual([20_000 * 1001, 20_000 * 1001]);
  });
});

test('wrong tables: all problems at once, a table that stands in for others once', () => {
  const wrong = () => checks({ header: '/a/ FROB', nestedHeader: '/b/ REPLACE x', body: '/c/ REPLACE x\n/d/ BCC no' });
  expect(problemsOf(wrong).map(({ code, source }) => [source?.file, code])).toEqual([
    ['h', 'unknown-action'],
    ['n', 'bad-action'],
    ['b', 'bad-action'],
  ]);
});

test('what the tables need', () => {
  const facts = (rules: Rules) => checks(rules).edits;
  expect(facts({ nestedHeader: '/a/ IGNORE' })).toEqual(['replace-body']);
  expect(facts({ header: '/a/ WARN', mimeHeader: '/a/ REPLACE X: y' })).toEqual(['replace-header', 'replace-body']);
  expect(headerChecks(pcreTable('/a/ REJECT')).edits).toEqual([]);
});

test('rules that did not match are in the trace when somebody wants them', async () => {
  const ran = await run(checks({ header: '/^From/ WARN\n/nothing/ WARN', body: '/secret/ WARN' }), parts, {
    detail: true,
  });
  const others = ran.notes.flatMap((note) => (note.kind === 'rule' && !note.matched ? note.source.file : []));
  expect(others).toEqual(['h', 'b']);
  expect(JSON.stringify(ran.notes)).not.toContain('inner');
});

const fragment = fc.constantFrom(
  '\r\n',
  '\n',
  '--b',
  '--b--',
  'A: a',
  ' fold',
  'a',
  'b',
  '\r\n--b\r\n',
  '\r\n\r\n',
  'X: a\r\n',
  '\0',
  '\r',
);
const mime = fc
  .array(fragment, { maxLength: 40 })
  .map((all) => `Content-Type: multipart/mixed; boundary=b\r\n\r\n${all.join('')}`);

test('a body elsewhere comes to the same as one in memory', async () => {
  const rules = {
    header: '/^A:/ IGNORE\n/^X: (.*)/ REPLACE Y: <$1>',
    body: '/^a/ PREPEND new\n/b$/ IGNORE\n/fold/ REPLACE x',
  };
  const stage = checks(rules, { lineLimit: 8, bodySizeLimit: 40 });
  await fc.assert(
    fc.asyncProperty(mime, async (text) => {
      const on = message(text);
      const away = { ...on, body: { ...on.body, bytes: undefined } };
      const [here, there] = [await run(stage, on), await run(stage, away)];
      expect(there.findings).toEqual(here.findings);
      expect(await edited(away, there.edits)).toBe(await edited(on, here.edits));
    }),
    { numRuns: 500 },
  );
});

describe('hostile messages take linear time', () => {
  const stage = checks({ header: '/(a+)+$/ WARN\n/x{9}y/ REJECT', body: '/^(z+)+q/ REJECT\n/^--/ WARN' });
  const lifted = checks({ body: '/^(z+)+q/ REJECT\n/x/ REPLACE y' }, { bodySizeLimit: Number.POSITIVE_INFINITY });
  const multipart = 'Content-Type: multipart/mixed; boundary=b\n\n';
  test.each<[string, number, (size: number) => string]>([
    ['parts', 2_000, (size) => `${multipart}${'--b\nA: b\n\nz\n'.repeat(size)}`],
    ['a field of a part', 250_000, (size) => `${multipart}--b\nA: ${'x'.repeat(size)}\n\n`],
    ['a line', 250_000, (size) => `A: b\n\n${'z'.repeat(size)}\n`],
    ['lines that match', 5_000, (size) => `A: b\n\n${'x\n'.repeat(size)}`],
    ['NUL', 250_000, (size) => `A: b\n\n${'\0'.repeat(size)}\n`],
  ])('%s', (_, size, make) => {
    expectLinear(size, make, (text) => {
      const tx = { message: message(text), recipients: [], findings: {} } as never;
      const ctx = { detail: false, note: () => {} } as never;
      stage.run(tx, ctx);
      lifted.run(tx, ctx);
    });
  });
});

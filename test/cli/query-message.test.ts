import { expect, test } from 'vitest';
import { type MessageKeys, queryMessage } from '../../src/cli/query-message.js';
import type { Table } from '../../src/core/table.js';
import { pcreTable } from '../../src/tables/regex/index.js';
import { cannotTell, found, notFound } from '../../src/values/answer.js';
import { encodeLatin1 } from '../../src/values/bytes.js';

const all = pcreTable('/^(.*)$/ [$1]');

async function query(text: string, flags: string, table: Table = all): Promise<readonly string[]> {
  const keys: MessageKeys = { headers: flags.includes('h'), body: flags.includes('b'), mime: flags.includes('m') };
  const lines: string[] = [];
  for await (const one of queryMessage(encodeLatin1(text), table, keys)) {
    lines.push(one.kind === 'found' ? `${one.key}\t${one.value}` : `${one.key}: ${one.why}`);
  }
  return lines;
}

const parts = `Subject : one
 two
Content-Type: multipart/mixed; boundary=b

prolog

--b
Content-Type: message/rfc822

From: x

inner
--b
Content-Type: message/partial

From: partial
--b--
`;

/** As `postmap -q -` of Postfix 3.7.11 printed them, with a table that gives any key back. */
const keys = {
  h: ['Subject: one\n two', 'Content-Type: multipart/mixed; boundary=b'],
  hm: [
    'Subject: one\n two',
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: message/rfc822',
    'From: x',
    'Content-Type: message/partial',
  ],
  bm: ['', 'prolog', '', '--b', '', '', 'inner', '--b', '', 'From: partial', '--b--'],
};

test.each(Object.entries(keys))('-%s', async (flags, wanted) => {
  expect(await query(parts, flags)).toEqual(wanted.map((key) => `${key}\t[${key}]`));
});

test('-b: all behind the header; -hb and -hbm have both', async () => {
  const body = await query(parts, 'b');
  expect(body).toHaveLength(14);
  expect(await query(parts, 'hb')).toEqual([...(await query(parts, 'h')), ...body]);
  expect([...(await query(parts, 'hbm'))].sort()).toEqual(
    [...(await query(parts, 'hm')), ...(await query(parts, 'bm'))].sort(),
  );
});

test('octets: CR is text, NUL ends a line, no header, no line end', async () => {
  expect(await query('A: b\r\n\r\nx\r\n', 'hb')).toEqual(['A: b\r\t[A: b\r]', '\t[]', '\r\t[\r]', 'x\r\t[x\r]']);
  expect(await query('A: b\n\nx\0y\nz', 'b')).toEqual(['\t[]', 'x\t[x]', 'z\t[z]']);
  expect(await query('From x\nA: b\n', 'hb')).toEqual(['\t[]', 'From x\t[From x]', 'A: b\t[A: b]']);
  expect(await query('A: b', 'hbm')).toEqual(['A: b\t[A: b]']);
  expect(await query('', 'hbm')).toEqual([]);
  expect(await query(`A: b\n\n${'x'.repeat(5000)}\n`, 'b')).toHaveLength(2);
});

test('any table: not found is left out, could not tell is said', async () => {
  const table: Table = {
    name: 'test',
    lookup: (key) => (key === 'a' ? found({ value: 'b' }) : key === '' ? cannotTell('down') : notFound()),
  };
  expect(await query('X: y\n\na\nc\n', 'hb', table)).toEqual([': down', 'a\tb']);
});

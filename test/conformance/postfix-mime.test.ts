/**
 * Postfix's own cases for the MIME structure (mime_state), read from a folder beside the project where they are there.
 * Not compared: the lines that begin with "mime_state:" (what Postfix's test program says of its work), "HEADER END" and
 * "BODY END", which are calls of an application, and the
 * offsets of header fields, which that program counts in a way of its own.
 */
import { describe, expect, type TestContext, test } from 'vitest';
import { decodeLatin1 } from '../../src/values/bytes.js';
import { type MimeLimits, Records } from '../../src/values/mime/index.js';
import { walkMessage } from '../values/mime/support.js';
import { postfixData } from '../values/support.js';

const words = { primary: 'MAIN', multipart: 'MULT', nested: 'NEST' };

/** What the message is cut into, in the form of Postfix's test program. */
function report(text: string, limits: Partial<MimeLimits> = {}): readonly string[] {
  const { walker, body, pieces, header } = walkMessage(text, limits);
  const lines: string[] = [];
  for (const one of header) lines.push(`MAIN\t|${one.text}`);
  if (/\n\n/.test(text)) lines.push('BODY N 0\t|');
  let count = 0;
  for (const piece of pieces) {
    if (piece.kind === 'field') {
      lines.push(`${words[piece.of]}\t|${piece.text}`);
      continue;
    }
    count = piece.counted ?? count;
    const records = new Records(body.subarray(0, piece.end), 1e9, true);
    for (let one = records.at(piece.start); one !== undefined; one = records.at(one.next)) {
      lines.push(`BODY N ${count}\t|${decodeLatin1(body.subarray(one.start, one.end))}`);
      count += one.end - one.start + 1;
    }
  }
  return walker.tooDeep ? [...lines, 'too deep'] : lines;
}

function expected(ctx: TestContext, name: string): readonly string[] {
  const lines = postfixData(ctx, `global/${name}.ref`)
    .replaceAll(/\n([ \t])/g, '\0$1')
    .split('\n')
    .filter((line) => /^(MAIN|MULT|NEST|BODY N)/.test(line))
    .map((line) => line.replaceAll('\0', '\n').replace(/^(MAIN|MULT|NEST) \d+/, '$1'));
  return lines;
}

// The program of the references was built with these limits.
const limits = { nesting: 20, field: 2000 };

/** Read as UTF-8 on both sides, the octets above 127 too: they only have to be the same. */
const latin1 = (text: string): string => decodeLatin1(new TextEncoder().encode(text));

describe('the message comes apart as in Postfix', () => {
  test.for(['mime_8bit', 'mime_dom', 'mime_garb1', 'mime_garb2', 'mime_nest', 'mime_test', 'mime_trunc'])(
    '%s',
    (name, ctx) => {
      const text = latin1(postfixData(ctx, `global/${name}.in`));
      const wanted = expected(ctx, name).map(latin1);
      expect(wanted.length).toBeGreaterThan(0);
      const own = report(text, limits);
      expect(own.filter((line) => line !== 'too deep')).toEqual(wanted);
      expect(own.includes('too deep')).toBe(postfixData(ctx, `global/${name}.ref`).includes('nesting exceeds'));
    },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arcFieldsOf, chainOf, toldSets } from '../../../src/stages/dkim-arc/arc-sets.js';
import { messageOf } from '../../../src/testing/builders.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { anyText } from '../../values/support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const hash = `${'A'.repeat(43)}=`;

function set(i: number | string, cv: string, seal = ''): string {
  return [
    `ARC-Seal: i=${i}; a=rsa-sha256; d=example.com; s=s; cv=${cv}; b=AAAA${seal}`,
    `ARC-Message-Signature: i=${i}; a=rsa-sha256; d=example.com; s=s; h=from; bh=${hash}; b=AAAA`,
    `ARC-Authentication-Results: i=${i}; example.com; none`,
    '',
  ].join('\r\n');
}
const fieldsOf = (header: string) =>
  arcFieldsOf(messageOf(encodeLatin1(`${header}From: a@example.com\r\n\r\n`)).header);

describe('a chain by its fields', () => {
  test('of two sets, in any order', () => {
    for (const header of [set(2, 'pass') + set(1, 'none'), set(1, 'NONE') + set('02', 'Pass')]) {
      const chain = chainOf(fieldsOf(header));
      expect(chain.kind === 'chain' && chain.sets.map(({ instance }) => instance)).toEqual([1, 2]);
    }
  });

  test.each([
    ['i=1 (c);', 'example.com; none'],
    ['(c) i=1;', 'example.com; none'],
    ['(a; (b)) i (c) = (i=2;) 1 (d;) ;', 'example.com; none'],
  ])('comments around the instance of the results: %s', (instance, results) => {
    const fields = fieldsOf(set(1, 'none').replace('Results: i=1;', `Results: ${instance}`));
    expect(chainOf(fields)).toMatchObject({ kind: 'chain' });
    expect(toldSets(fields).map((one) => one.results)).toEqual([results]);
  });

  test.each([
    [set(1, 'none').replace('d=example.com', 'd=example.com.'), 'i=1: ARC-Seal: d= is no domain name'],
    [
      set(1, 'none').replace('Results: i=1;', 'Results: i=1 (c;'),
      'ARC-Authentication-Results without an instance from 1 to 50',
    ],
    [set(1, 'pass'), 'i=1: ARC-Seal: cv="pass"'],
    [set(1, ''), 'i=1: ARC-Seal: cv=""'],
    [set(2, 'pass'), 'i=1: no ARC-Authentication-Results'],
    [set(1, 'none') + set(3, 'pass'), 'i=2: no ARC-Authentication-Results'],
    [set(1, 'none') + set(2, 'fail'), 'i=2: ARC-Seal: cv="fail"'],
    [set(1, 'none') + set(1, 'none'), 'i=1: two fields ARC-Seal'],
    [set(0, 'none'), 'ARC-Seal without an instance from 1 to 50'],
    [set(51, 'pass'), 'ARC-Seal without an instance from 1 to 50'],
    [set('1.0', 'none'), 'ARC-Seal without an instance from 1 to 50'],
    [set(1, 'none', '; h=from'), 'i=1: ARC-Seal: h= stands there'],
    [set(1, 'none', '; t=x'), 'i=1: ARC-Seal: t="x"'],
    [set(1, 'none', '; b=AAAA'), 'i=1: ARC-Seal: the tag b= stands twice'],
    [set(1, 'none').replace('a=rsa-sha256', 'a=rsa-sha1'), 'i=1: ARC-Seal: a="rsa-sha1"'],
    [set(1, 'none').replace('h=from', 'h=from:arc-seal'), 'i=1: ARC-Message-Signature: h= names ARC-Seal'],
    [
      set(1, 'none').replace('Results: i=1;', 'Results: example.com; i=1;'),
      'ARC-Authentication-Results without an instance from 1 to 50',
    ],
  ])('broken: %#', (header, why) => expect(chainOf(fieldsOf(header))).toEqual({ kind: 'broken', why }));

  test('any fields have an answer', () => {
    const name = fc.constantFrom('ARC-Seal', 'ARC-Message-Signature', 'arc-authentication-results');
    const text = fc.oneof(anyText('i=1;abcdhsv '), fc.constantFrom('i=1', 'i=1; x', 'cv=none; i=2'));
    const field = fc.tuple(name, text).map(([one, rest]) => `${one}: ${rest.replace(/[\r\n\0]/g, '')}\r\n`);
    fc.assert(
      fc.property(fc.array(fc.oneof(field, fc.constant(set(1, 'none'))), { minLength: 1 }), (header) => {
        const fields = fieldsOf(header.join(''));
        if (fields.length === 0) return;
        const told = toldSets(fields).map(({ instance }) => instance);
        expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
        const chain = chainOf(fields);
        if (chain.kind === 'broken') expect(chain.why).not.toBe('');
        else expect(chain.sets.length).toBe(told.length);
      }),
      { numRuns: runs },
    );
  });
});

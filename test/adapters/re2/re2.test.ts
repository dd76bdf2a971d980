import { beforeEach, describe, expect, test } from 'vitest';
import { re2Engine, re2IfInstalled } from '../../../src/adapters/re2/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { subjectOf } from '../../../src/tables/regex/subject.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';

const native = await re2IfInstalled();
if (native === undefined) {
  process.stdout.write('skipped: tests with native re2, which is not installed (npm install --no-save re2@1.24.0)\n');
}

test.runIf(native === undefined)('without the package: an error that says what to install', async () => {
  await expect(re2Engine()).rejects.toMatchObject({
    kind: 'configuration-error',
    code: 'package',
    problems: [{ code: 'not-installed', message: expect.stringContaining('npm install re2') }],
  });
});

describe('with the package', () => {
  beforeEach((ctx) => {
    if (native === undefined) ctx.skip('native re2 is not installed (npm install --no-save re2@1.24.0)');
  });

  const text = (octets: string) => subjectOf(encodeLatin1(octets));

  test('a program finds 8-bit octets, and refuses what is too large', () => {
    const compiled = native?.compile('a(?s:.)[\\x{e9}]\\x{ff}');
    expect(compiled?.kind === 'compiled' && compiled.program.test(text('xa\xe4\xe9\xff'))).toBe(true);
    expect(compiled?.kind === 'compiled' && compiled.program.test(text('a\xe9'))).toBe(false);
    expect(native?.compile('(?:(?:a{100}){10}){10}')).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/./),
    });
  });

  test('a set tells which of its patterns are there', () => {
    const compiled = native?.compileSet?.(['a+b', '[0-9]{3}', '\\x{e9}']);
    expect(compiled?.kind === 'compiled' && compiled.set.match(text('\xe9 aab'))).toEqual([0, 2]);
    expect(compiled?.kind === 'compiled' && compiled.set.match(text('none'))).toEqual([]);
  });

  test('sets that are refused for their size are split, and the answers stay', () => {
    const words = Array.from({ length: 400 }, (_, i) => `/[a-z]{${100 + (i % 50)}}[0-9][${i % 7}-9]{60}x$/ R${i}`);
    const table = pcreTable(`${words.join('\n')}\n/^[0-9]{5}$/ five`, { ...(native && { engine: native }) });
    const octets = encodeLatin1(`${'some words\n'.repeat(600)}12345\n`);
    expect(table.scan(octets)?.match(6600, 6605)?.value).toBe('five');
    expect(table.scan(octets)?.match(0, 10)).toBeUndefined();
  });

  test('a set whose text is too much for its memory rules nothing out', () => {
    const rules = Array.from({ length: 300 }, (_, i) => `/^.*[a-f][0-9]{${1 + (i % 9)}}.*[g-k].{${i % 40}}[0-9].*$/ R`);
    const table = pcreTable(`${rules.join('\n')}\n/^[0-9] end$/ E`, { ...(native && { engine: native }) });
    let line = '';
    for (let i = 0; i < 6000; i++) line += String.fromCharCode(33 + ((i * i * 7 + i) % 90));
    const octets = encodeLatin1(`${line}\n7 end`);
    expect(table.scan(octets)?.match(line.length + 1, octets.length)?.value).toBe('E');
  });
});

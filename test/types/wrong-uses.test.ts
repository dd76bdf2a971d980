/** Each wrong use of the typed core, the sentence that the compiler says, and where it says it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile, folder, sentenceOf } from './compile.js';

const wrong = join(folder, 'wrong');
const files = readdirSync(wrong)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(wrong, name));
const right = ['stages.ts', 'right-uses.ts'].map((name) => join(folder, name));
const { errors } = compile([...files, ...right]);

describe('wrong uses do not compile', () => {
  test.each(files.map((file) => [basename(file, '.ts'), file]))('%s', (_name, file) => {
    const text = readFileSync(file, 'utf8');
    const marker = /\/\*!\*\/\s*/.exec(text);
    if (marker === null) throw new Error('the file marks no place with /*!*/');
    const found = errors.filter((error) => error.file === file);
    expect(found.map((error) => error.text)).toHaveLength(1);
    expect(found[0]?.text).toContain(sentenceOf(file));
    expect(found[0]?.start).toBe(marker.index + marker[0].length);
  });
});

test('right uses compile', () => {
  expect(errors.filter((error) => right.includes(error.file))).toEqual([]);
});

/** Each one-topic example runs, and prints what it says that it prints. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, start } from './support.js';

const folder = join(root, 'examples');
// postfix-folder.ts is a server: it has a test of its own.
const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'postfix-folder.ts');

test.each(files)('%s', async (name) => {
  const [, promised] = readFileSync(join(folder, name), 'utf8').split('\n// Prints:\n');
  if (promised === undefined) throw new Error('the example does not end with "// Prints:" and its output');
  const program = start(join(folder, name));
  expect(await program.ended()).toBe(0);
  expect(program.output()).toBe(promised.replace(/^\/\/ ?/gm, ''));
});

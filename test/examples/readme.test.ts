/** Every snippet of the README compiles, runs, and gives what the README says. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile } from '../types/compile.js';
import { dialogue, freePort, root, sending, start } from './support.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, code = '', result = '']) => ({ code, result }),
);
const [server, ...others] = snippets;
const folder = mkdtempSync(join(tmpdir(), 'postern-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every snippet is followed by its result', () => {
  expect(readme.match(/```ts\n/g)).toHaveLength(snippets.length);
  expect(snippets.length).toBeGreaterThan(2);
});

test('every snippet compiles', () => {
  const files = snippets.map(({ code }, index) => [join(root, 'test', `snippet-${index}.ts`), code] as const);
  const { errors } = compile(
    files.map(([path]) => path),
    new Map(files),
    join(root, 'test', 'tsconfig.json'),
  );
  expect(errors).toEqual([]);
});

describe('the first screen', () => {
  test('starts a server that gives the three results', async () => {
    const port = await freePort();
    const file = join(folder, 'server.mts');
    writeFileSync(file, `${server?.code.replace('port: 2525', `port: ${port}`)}\nconsole.log('ready');\n`);
    const program = start(file, {}, folder);
    try {
      await program.printed('ready');
      const good = await dialogue(
        port,
        sending('a@client.example', ['s001@school.example'], 'Subject: hello\n\nHello!'),
      );
      expect(good.at(-1)).toMatch(/^250 /);
      expect(readdirSync(join(folder, 'mail', 's001', 'new'))).toHaveLength(1);
      const postmaster = await dialogue(port, sending('a@client.example', ['postmaster'], 'Subject: hello\n\nHello!'));
      expect(postmaster.at(-1)).toMatch(/^250 /);
      expect(readdirSync(join(folder, 'mail', 'postmaster', 'new'))).toHaveLength(1);
      const relay = await dialogue(port, sending('a@client.example', ['b@elsewhere.example'], '').slice(0, 3));
      const [, refused = ''] = /^.*elsewhere.*\s{2,}(554 .*)$/m.exec(server?.result ?? '') ?? [];
      expect(relay.at(-1)).toBe(refused);
      const spam = await dialogue(
        port,
        sending('a@client.example', ['s001@school.example'], 'Subject: FREE MONEY\n\nbuy'),
      );
      expect(spam.at(-1)).toBe('550 5.7.1 No thanks');
      expect(server?.result).toContain('550 5.7.1 No thanks');
    } finally {
      program.child.kill('SIGKILL');
      await program.ended();
    }
  });
});

test.each(others.map(({ code, result }, index) => [index + 2, code, result] as const))(
  'snippet %i prints what it says',
  async (index, code, result) => {
    const file = join(folder, `snippet-${index}.mts`);
    writeFileSync(file, code);
    const program = start(file, {}, folder);
    expect(await program.ended()).toBe(0);
    expect(program.output()).toBe(result);
  },
);

test('the two commands of the first screen are there', () => {
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('npm ci && npm test');
});

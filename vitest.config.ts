import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests import sources by path, examples by the package's published name: both reach `src`. */
const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));
const entries = ['adapters', 'servers'].flatMap((folder) =>
  readdirSync(source(folder)).map(
    (name) => [`postern/${folder}/${name}`, source(`${folder}/${name}/index.ts`)] as const,
  ),
);

export default defineConfig({
  resolve: {
    alias: [
      ...entries.map(([find, replacement]) => ({ find, replacement })),
      { find: /^postern\/testing$/, replacement: source('testing/index.ts') },
      { find: /^postern\/postfix$/, replacement: source('postfix/index.ts') },
      { find: /^postern\/spamassassin$/, replacement: source('spamassassin/index.ts') },
      { find: /^postern$/, replacement: source('index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/daemons/**', '**/node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    reporters: ['default', './test/reporter.ts'],
  },
});

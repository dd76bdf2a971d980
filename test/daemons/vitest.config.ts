import { defineConfig } from 'vitest/config';

/**
 * Tests against real daemons (Postfix, unbound, Samba and others): one file at a time, as root on Debian, with what install.sh installs. Each file
 * starts what it needs below a temporary folder. What was compared is added up and printed at the end.
 */
export default defineConfig({
  test: {
    include: ['test/daemons/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    globalSetup: ['./test/daemons/totals.ts', './test/daemons/directory/once.ts'],
    reporters: ['default', './test/reporter.ts'],
  },
});

import { defineConfig } from 'vitest/config';

/** Tests against real daemons (Postfix, clamd, Dovecot ...): slow, one file at a time, as root on Debian. */
export default defineConfig({
  test: {
    include: ['test/daemons/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/reporter.ts'],
    passWithNoTests: false,
  },
});

import { defineConfig } from 'vitest/config';

/**
 * Tests against real daemons (Postfix, clamd, Dovecot ...): slow, one file at a time, as root on Debian. Each file installs
 * and starts what it needs. There are none yet: the frame is here so that `npm run test:daemons` and CI know of it.
 */
export default defineConfig({
  test: {
    include: ['test/daemons/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { SW_TEST_HOOKS: 'true' },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

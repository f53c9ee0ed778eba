import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const kernelTests = '**/*.kernel.test.ts'

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)) } },
  test: {
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{app,components,server}/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, '.next/**', kernelTests],
          // A busy machine is no failure.
          testTimeout: 20_000,
        },
      },
      {
        // Real tools on a real kernel, in one throw-away namespace: one file at a time, and patient. On a busy machine
        // a race of the test's own may be lost: what passes at the second try is named at the end of `npm test`.
        extends: true,
        test: {
          name: 'kernel',
          include: [`server/${kernelTests}`],
          setupFiles: ['server/kernel/testing/left-behind.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
})

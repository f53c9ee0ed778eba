import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

// Debian's package; elsewhere the browser that Playwright brings.
const chromium = '/usr/bin/chromium'
const launchOptions = existsSync(chromium) ? { executablePath: chromium } : {}

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One daemon, one kernel: a test’s networks are seen by every other. Two such runs go side by side: nobody is in a hurry.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // As for the kernel tests; what passes at the second try is named at the end of `npm test`.
  retries: process.env.CI ? 1 : 0,
  // Nothing is claimed by these: a machine whose neighbours take most of it away is to come to an end, too.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  // PLAYWRIGHT_JSON_OUTPUT_FILE says where the second one writes.
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [['list'], ['json']] : [['list']],
  use: {
    browserName: 'chromium',
    launchOptions,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
})

import { readFileSync } from 'node:fs'

/** Counts of one layer; `ran` is what ran to an end. */
export const nothing = { passed: 0, failed: 0, skipped: 0 }

export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** From vitest's JSON report. A file that could not be loaded counts as one failed test. */
export function countVitest(file) {
  const report = readReport(file)
  if (!report) return nothing
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** From Playwright's JSON report. Errors outside tests (a fixture file that does not load) count as failed. */
export function countPlaywright(file) {
  const report = readReport(file)
  if (!report) return nothing
  const { expected, flaky, unexpected, skipped } = report.stats
  return { passed: expected + flaky, failed: unexpected + report.errors.length, skipped }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

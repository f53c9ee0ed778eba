import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './places.mjs'

/** Counts of one layer; `failures` and `flaky` (passed at the second try) name tests. */
export const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], flaky: [] }

export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
    flaky: [...a.flaky, ...b.flaky],
  }
}

/** From vitest's JSON report. A file that could not be loaded counts as one failed test. */
export function countVitest(file) {
  const report = readReport(file)
  if (!report) return nothing
  const isFailed = ({ status }) => status === 'failed'
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, named: `${relative(root, name)} › ${test.fullName}` })),
  )
  const unloaded = report.testResults.filter(
    (result) => isFailed(result) && !result.assertionResults.some((test) => isFailed(test)),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [
      ...tests.filter(isFailed).map(({ named }) => named),
      ...unloaded.map(({ name }) => relative(root, name)),
    ],
    flaky: tests.filter((test) => !isFailed(test) && test.failureMessages.length > 0).map(({ named }) => named),
  }
}

/** From Playwright's JSON report. Errors outside tests (a fixture file that does not load) count as failed. */
export function countPlaywright(file) {
  const report = readReport(file)
  if (!report) return nothing
  const { expected, flaky, unexpected, skipped } = report.stats
  const specs = report.suites.flatMap(specsOf)
  const named = (status) =>
    specs
      .filter(({ tests }) => tests.some((test) => test.status === status))
      .map((spec) => `${spec.file} › ${spec.title}`)
  return {
    passed: expected + flaky,
    failed: unexpected + report.errors.length,
    skipped,
    failures: [...named('unexpected'), ...report.errors.map(({ message }) => message)],
    flaky: named('flaky'),
  }
}

function specsOf(suite) {
  return [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)]
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

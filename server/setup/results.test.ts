import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { add, countPlaywright, countVitest, nothing } from './results.mjs'

function report(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-results-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}

test('a test file that could not be loaded counts as a failed test', () => {
  const file = report({
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'failed', assertionResults: [] },
    ],
  })
  expect(countVitest(file)).toEqual({ passed: 5, failed: 2, skipped: 3 })
})

test('errors outside the browser tests count as failed ones, and a test that passed at the second try as passed', () => {
  const file = report({
    stats: { expected: 3, flaky: 1, unexpected: 1, skipped: 2 },
    errors: [{ message: 'no fixture' }],
  })
  expect(countPlaywright(file)).toEqual({ passed: 4, failed: 2, skipped: 2 })
})

test('a report that was never written counts nothing, which the runner takes for a failure', () => {
  expect(countVitest('/nowhere/report.json')).toEqual(nothing)
  expect(add(nothing, { passed: 1, failed: 2, skipped: 3 })).toEqual({ passed: 1, failed: 2, skipped: 3 })
})

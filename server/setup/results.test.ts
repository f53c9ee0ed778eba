import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from './places.mjs'
import { add, countPlaywright, countVitest, nothing } from './results.mjs'

function inRoot(file: string): string {
  return join(root, file)
}

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
      {
        name: inRoot('one.test.ts'),
        status: 'passed',
        assertionResults: [
          { status: 'passed', fullName: 'is well', failureMessages: [] },
          { status: 'passed', fullName: 'is well now', failureMessages: ['was not'] },
        ],
      },
      {
        name: inRoot('two.test.ts'),
        status: 'failed',
        assertionResults: [{ status: 'failed', fullName: 'is not', failureMessages: ['is not'] }],
      },
      { name: inRoot('three.test.ts'), status: 'failed', assertionResults: [] },
    ],
  })
  expect(countVitest(file)).toEqual({
    passed: 5,
    failed: 2,
    skipped: 3,
    failures: ['two.test.ts › is not', 'three.test.ts'],
    flaky: ['one.test.ts › is well now'],
  })
})

test('errors outside the browser tests count as failed ones, and a test that passed at the second try as passed', () => {
  const file = report({
    stats: { expected: 3, flaky: 1, unexpected: 1, skipped: 2 },
    errors: [{ message: 'no fixture' }],
    suites: [
      {
        specs: [{ file: 'a.spec.ts', title: 'is well', tests: [{ status: 'expected' }] }],
        suites: [
          {
            specs: [
              { file: 'a.spec.ts', title: 'is not', tests: [{ status: 'unexpected' }] },
              { file: 'a.spec.ts', title: 'is well now', tests: [{ status: 'flaky' }] },
            ],
          },
        ],
      },
    ],
  })
  expect(countPlaywright(file)).toEqual({
    passed: 4,
    failed: 2,
    skipped: 2,
    failures: ['a.spec.ts › is not', 'no fixture'],
    flaky: ['a.spec.ts › is well now'],
  })
})

test('a report that was never written counts nothing, which the runner takes for a failure', () => {
  expect(countVitest('/nowhere/report.json')).toEqual(nothing)
  const counts = { passed: 1, failed: 2, skipped: 3, failures: ['a'], flaky: ['b'] }
  expect(add(nothing, counts)).toEqual(counts)
})

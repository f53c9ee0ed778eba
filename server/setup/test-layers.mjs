import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argvInside } from './inside.mjs'
import { root } from './places.mjs'
import { runHere } from './process.mjs'
import { add, countPlaywright, countVitest, nothing } from './results.mjs'

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
export const playwright = join(root, 'node_modules/@playwright/test/cli.js')

/** Each part of `npm run check` counts as one test. */
async function runChecks() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  let counts = nothing
  for (const name of Object.keys(scripts).filter((name) => name.startsWith('check:'))) {
    console.log(`-- ${name}`)
    const code = await runHere('npm', ['run', '--silent', name], { cwd: root, env: { ...process.env, NO_COLOR: '1' } })
    counts = add(counts, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 })
  }
  return counts
}

function runUnit(context) {
  return runVitest('unit', context, (argv) => argv)
}

function runKernel(context) {
  return runVitest('kernel', context, argvInside)
}

async function runVitest(project, { folder, environment }, place) {
  const report = join(folder, `${project}.json`)
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const [file, ...args] = place([process.execPath, vitest, 'run', '--project', project, ...options])
  const code = await runHere(file, args, { cwd: root, env: environment })
  return withExitCode(countVitest(report), code)
}

async function runBrowser({ folder, environment }) {
  const report = join(folder, 'browser.json')
  const [file, ...args] = argvInside([process.execPath, playwright, 'test'])
  const code = await runHere(file, args, { cwd: root, env: { ...environment, PLAYWRIGHT_JSON_OUTPUT_FILE: report } })
  return withExitCode(countPlaywright(report), code)
}

/** A runner that fails for another reason than a test (an error between tests, a crash) has failed all the same. */
function withExitCode(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** What `npm test` runs, in this order: cheap and telling first. Each gives its counts. */
export const layers = { check: runChecks, unit: runUnit, kernel: runKernel, browser: runBrowser }

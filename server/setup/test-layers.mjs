import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argvInside } from './inside.mjs'
import { root } from './places.mjs'
import { runHere } from './process.mjs'
import { add, countPlaywright, countVitest, nothing } from './results.mjs'

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
export const playwright = join(root, 'node_modules/@playwright/test/cli.js')

/** Each part of `npm run check` counts as one test. They go side by side: the longest uses one core. */
async function runChecks() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = Object.keys(scripts).filter((name) => name.startsWith('check:'))
  return (await Promise.all(names.map(runCheck))).reduce(add)
}

async function runCheck(name) {
  const code = await runHere('npm', ['run', '--silent', name], { cwd: root, env: { ...process.env, NO_COLOR: '1' } })
  console.log(`-- ${name} ${code === 0 ? 'passed' : 'failed'}`)
  return code === 0 ? { ...nothing, passed: 1 } : { ...nothing, failed: 1, failures: [name] }
}

/** Two runs of a layer go side by side, each in a namespace of its own: most of a test is waiting. */
const shards = ['--shard=1/2', '--shard=2/2']

function runUnit(context) {
  return runVitest(['--project', 'unit'], 'unit', context, (argv) => argv)
}

/** What measures times and shares of a processor has the machine for itself, at the end. */
async function runKernel(context) {
  const inKernel = (name, ...options) => runVitest(['--project', 'kernel', ...options], name, context, argvInside)
  const apart = ['--exclude', '**/*.alone.kernel.test.ts']
  const counts = await Promise.all(shards.map((shard, index) => inKernel(`kernel-${index}`, shard, ...apart)))
  return [...counts, await inKernel('kernel-alone', '.alone.kernel')].reduce(add)
}

async function runVitest(options, name, { folder, environment }, place) {
  const report = join(folder, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const [file, ...args] = place([process.execPath, vitest, 'run', ...options, ...reporters])
  const code = await runHere(file, args, { cwd: root, env: environment })
  return withExitCode(countVitest(report), code)
}

/** Here too, what measures comes last. */
async function runBrowser(context) {
  const together = await Promise.all(
    shards.map((shard, index) => runPlaywright(['--grep-invert', '@alone', shard], `browser-${index}`, context)),
  )
  return [...together, await runPlaywright(['--grep', '@alone'], 'browser-alone', context)].reduce(add)
}

async function runPlaywright(options, name, { folder, environment }) {
  const report = join(folder, `${name}.json`)
  const output = join(root, 'test-results', name)
  const [file, ...args] = argvInside([process.execPath, playwright, 'test', `--output=${output}`, ...options])
  const code = await runHere(file, args, { cwd: root, env: { ...environment, PLAYWRIGHT_JSON_OUTPUT_FILE: report } })
  return withExitCode(countPlaywright(report), code)
}

/** A runner that fails for another reason than a test (an error between tests, a crash) has failed all the same. */
function withExitCode(counts, code) {
  return code !== 0 && counts.failed === 0
    ? { ...counts, failed: 1, failures: [`a run ended with code ${code}, though no test failed`] }
    : counts
}

/** What `npm test` runs, in this order: cheap and telling first. Each gives its counts. */
export const layers = { check: runChecks, unit: runUnit, kernel: runKernel, browser: runBrowser }

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDataDir, root } from './places.mjs'
import { checkKernel, checkMachine } from './preconditions.mjs'
import { stopOnSignals } from './process.mjs'
import { createProgress } from './progress.mjs'
import { Refusal, runMain } from './refusal.mjs'
import { add, nothing } from './results.mjs'
import { withSetupLock } from './setup-lock.mjs'
import { ensureDaemon, ensureSourcesUsable, ensureSystemPackages, ensureWeb } from './steps.mjs'
import { chromiumPackage, installPackages, listMissing, testPackages } from './system-packages.mjs'
import { layers, playwright } from './test-layers.mjs'

/** `npm test [-- --only check|unit|kernel|browser]`: sets up what tests need in addition, then runs every layer. */
await runMain(async () => {
  const chosen = readOptions(process.argv.slice(2))
  checkMachine()
  process.umask(0o022)
  stopOnSignals()
  const folder = mkdtempSync('/var/tmp/patchbay-test-')
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const context = { folder, environment: await withSetupLock(() => setUp(folder, chosen)) }
  return runLayers(chosen, context)
})

function readOptions(options) {
  if (options.length === 0) return Object.keys(layers)
  const [flag, layer] = options
  if (flag === '--only' && Object.hasOwn(layers, layer ?? '') && options.length === 2) return [layer]
  throw new Refusal(
    `test does not know "${options.join(' ')}": give nothing, or --only ${Object.keys(layers).join('|')}`,
  )
}

async function setUp(folder, chosen) {
  ensureDataDir(folder)
  const progress = createProgress(join(folder, 'setup.log'))
  if (chosen.includes('kernel') || chosen.includes('browser')) {
    await ensureSystemPackages(progress)
    await installPackages(progress, 'packages for tests', listMissing(testPackages))
    await checkKernel()
  }
  await ensureSourcesUsable(progress)
  if (!chosen.includes('browser')) return process.env
  await ensureChromium(progress)
  await ensureDaemon(progress)
  return { ...process.env, ...(await ensureWeb(progress, folder)) }
}

/** Debian has a package; Ubuntu's of that name is a snap, so there Playwright brings its own. */
async function ensureChromium(progress) {
  const isUbuntu = /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'))
  if (!isUbuntu) return installPackages(progress, 'browser for tests', listMissing([chromiumPackage]))
  await progress.step('browser for tests', (run) =>
    run(process.execPath, [playwright, 'install', '--with-deps', 'chromium'], { cwd: root }),
  )
}

async function runLayers(chosen, context) {
  let total = nothing
  for (const layer of chosen) {
    const began = performance.now()
    console.log(`\n==== ${layer}`)
    const counts = await layers[layer](context)
    const ranNone = counts.passed + counts.failed === 0
    if (ranNone) console.error(`${layer}: no test ran to an end`)
    total = add(total, ranNone ? { ...counts, failed: 1 } : counts)
    console.log(`==== ${layer}: ${summarise(counts)} in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
  for (const name of total.flaky) console.log(`passed at the second try: ${name}`)
  for (const name of total.failures) console.log(`failed: ${name}`)
  console.log(`\n${summarise(total)}`)
  return total.failed === 0 ? 0 : 1
}

function summarise({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

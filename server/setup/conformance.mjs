import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBundle } from './bundle.mjs'
import { argvInside } from './inside.mjs'
import { root } from './places.mjs'
import { checkKernel, checkMachine } from './preconditions.mjs'
import { runHere, stopOnSignals } from './process.mjs'
import { createProgress } from './progress.mjs'
import { runMain } from './refusal.mjs'
import { withSetupLock } from './setup-lock.mjs'
import { ensureSourcesUsable, ensureSystemPackages } from './steps.mjs'
import { installPackages, listMissing, peerPackages } from './system-packages.mjs'

const engines = ['docker', 'patchbay']

/**
 * `npm run conformance [-- --only THEME] [-- --reuse]`: server/conformance/main.ts against a Docker Engine and against
 * Patchbay, each in namespaces of its own, and the comparison of the two.
 */
await runMain(async () => {
  checkMachine()
  stopOnSignals()
  const bundle = await withSetupLock(async () => {
    const progress = createProgress(join(tmpdir(), 'patchbay-conformance.log'))
    await ensureSystemPackages(progress)
    await installPackages(progress, 'a Docker Engine as peer', listMissing(peerPackages))
    await checkKernel()
    await ensureSourcesUsable(progress)
    return ensureBundle(progress, 'conformance', 'server/conformance/main.ts')
  })
  const folder = join(root, 'dist/conformance')
  const options = process.argv.slice(2)
  const inside = (verb, engine) => {
    const [file, ...args] = argvInside([process.execPath, bundle, verb, engine, folder, ...options])
    return runHere(file, args, { cwd: root })
  }
  // The steps side by side, which saves a minute; the measurements alone.
  const codes = await Promise.all(engines.map((engine) => inside('run', engine)))
  for (const engine of options.length === 0 ? engines : []) codes.push(await inside('measure', engine))
  if (codes.some((code) => code !== 0)) return 1
  return runHere(process.execPath, [bundle, 'judge', folder, ...options], { cwd: root })
})

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

/**
 * `npm run conformance [-- --only THEME] [-- --reuse]`: server/conformance/main.ts against a Docker Engine, then
 * against Patchbay, each in namespaces of its own, and the comparison of the two.
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
  for (const engine of ['docker', 'patchbay']) {
    const [file, ...args] = argvInside([process.execPath, bundle, 'run', engine, folder, ...options])
    const code = await runHere(file, args, { cwd: root })
    if (code !== 0) return code
  }
  return runHere(process.execPath, [bundle, 'judge', folder, ...options], { cwd: root })
})

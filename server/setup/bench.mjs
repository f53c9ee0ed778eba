import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBundle } from './bundle.mjs'
import { argvInside } from './inside.mjs'
import { daemonFlags } from './memory.mjs'
import { root } from './places.mjs'
import { checkKernel, checkMachine } from './preconditions.mjs'
import { runHere, stopOnSignals } from './process.mjs'
import { createProgress } from './progress.mjs'
import { runMain } from './refusal.mjs'
import { withSetupLock } from './setup-lock.mjs'
import { ensureSourcesUsable, ensureSystemPackages } from './steps.mjs'

/** `npm run bench`: server/bench/main.ts in namespaces of its own, as tests run. Arguments are handed on. */
await runMain(async () => {
  checkMachine()
  stopOnSignals()
  const bench = await withSetupLock(async () => {
    const progress = createProgress(join(tmpdir(), 'patchbay-bench.log'))
    await ensureSystemPackages(progress)
    await checkKernel()
    await ensureSourcesUsable(progress)
    return ensureBundle(progress, 'bench', 'server/bench/main.ts')
  })
  const [file, ...args] = argvInside([process.execPath, ...daemonFlags, bench, ...process.argv.slice(2)])
  return runHere(file, args, { cwd: root })
})

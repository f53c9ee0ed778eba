import { mkdirSync } from 'node:fs'
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
import { benchPackages, installPackages, listMissing } from './system-packages.mjs'

const [section = 'changes', ...rest] = process.argv.slice(2)
const peers = ['patchbay', 'docker', 'netavark', 'cni']

/**
 * `npm run bench [-- SECTION]`: a section of server/bench/main.ts in namespaces of its own, as tests run. `scale` measures
 * Patchbay and its peers one after another, each on an empty host, and takes a quarter of an hour; `paths` measures
 * throughput.
 */
await runMain(async () => {
  checkMachine()
  stopOnSignals()
  const bench = await withSetupLock(async () => {
    const progress = createProgress(join(tmpdir(), 'patchbay-bench.log'))
    await ensureSystemPackages(progress)
    await installPackages(progress, `what bench ${section} needs`, listMissing(benchPackages[section] ?? []))
    await checkKernel()
    await ensureSourcesUsable(progress)
    return ensureBundle(progress, 'bench', 'server/bench/main.ts')
  })
  const inside = (...words) => {
    const [file, ...args] = argvInside([process.execPath, ...daemonFlags, bench, ...words])
    return runHere(file, args, { cwd: root })
  }
  if (section !== 'scale') return inside(section, ...rest)
  const folder = join(root, 'dist/bench-scale')
  mkdirSync(folder, { recursive: true })
  for (const peer of rest.length > 0 ? rest : peers) if ((await inside('peer', peer, folder)) !== 0) return 1
  return runHere(process.execPath, [bench, 'scale', folder], { cwd: root })
})

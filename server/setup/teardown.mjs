import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ensureDataDir, readPlaces, root, sharedWebPlace, webPlace } from './places.mjs'
import { checkMachine, isDaemonAlive } from './preconditions.mjs'
import { runHere, stopOnSignals } from './process.mjs'
import { createProgress } from './progress.mjs'
import { Refusal, runMain } from './refusal.mjs'
import { withSetupLock } from './setup-lock.mjs'
import { ensureDaemon, ensureSourcesUsable } from './steps.mjs'

/** The daemon ends its web first, which may take five seconds. */
const patienceMs = 15_000

/** `npm run teardown [-- --purge]`: the daemon's own code takes away what it made, after a running one is stopped. */
await runMain(async () => {
  checkMachine()
  const options = readOptions(process.argv.slice(2))
  const { dataDir, runDir } = readPlaces()
  stopOnSignals()
  await stopDaemon(runDir)
  ensureDataDir(dataDir)
  const daemon = await withSetupLock(async () => {
    const progress = createProgress(join(tmpdir(), 'patchbay-teardown.log'))
    await ensureSourcesUsable(progress)
    return ensureDaemon(progress)
  })
  const place = webPlace(dataDir)
  const code = await runHere(process.execPath, ['--enable-source-maps', daemon, '--teardown', ...options], {
    cwd: root,
  })
  if (code === 0 && options.includes('--purge') && place === sharedWebPlace) {
    rmSync(dirname(sharedWebPlace), { recursive: true, force: true })
  }
  return code
})

function readOptions(options) {
  const unknown = options.find((option) => option !== '--purge')
  if (unknown) throw new Refusal(`teardown does not know ${unknown}: give nothing, or --purge to delete the data too`)
  return options
}

async function stopDaemon(runDir) {
  if (!(await isDaemonAlive(runDir))) return
  const file = join(runDir, 'daemon.pid')
  const pid = readPid(file)
  if (!pid) throw new Refusal(`a daemon answers in ${runDir}, but ${file} names no process: stop it by hand first`)
  console.log(`stopping the daemon (process ${pid})`)
  process.kill(pid, 'SIGTERM')
  const patience = Date.now() + patienceMs
  while (isAlive(pid)) {
    if (Date.now() > patience)
      throw new Refusal(`the daemon (process ${pid}) does not stop: kill it, then tear down again`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function readPid(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim())
    return Number.isInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

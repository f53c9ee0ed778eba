import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { daemonEnvironment, daemonFlags } from './memory.mjs'
import { ensureDataDir, readPlaces, root } from './places.mjs'
import { checkKernel, checkMachine, checkNoDaemon, checkPort } from './preconditions.mjs'
import { stopOnSignals } from './process.mjs'
import { createProgress } from './progress.mjs'
import { runMain } from './refusal.mjs'
import { withSetupLock } from './setup-lock.mjs'
import { ensureDaemon, ensureSourcesUsable, ensureSystemPackages, ensureWeb } from './steps.mjs'

/** The daemon has five seconds; one that is still there after twice that will not end by itself. */
const patienceMs = 10_000

await runMain(async () => {
  checkMachine()
  process.umask(0o022)
  const places = readPlaces()
  const handOver = stopOnSignals()
  await checkNoDaemon(places.runDir)
  await checkPort(places.host, places.port)
  ensureDataDir(places.dataDir)
  const environment = await withSetupLock(() => setUp(places))
  handOver()
  return runDaemon(environment)
})

async function setUp({ dataDir }) {
  const progress = createProgress(join(dataDir, 'logs', 'setup.log'))
  await ensureSystemPackages(progress)
  await checkKernel()
  await ensureSourcesUsable(progress)
  const environment = await ensureWeb(progress, dataDir)
  await ensureDaemon(progress)
  return environment
}

/** In a process group of its own: Ctrl-C reaches it once, by way of this process, however it was started. */
function runDaemon(environment) {
  const daemon = spawn(process.execPath, [...daemonFlags, 'dist/daemon.js'], {
    cwd: root,
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, NODE_ENV: 'production', ...daemonEnvironment, ...environment },
  })
  let stopping = false
  const stop = (signal) => {
    if (stopping) return
    stopping = true
    daemon.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
    setTimeout(() => {
      console.error('patchbay: the daemon does not stop and is killed; its containers and networks stay as they are')
      daemon.kill('SIGKILL')
    }, patienceMs).unref()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  return new Promise((resolve, reject) => {
    daemon.once('error', reject)
    daemon.once('exit', (code, signal) => {
      if (signal && !stopping) console.error(`patchbay: the daemon was ended by ${signal}`)
      resolve(code ?? 1)
    })
  })
}

import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuth } from './api/auth'
import { Captures } from './api/captures'
import { type Api, startApi } from './api/http'
import { readSnapshot } from './api/picture'
import { messageOf, PatchbayError } from './cnm/errors'
import type { Config } from './config'
import { startDockerApi } from './docker/serve'
import { createTerminalOpener } from './docker/terminals'
import { createDockerWatcher } from './docker/watcher'
import { placeOf } from './drivers/registry'
import { collectWhenIdle } from './idle-memory'
import { checkFilter, startPackets } from './kernel/capture'
import { claimNamespace } from './kernel/claim'
import { createNetnsTables } from './kernel/netns-tables'
import { createKernelSources } from './observe/kernel-sources'
import { createObserver } from './observe/observer'
import { createReach } from './observe/reach/reach'
import { createNamespaceTables } from './observe/tables/tables'
import { planOf } from './observe/trace/change'
import { createProber, placeNames } from './observe/trace/prober'
import { createTracer } from './observe/trace/tracer'
import { createWiring } from './observe/wiring/wiring'
import { createParts, type Parts } from './parts'
import { startWeb } from './web/supervisor'
import { findWebUser } from './web/user'

const warmSandboxes = 3
const closeWithinMs = 4_500

/** Runs until SIGINT or SIGTERM. Containers and networks stay when it ends. */
export async function runDaemon(config: Config): Promise<void> {
  const closing: (() => Promise<void>)[] = []
  let ending: Promise<void> | undefined
  const end = (code: number): Promise<void> => {
    ending ??= closeAll(closing).then(() => process.exit(code))
    return ending
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0))
  try {
    await serve(config, closing)
  } catch (error) {
    console.error(`patchbay: ${messageOf(error)}`)
    await end(1)
  }
}

async function serve(config: Config, closing: (() => Promise<void>)[]): Promise<void> {
  if (!existsSync(config.webDir)) {
    throw new PatchbayError(
      'system',
      `the web is not built: ${config.webDir} is missing; start Patchbay with npm start`,
    )
  }
  closing.push(await claimNamespace(config.runDir))
  const parts = await createParts(config, { warmSandboxes })
  closing.push(() => parts.close())
  await writePid(config, closing)
  await parts.runtime.ensureBusybox()
  await parts.engine.recover()
  const user = await findWebUser(config.webUser)
  const { api, link } = await startFaces(config, parts, user.gid, closing)
  const web = await startWeb({ config, socketPath: api.socketPath, webDir: config.webDir, user })
  closing.push(() => web.stop())
  console.log(`Ready: ${link}`)
  collectWhenIdle()
}

async function startFaces(
  config: Config,
  parts: Parts,
  gid: number,
  closing: (() => Promise<void>)[],
): Promise<{ api: Api; link: string }> {
  const docker = createDockerWatcher(config.dockerHost ?? undefined)
  const observer = createObserver({
    engine: parts.engine,
    sources: createKernelSources(parts.kernel, parts.reader),
    store: parts.store,
    docker,
    placeOf: (network) => placeOf(parts.drivers.find(network.driver), network),
    failed: (error) => console.error(`the live picture: ${messageOf(error)}`),
  })
  closing.push(() => observer.close())
  const { reader } = parts
  const tables = createNetnsTables()
  const namespaces = createNamespaceTables({
    ...{ reader, tables },
    sandboxDir: join(config.runDir, 'netns'),
  })
  const wiring = createWiring({
    reader,
    observer,
    sandboxDir: join(config.runDir, 'netns'),
    failed: (error) => console.error(`the wiring: ${messageOf(error)}`),
  })
  closing.push(() => wiring.close())
  const captures = new Captures({ observer, netns: reader, startPackets, checkFilter, note: parts.engine.note })
  const { store, engine } = parts
  const tracer = createTracer({
    ...{ reader, tables, sandboxDir: join(config.runDir, 'netns') },
    records: () => readSnapshot(observer),
    names: (container) => engine.listNames(container),
    plan: (change) => planOf(engine, change),
  })
  const prober = createProber({ tracer, reader, tables, engine, nameOf: placeNames(engine) })
  closing.push(prober.close)
  const reach = createReach({ tracer, reader, engine })
  closing.push(reach.close)
  const dockerApi = await startDockerApi({
    engine,
    socketPath: join(config.runDir, 'docker.sock'),
    failed: (error) => console.error(`the Docker API: ${messageOf(error)}`),
  })
  closing.push(() => dockerApi.close())
  const auth = await createAuth({ store, dataDir: config.dataDir, presetToken: config.token })
  const api = await startApi({
    captures,
    openTerminal: createTerminalOpener(engine, config.dockerHost ?? undefined),
    config,
    engine,
    observer,
    namespaces,
    wiring,
    tracer,
    prober,
    reach,
    store,
    auth,
    drivers: parts.drivers.list(),
    gid,
  })
  closing.push(() => api.close())
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { api, link: `http://${host}:${config.port}/login?token=${auth.createOneTimeToken()}` }
}

async function writePid(config: Config, closing: (() => Promise<void>)[]): Promise<void> {
  const path = join(config.runDir, 'daemon.pid')
  await writeFile(path, `${process.pid}\n`)
  closing.push(() => rm(path, { force: true }))
}

/** Last opened, first closed; one that hangs does not keep the others or the end of the process. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  const timer = setTimeout(() => process.exit(1), closeWithinMs)
  for (const close of [...closing].reverse()) {
    await close().catch((error: unknown) => console.error(`while stopping: ${messageOf(error)}`))
  }
  clearTimeout(timer)
}

import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Config } from './config'
import type { NameSource } from './dns/contract'
import { createResolver } from './dns/resolver'
import { builtinDrivers } from './drivers/builtin'
import { createRegistry, type DriverRegistry } from './drivers/registry'
import { createEngine, type StartedEngine } from './engine/engine'
import type { Kernel } from './kernel/contract'
import { createKernel } from './kernel/kernel'
import { readHostAddresses, readListeningPorts, readPortHolder } from './kernel/listeners'
import { createNetnsReader } from './kernel/netlink/reader'
import type { NetnsReader } from './kernel/netns-contract'
import { relayPort } from './kernel/port-relay'
import type { Runtime } from './runtime/contract'
import { createRuntime } from './runtime/runtime'
import type { Store } from './store/contract'
import { openStore } from './store/store'

/** Everything below the faces: what the daemon, the teardown and the bench share. */
export interface Parts {
  readonly store: Store
  readonly kernel: Kernel
  readonly reader: NetnsReader
  readonly runtime: Runtime
  readonly drivers: DriverRegistry
  readonly engine: StartedEngine
  close(): Promise<void>
}

export interface PartsOptions {
  /** Sandboxes kept ready for the next starts. */
  readonly warmSandboxes: number
}

/** Builds the rooms and wires them; nothing is recovered or changed yet. */
export async function createParts(
  config: Pick<Config, 'dataDir' | 'runDir'> & Partial<Pick<Config, 'defaultPools'>>,
  options: PartsOptions,
): Promise<Parts> {
  await makeDirectories(config)
  const drivers = createRegistry(builtinDrivers)
  const store = await openStore(config.dataDir)
  const runtime = await createRuntime(config)
  const resolver = createResolver(lateNames(() => engine.names))
  const reader = createNetnsReader()
  const kernel = createKernel({
    ...{ runDir: config.runDir, reader },
    onSocket: ({ netns, to }, socket) => {
      if (to !== undefined) return relayPort(socket, to)
      resolver.listen(netns, socket)
      return undefined
    },
  })
  const engine: StartedEngine = createEngine({
    ...{ store, kernel, reader, runtime, drivers },
    runDir: config.runDir,
    hostName: hostname(),
    resolvConf: readResolvConf,
    hostsFile: () => readFileSync('/etc/hosts', 'utf8'),
    listeningPorts: () => readListeningPorts(reader),
    portHolder: readPortHolder,
    hostAddresses: readHostAddresses,
    ...(config.defaultPools ? { defaultPools: config.defaultPools } : {}),
    warmSandboxes: options.warmSandboxes,
    queries: resolver.queries,
  })
  return {
    ...{ store, kernel, reader, runtime, drivers, engine },
    close: async () => {
      await engine.close()
      await kernel.close()
      await runtime.close()
      await store.close()
    },
  }
}

/** The web's user has to pass through the directories; what is secret in them has its own mode. */
async function makeDirectories({ dataDir, runDir }: Pick<Config, 'dataDir' | 'runDir'>): Promise<void> {
  for (const directory of [dataDir, runDir]) {
    await mkdir(directory, { recursive: true })
    await chmod(directory, 0o711)
  }
  await mkdir(`${runDir}/netns`, { recursive: true, mode: 0o700 })
}

/** The resolver exists before the engine does, and asks it only once there are sandboxes. */
function lateNames(names: () => NameSource): NameSource {
  return {
    get generation() {
      return names().generation
    },
    of: (netns) => names().of(netns),
  }
}

/** The host's name servers; where systemd's stub on the loopback hides them, the file that names them. */
function readResolvConf(): string {
  const text = readFileSync('/etc/resolv.conf', 'utf8')
  const behindStub = '/run/systemd/resolve/resolv.conf'
  return text.includes('127.0.0.53') && existsSync(behindStub) ? readFileSync(behindStub, 'utf8') : text
}

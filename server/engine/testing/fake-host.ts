import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createQueryLog } from '../../dns/query-log'
import { builtinDrivers } from '../../drivers/builtin'
import { createRegistry } from '../../drivers/registry'
import type { ListeningPort } from '../../kernel/listeners'
import { createFakeKernel, type FakeKernel } from '../../kernel/testing/fake'
import type { Image } from '../../runtime/contract'
import { createFakeRuntime, type FakeRuntime } from '../../runtime/testing/fake'
import type { Store } from '../../store/contract'
import { openStore } from '../../store/store'
import { createEngine, type StartedEngine } from '../engine'

/** An engine over a kernel and a runtime in memory and a real database, for tests of intent. */
export interface FakeHost {
  readonly kernel: FakeKernel
  readonly runtime: FakeRuntime
  readonly store: Store
  engine: StartedEngine
  /** What processes of the host listen on. */
  listening: ListeningPort[]
  /** A new engine on the same database, kernel and runtime, as after a kill. */
  restart(): Promise<StartedEngine>
  /** Kernel and records, to compare. */
  everything(): Promise<unknown>
  end(): Promise<void>
}

export async function createFakeHost(images?: readonly Image[], kernel = createFakeKernel()): Promise<FakeHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'patchbay-engine-'))
  const [runtime, store] = [createFakeRuntime(images), await openStore(dataDir)]
  const listening: ListeningPort[] = []
  const build = async () => {
    const engine = createEngine({
      ...{ store, kernel, runtime },
      drivers: createRegistry(builtinDrivers),
      runDir: '/run/fake',
      hostName: 'fake',
      resolvConf: () => 'nameserver 192.0.2.53\n',
      hostsFile: () => '127.0.0.1\tlocalhost\n',
      listeningPorts: async () => listening,
      portHolder: async (_, port) => (port === 32768 ? { name: 'nginx', pid: 7 } : undefined),
      hostAddresses: () => ['192.0.2.1'],
      warmSandboxes: 0,
      queries: createQueryLog(),
    })
    await engine.recover()
    return engine
  }
  const host: FakeHost = {
    ...{ kernel, runtime, store, listening },
    engine: await build(),
    restart: async () => {
      runtime.abandon()
      host.engine = await build()
      return host.engine
    },
    everything: async () => {
      const { networks, containers, endpoints, services } = await store.load()
      return { kernel: kernel.print(), networks, containers: containers.map(withoutError), endpoints, services }
    },
    end: async () => {
      await host.engine.close()
      await store.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return host
}

/** Why the last start failed is told, and that is no trace to complain of. */
function withoutError<Item extends { state: { error: unknown; exitCode: number | null } }>(container: Item): Item {
  return { ...container, state: { ...container.state, error: '', exitCode: null } }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { builtinDrivers } from '../../drivers/builtin'
import { createFakePackets } from '../../observe/capture/testing/fake-packets'
import { createAuth } from '../auth'
import { Captures } from '../captures'
import { createCaller } from '../router'
import { Terminals } from '../terminals'
import type { ApiContext } from '../trpc'
import { FakeEngine } from './fake-engine'
import { FakeNamespaces } from './fake-namespaces'
import { FakeObserver } from './fake-observer'
import { FakeProbes } from './fake-probes'
import { FakeStore } from './fake-store'
import { FakeTracer } from './fake-tracer'
import { FakeWiring } from './fake-wiring'

export const testToken = 'a-token-that-nobody-thinks-of'

/** Everything behind the API, as fakes with real authentication. */
export async function createFakes() {
  const dataDir = await mkdtemp(join(tmpdir(), 'patchbay-api-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const [engine, observer, store] = [new FakeEngine(), new FakeObserver(), new FakeStore()]
  const namespaces = new FakeNamespaces()
  const wiring = new FakeWiring()
  const tracer = new FakeTracer()
  const probes = new FakeProbes()
  const packets = createFakePackets()
  const captures = new Captures({
    observer,
    netns: { find: async () => [], read: () => Promise.reject(new Error('there are no namespaces')) },
    startPackets: packets.startPackets,
    checkFilter: async () => undefined,
    note: (what, work, by) => engine.note(what, work, by),
  })
  const auth = await createAuth({ store, dataDir, presetToken: testToken })
  const shown = { observer, namespaces, wiring, tracer, captures, probes }
  return {
    ...shown,
    ...{ prober: probes.prober, reach: probes.reach },
    packets,
    engine,
    openTerminal: () => engine.openTerminal(),
    store,
    auth,
    drivers: builtinDrivers,
    dataDir,
  }
}

/** Procedures called in this process; signed in as the administrator unless told otherwise. */
export async function createTestCaller({ isSignedIn = true } = {}) {
  const fakes = await createFakes()
  const cookies: string[] = []
  const context: ApiContext = {
    ...fakes,
    terminals: new Terminals(fakes.openTerminal),
    session: isSignedIn ? await fakes.auth.getBearer(testToken) : null,
    actor: isSignedIn ? 'admin' : '',
    isSecure: false,
    setCookie: (value) => void cookies.push(value),
  }
  return { ...fakes, cookies, call: createCaller(context) }
}

import { createInterface } from 'node:readline'
import type Dockerode from 'dockerode'
import type { ContainerInspectInfo, NetworkInspectInfo } from 'dockerode'
import { type DockerThings, type DockerWatcher, noDocker } from '../observe/picture'
import { coalesce } from '../observe/timing'
import { type ConnectionOptions, connect, connectionOptions, isNotFound } from './client'
import { dockerContainerView, dockerEndpointViews, dockerNetworkView } from './views'

const gatherMs = 25
const firstPauseMs = 500
const longestPauseMs = 15_000
const inspectedAtOnce = 8

/**
 * Follows the Docker Engine at `host` ("unix:///var/run/docker.sock", "tcp://127.0.0.1:2375");
 * undefined or "none": there is none. Reads all once after connecting, then only what events name.
 * When the connection ends its things are gone from the picture until it is back. `failed` gets what
 * an engine that is there does not answer as it should.
 */
export function createDockerWatcher(
  host: string | undefined,
  failed: (error: unknown) => void = () => undefined,
): DockerWatcher {
  const options = connectionOptions(host)
  let things: DockerThings = noDocker

  async function follow(signal: AbortSignal, changed: () => void) {
    let pauseMs = firstPauseMs
    const show = (now: DockerThings) => {
      if (signal.aborted) return
      things = now
      changed()
    }
    while (!signal.aborted && options) {
      const wasConnected = await session(options, signal, show).catch((error: unknown) => {
        if (!signal.aborted) failed(error)
        return true
      })
      if (signal.aborted) return
      if (wasConnected) show({ ...noDocker, state: 'lost' })
      pauseMs = wasConnected ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs)
      await pause(pauseMs, signal)
    }
  }

  return {
    get things() {
      return things
    },
    start(changed) {
      const stopping = new AbortController()
      void follow(stopping.signal, changed)
      return () => stopping.abort()
    },
  }
}

/** One connection, from the first answer to its end; false where there was none. Throws what went wrong after it. */
async function session(
  options: ConnectionOptions,
  signal: AbortSignal,
  show: (things: DockerThings) => void,
): Promise<boolean> {
  const docker = await connect(options).catch(() => undefined)
  if (!docker || signal.aborted) return false
  const inventory = createInventory(docker)
  const stream = await docker.getEvents({ filters: { type: ['container', 'network'] }, abortSignal: signal })
  stream.on('error', () => undefined) // a broken connection ends the session as an ended one does
  await inventory.readAll()
  show(inventory.things())
  await followEvents(stream, inventory, () => show(inventory.things()))
  return true
}

async function followEvents(stream: NodeJS.ReadableStream, inventory: Inventory, changed: () => void): Promise<void> {
  const reading = coalesce({
    delayMs: gatherMs,
    work: async () => {
      await inventory.readNoticed()
      changed()
    },
    failed: () => undefined, // the stream ends, too, when the engine is gone
  })
  const lines = createInterface({ input: stream })
  stream.on('close', () => lines.close())
  for await (const line of lines) if (inventory.notice(line)) reading.soon()
  reading.close()
}

/** What the engine has, by id, and what has to be asked for again. */
interface Inventory {
  readAll(): Promise<void>
  /** False: the event changes nothing that is drawn. */
  notice(line: string): boolean
  readNoticed(): Promise<void>
  things(): DockerThings
}

function createInventory(docker: Dockerode): Inventory {
  let networks: NetworkInspectInfo[] = []
  const containers = new Map<string, ContainerInspectInfo>()
  const noticed = new Set<string>()

  async function readContainers(ids: readonly string[]) {
    for (let at = 0; at < ids.length; at += inspectedAtOnce) {
      await Promise.all(ids.slice(at, at + inspectedAtOnce).map(readContainer))
    }
  }

  async function readContainer(id: string) {
    try {
      containers.set(id, await docker.getContainer(id).inspect())
    } catch (error) {
      if (!isNotFound(error)) throw error
      containers.delete(id)
    }
  }

  return {
    async readAll() {
      networks = await docker.listNetworks()
      const list = await docker.listContainers({ all: true })
      await readContainers(list.map(({ Id }) => Id))
    },
    notice(line) {
      const event = parseEvent(line)
      if (!event || event.action.startsWith('exec_')) return false
      if (event.containerId !== undefined) noticed.add(event.containerId)
      return true
    },
    async readNoticed() {
      const ids = [...noticed]
      noticed.clear()
      networks = await docker.listNetworks()
      await readContainers(ids)
    },
    things() {
      const networkIds = new Map(networks.map(({ Name, Id }) => [Name, Id]))
      const all = [...containers.values()]
      return {
        state: 'connected',
        networks: networks.map(dockerNetworkView),
        containers: all.map(dockerContainerView),
        endpoints: all.flatMap((container) => dockerEndpointViews(container, networkIds)),
      }
    },
  }
}

interface DockerEvent {
  readonly action: string
  readonly containerId: string | undefined
}

/** Undefined for a line that is no event. */
export function parseEvent(line: string): DockerEvent | undefined {
  try {
    const { Type, Action, Actor } = JSON.parse(line) as {
      Type?: string
      Action?: string
      Actor?: { ID?: string; Attributes?: Record<string, string> }
    }
    if (Action === undefined) return undefined
    return { action: Action, containerId: Type === 'container' ? Actor?.ID : Actor?.Attributes?.container }
  } catch {
    return undefined
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

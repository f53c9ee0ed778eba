import { ask } from '../../conformance/ask'
import { type RunningEngine, startEngine } from '../../conformance/engines'
import type { Peer } from './measure'
import { addressOf } from './namespaces'

/** A Docker Engine over its socket; boxes are containers of busybox on its default network. */
export async function createDocker(folder: string): Promise<Peer & { stop(): Promise<void> }> {
  const engine = await startEngine('docker', folder)
  const call = (method: string, path: string, body?: unknown) => mustAsk(engine, method, path, body)
  let boxes = 0
  const run = async (name: string, host: object = {}): Promise<number> => {
    const container = { Image: 'busybox', Cmd: ['sleep', '36000'], HostConfig: host, ExposedPorts: { '80/tcp': {} } }
    await call('POST', `/containers/create?name=${name}`, container)
    const began = performance.now()
    await call('POST', `/containers/${name}/start`)
    return performance.now() - began
  }
  return {
    createNetwork: async (network) => {
      const ipam = { Config: [{ Subnet: `${addressOf(network)}/22` }] }
      await call('POST', '/networks/create', { Name: `net${network}`, IPAM: ipam })
    },
    removeNetwork: (network) => call('DELETE', `/networks/net${network}`),
    ensureBoxes: async (count) => {
      for (; boxes < count; boxes++) await run(`box${boxes}`)
    },
    connect: (network, box) => call('POST', `/networks/net${network}/connect`, { Container: `box${box}` }),
    disconnect: (network, box) =>
      call('POST', `/networks/net${network}/disconnect`, { Container: `box${box}`, Force: true }),
    publish: async (network, round) => {
      const mode = { NetworkMode: `net${network}` }
      const ports = { PortBindings: { '80/tcp': [{ HostPort: String(20_000 + round) }] } }
      const plain = await run('plain', mode)
      const published = await run('published', { ...mode, ...ports })
      for (const name of ['plain', 'published']) await call('DELETE', `/containers/${name}?force=1`)
      return published - plain
    },
    crowd: async (network, from, to) => {
      for (let index = from; index < to; index++) await run(`one${index}`, { NetworkMode: `net${network}` })
    },
    stop: async () => {
      // Hundreds are more than it ends in the time that it is given, and one that is left keeps its cgroups on the machine.
      const all = JSON.parse((await ask(engine.socketPath, 'GET', '/v1.41/containers/json?all=1')).body) as {
        Id: string
      }[]
      for (const { Id } of all) await call('DELETE', `/containers/${Id}?force=1`)
      await engine.stop()
    },
  }
}

async function mustAsk(engine: RunningEngine, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await ask(engine.socketPath, method, `/v1.41${path}`, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.body}`)
}

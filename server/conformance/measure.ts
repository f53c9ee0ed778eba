import { setTimeout as delay } from 'node:timers/promises'
import { ask } from './ask'
import type { RunningEngine } from './engines'

/** Milliseconds over the socket: the medians of so many rounds. */
export const rounds = 20
export const operations = [
  'create a network',
  'connect a running container',
  'disconnect it',
  'remove the network',
  'start a container',
  'kill it',
] as const
export type Medians = Readonly<Record<(typeof operations)[number], number>>

const pauseMs = 60

/** What an engine takes for the everyday changes, asked one after another on a host with nothing else on it. */
export async function measure(engine: RunningEngine): Promise<Medians> {
  const times = new Map<string, number[]>()
  const timed = async (operation: (typeof operations)[number], method: string, path: string, body?: unknown) => {
    await delay(pauseMs)
    const began = performance.now()
    const { status, body: said } = await ask(engine.socketPath, method, `/v1.41${path}`, body)
    times.set(operation, [...(times.get(operation) ?? []), performance.now() - began])
    if (status >= 300) throw new Error(`${engine.name}: ${method} ${path} was answered with ${status}: ${said}`)
  }
  const container = { Image: 'busybox', Cmd: ['sleep', '3600'] }
  await ask(engine.socketPath, 'POST', '/v1.41/containers/create?name=still', container)
  await ask(engine.socketPath, 'POST', '/v1.41/containers/still/start')
  for (let round = 0; round < rounds; round++) {
    await timed('create a network', 'POST', '/networks/create', { Name: 'timed', CheckDuplicate: true })
    await timed('connect a running container', 'POST', '/networks/timed/connect', { Container: 'still' })
    await timed('disconnect it', 'POST', '/networks/timed/disconnect', { Container: 'still' })
    await timed('remove the network', 'DELETE', '/networks/timed')
    await ask(engine.socketPath, 'POST', '/v1.41/containers/create?name=timed', container)
    await timed('start a container', 'POST', '/containers/timed/start')
    await timed('kill it', 'POST', '/containers/timed/kill')
    await ask(engine.socketPath, 'DELETE', '/v1.41/containers/timed?force=1')
  }
  await ask(engine.socketPath, 'DELETE', '/v1.41/containers/still?force=1')
  return Object.fromEntries(operations.map((name) => [name, median(times.get(name) ?? [])])) as Medians
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

import type { Container } from '../cnm/container'
import type { Operation } from '../cnm/operation'
import type { Engine } from '../engine/contract'
import type { Call, Route } from './call'
import { anyOf, type Filters, parseFilters } from './filters'
import { parseMoment } from './moment'

export const eventRoutes: readonly Route[] = [{ method: 'GET', pattern: '/events', answer: watch }]

interface DockerEvent {
  readonly Type: 'network' | 'container'
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly scope: 'local'
  readonly time: number
  readonly timeNano: number
}

const known = ['type', 'event', 'network', 'container', 'image', 'label', 'scope']

/** One JSON object a line: what has happened since `since`, then what happens, until `until`. */
function watch(call: Call): void {
  const { engine, query, response, signal } = call
  const filters = parseFilters(query, known)
  const since = query.get('since') ? parseMoment(query.get('since') ?? '') : undefined
  const until = query.get('until') ? parseMoment(query.get('until') ?? '') : undefined
  const send = (events: readonly DockerEvent[]) => {
    for (const event of events) if (passes(event, filters)) response.write(`${JSON.stringify(event)}\n`)
  }
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.flushHeaders()
  if (since) {
    const past = engine.listOperations().filter(({ startedAt }) => startedAt >= since && (!until || startedAt <= until))
    for (const operation of [...past].reverse()) send(eventsOf(engine, operation))
  }
  const left = until ? until.getTime() - Date.now() : Number.POSITIVE_INFINITY
  if (left <= 0) {
    response.end()
    return
  }
  const findDead = watchDeaths(engine)
  const stop = engine.subscribe((change) => {
    if (change.type === 'container') send(findDead(change.id))
    if (change.type === 'health') send([healthEvent(engine, change.id, change.status)])
    if (change.type === 'operation') send(eventsOf(engine, change.operation).filter(({ Action }) => Action !== 'die'))
  })
  const timer = Number.isFinite(left) ? setTimeout(() => response.end(), Math.min(left, 2 ** 31 - 1)) : undefined
  signal.addEventListener('abort', () => {
    stop()
    clearTimeout(timer)
  })
}

function healthEvent(engine: Engine, id: string, status: string): DockerEvent {
  const { name, image } = engine.getContainer(id)
  return event('container', `health_status: ${status}`, id, { name, image }, new Date())
}

/** A container may end without an operation: it is seen by its state. */
function watchDeaths(engine: Engine): (id: string) => DockerEvent[] {
  const running = new Set<string>(
    engine
      .listContainers()
      .filter(isRunning)
      .map(({ id }) => id),
  )
  return (id) => {
    const container = engine.listContainers().find((candidate) => candidate.id === id)
    if (container && isRunning(container)) running.add(id)
    else if (running.delete(id) && container) {
      const attributes = {
        name: container.name,
        image: container.image,
        exitCode: String(container.state.exitCode ?? 0),
      }
      return [event('container', 'die', id, attributes, container.state.finishedAt ?? new Date())]
    }
    return []
  }
}

function isRunning({ state }: Container): boolean {
  return state.status === 'running'
}

/** Nothing for an operation that has not succeeded. */
function eventsOf(engine: Engine, operation: Operation): DockerEvent[] {
  if (operation.status !== 'done' && operation.status !== 'finished') return []
  const { networkId = '', containerId = '' } = operation.records
  const at = new Date(operation.startedAt.getTime() + (operation.durationMs ?? 0))
  const [name = '', oldName = ''] = operation.subjects
  const network = (Action: string, extra: Record<string, string> = {}) =>
    event('network', Action, networkId, { name: networkName(engine, networkId) ?? name, type: 'bridge', ...extra }, at)
  const container = (Action: string, extra: Record<string, string> = {}) =>
    event('container', Action, containerId, { name, ...extra }, at)
  switch (operation.verb) {
    case 'network.create':
      return [network('create')]
    case 'network.remove':
      return [network('destroy')]
    case 'network.connect':
      return [network('connect', { container: containerId })]
    case 'network.disconnect':
      return [network('disconnect', { container: containerId })]
    case 'container.create':
      return [container('create')]
    case 'container.start':
      return [container('start')]
    case 'container.stop':
      return [container('die'), container('stop')]
    case 'container.restart':
      return [container('restart')]
    case 'container.pause':
      return [container('pause')]
    case 'container.unpause':
      return [container('unpause')]
    case 'container.update':
      return [container('update')]
    case 'container.rename':
      return [container('rename', { oldName: `/${oldName}` })]
    case 'container.remove':
      return [container('destroy')]
    case 'host.reconcile':
      return []
  }
}

function networkName(engine: Engine, id: string): string | undefined {
  return engine.listNetworks().find((network) => network.id === id)?.name
}

function event(
  Type: DockerEvent['Type'],
  Action: string,
  ID: string,
  Attributes: Readonly<Record<string, string>>,
  at: Date,
): DockerEvent {
  const ms = at.getTime()
  const Actor = { ID, Attributes }
  return { Type, Action, Actor, scope: 'local', time: Math.floor(ms / 1000), timeNano: Math.round(ms * 1e6) }
}

function passes({ Type, Action, Actor }: DockerEvent, filters: Filters): boolean {
  const isAbout = (type: string) => (wanted: string) =>
    Type === type && (Actor.ID.startsWith(wanted) || Actor.Attributes.name === wanted)
  return (
    anyOf(filters, 'type', (type) => Type === type) &&
    anyOf(filters, 'event', (action) => Action === action || Action.split(':')[0] === action) &&
    anyOf(filters, 'network', isAbout('network')) &&
    anyOf(filters, 'container', isAbout('container'))
  )
}

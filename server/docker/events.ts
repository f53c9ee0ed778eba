import type { Call, Route } from './call'
import type { DockerEvent } from './event-log'
import { anyOf, type Filters, hasLabels, parseFilters } from './filters'
import { parseMoment } from './moment'

export const eventRoutes: readonly Route[] = [{ method: 'GET', pattern: '/events', answer: watch }]

const known = [
  ...['config', 'container', 'daemon', 'event', 'image', 'label', 'network', 'node', 'plugin', 'scope', 'secret'],
  ...['service', 'type', 'volume'],
]

/** One JSON object a line: what has happened since `since`, then what happens, until `until`. */
function watch(call: Call): void {
  const { events, query, response, signal } = call
  const filters = parseFilters(query, known)
  const since = query.get('since') ? parseMoment(query.get('since') ?? '') : undefined
  const until = query.get('until') ? parseMoment(query.get('until') ?? '') : undefined
  const send = (event: DockerEvent) => {
    if (passes(event, filters)) response.write(`${JSON.stringify(event)}\n`)
  }
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.flushHeaders()
  if (since) for (const event of events.list()) if (isWithin(event, since, until)) send(event)
  const left = until ? until.getTime() - Date.now() : Number.POSITIVE_INFINITY
  if (left <= 0) {
    response.end()
    return
  }
  const stop = events.subscribe(send)
  const timer = Number.isFinite(left) ? setTimeout(() => response.end(), Math.min(left, 2 ** 31 - 1)) : undefined
  signal.addEventListener('abort', () => {
    stop()
    clearTimeout(timer)
  })
}

function isWithin({ timeNano }: DockerEvent, since: Date, until: Date | undefined): boolean {
  const ms = timeNano / 1e6
  return ms >= since.getTime() && (until === undefined || ms <= until.getTime())
}

function passes({ Type, Action, Actor, scope }: DockerEvent, filters: Filters): boolean {
  const { image = '', name } = Actor.Attributes
  const isAbout = (type: string) => (wanted: string) =>
    Type === type && (Actor.ID.startsWith(wanted) || name === wanted)
  return (
    anyOf(filters, 'type', (type) => Type === type) &&
    anyOf(filters, 'scope', (wanted) => scope === wanted) &&
    anyOf(filters, 'event', (wanted) => Action === wanted || Action.startsWith(`${wanted}: `)) &&
    anyOf(filters, 'image', (wanted) => isAbout('image')(wanted) || isOf(wanted, Type === 'image' ? name : image)) &&
    anyOf(filters, 'network', isAbout('network')) &&
    anyOf(filters, 'container', isAbout('container')) &&
    others.every((type) => anyOf(filters, type, isAbout(type))) &&
    hasLabels(filters, Actor.Attributes)
  )
}

/** An image's name, with its tag or without. */
function isOf(wanted: string, image = ''): boolean {
  return image === wanted || image.replace(/:[^:/]*$/, '') === wanted
}

/** Of these, but for volumes, nothing is told. */
const others = ['config', 'daemon', 'node', 'plugin', 'secret', 'service', 'volume'] as const

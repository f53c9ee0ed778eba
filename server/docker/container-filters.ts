import { type Container, shownStatus } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { parsePortKey } from '../cnm/ports'
import type { Engine } from '../engine/contract'
import { anyOf, type Filters, hasLabels, matches, parseFilters, truthOf, valuesOf } from './filters'

const known = [
  ...['ancestor', 'before', 'exited', 'expose', 'health', 'id', 'is-task', 'isolation', 'label', 'name', 'network'],
  ...['publish', 'since', 'status', 'volume'],
]
const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']
const healths = ['none', 'starting', 'healthy', 'unhealthy']

/** What `docker ps --filter` asks for. */
export interface ContainerFilter {
  /** Those that do not run are asked for too. */
  readonly wantsStopped: boolean
  passes(container: Container): boolean
}

/** Throws PatchbayError ("invalid-parameter", "not-found") for what Docker refuses. */
export function containerFilter(engine: Engine, query: URLSearchParams): ContainerFilter {
  const filters = parseFilters(query, known)
  const wrongStatus = valuesOf(filters, 'status').find((status) => !statuses.includes(status))
  if (wrongStatus !== undefined) throw invalid(`Invalid filter 'status=${wrongStatus}'`)
  const wrongHealth = valuesOf(filters, 'health').find((health) => !healths.includes(health))
  if (wrongHealth !== undefined) throw invalid(`Unrecognised filter value for health: ${wrongHealth}`)
  const wrongCode = valuesOf(filters, 'exited').find((code) => !/^-?\d+$/.test(code))
  if (wrongCode !== undefined) throw invalid(`strconv.Atoi: parsing ${JSON.stringify(wrongCode)}: invalid syntax`)
  const isTask = truthOf(filters, 'is-task')
  const inTime = madeBetween(engine, filters)
  const hasPorts = portFilter(engine, filters)
  return {
    wantsStopped: filters.has('status'),
    passes: (container) =>
      isTask !== true &&
      inTime(container) &&
      hasPorts(container) &&
      hasLabels(filters, container.labels) &&
      isOnNetwork(engine, filters, container) &&
      anyOf(filters, 'health', (health) => (engine.health(container)?.status ?? 'none') === health) &&
      isItself(filters, container),
  }
}

function isItself(filters: Filters, container: Container): boolean {
  const { id, name, image, imageId, state, options } = container
  return (
    anyOf(filters, 'id', (wanted) => matches(id, wanted)) &&
    anyOf(filters, 'name', (wanted) => matches(name, wanted) || matches(`/${name}`, wanted)) &&
    anyOf(filters, 'status', (status) => shownStatus(container) === status) &&
    anyOf(filters, 'exited', (code) => state.status === 'exited' && state.exitCode === Number(code)) &&
    anyOf(filters, 'ancestor', (wanted) => isImage({ image, imageId }, wanted)) &&
    anyOf(filters, 'volume', (wanted) =>
      options.mounts.some(({ source, target }) => source === wanted || target === wanted),
    )
  )
}

function isImage({ image, imageId }: Pick<Container, 'image' | 'imageId'>, wanted: string): boolean {
  const digits = imageId.replace('sha256:', '')
  const isDigits = /^[0-9a-f]+$/.test(wanted) && digits.startsWith(wanted)
  return tagged(image) === tagged(wanted) || imageId === wanted || isDigits
}

/** "busybox" is "busybox:latest"; a colon before a slash is a port. */
function tagged(image: string): string {
  return image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`
}

function isOnNetwork(engine: Engine, filters: Filters, container: Container): boolean {
  if (!filters.has('network')) return true
  const networks = engine
    .listEndpoints()
    .filter(({ containerId }) => containerId === container.id)
    .map(({ networkId }) => engine.getNetwork(networkId))
  return anyOf(filters, 'network', (wanted) =>
    networks.some(({ id, name }) => name === wanted || id.startsWith(wanted)),
  )
}

/** `before` and `since` name a container; of several, all have to hold. */
function madeBetween(engine: Engine, filters: Filters): (container: Container) => boolean {
  const momentsOf = (name: string) =>
    valuesOf(filters, name).map((reference) => getContainer(engine, reference).createdAt)
  const [before, since] = [momentsOf('before'), momentsOf('since')]
  return ({ createdAt }) => before.every((moment) => createdAt < moment) && since.every((moment) => createdAt > moment)
}

function getContainer(engine: Engine, reference: string): Container {
  try {
    return engine.getContainer(reference)
  } catch (cause) {
    throw new PatchbayError('not-found', `no such container ${reference}`, { cause })
  }
}

/** `publish` looks at ports of the host, `expose` at those of the container, while it runs: "80", "80/udp", "8000-8100/tcp". */
function portFilter(engine: Engine, filters: Filters): (container: Container) => boolean {
  const rangesOf = (name: string) => valuesOf(filters, name).map((text) => parseRange(name, text))
  const [publish, expose] = [rangesOf('publish'), rangesOf('expose')]
  const isIn = (ranges: readonly PortRange[], ports: readonly { protocol: string; port: number }[]) =>
    ranges.length === 0 ||
    ports.some(({ protocol, port }) =>
      ranges.some((range) => range.protocol === protocol && port >= range.first && port <= range.last),
    )
  return (container) => {
    if (publish.length === 0 && expose.length === 0) return true
    if (container.sandbox === null) return false
    const published = engine.publishedPorts(container)
    const exposed = container.options.exposedPorts.map(parsePortKey)
    return (
      isIn(
        publish,
        published.map(({ protocol, hostPort }) => ({ protocol, port: hostPort })),
      ) &&
      isIn(
        expose,
        [...published, ...exposed].map(({ protocol, containerPort }) => ({ protocol, port: containerPort })),
      )
    )
  }
}

interface PortRange {
  readonly protocol: string
  readonly first: number
  readonly last: number
}

function parseRange(filter: string, text: string): PortRange {
  const [ports = '', protocol = 'tcp'] = text.split('/')
  const [first = '', last = first] = ports.split('-')
  const wrong = [first, last].find((port) => !/^\d{1,5}$/.test(port) || Number(port) > 65535)
  if (wrong === undefined) return { protocol, first: Number(first), last: Number(last) }
  const reason = /^\d+$/.test(wrong) ? 'value out of range' : 'invalid syntax'
  throw invalid(
    `error while looking up for ${filter} ${text}: strconv.ParseUint: parsing ${JSON.stringify(wrong)}: ${reason}`,
  )
}

function invalid(message: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message)
}

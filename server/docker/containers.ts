import { z } from 'zod'
import type { Container } from '../cnm/container'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import type { Reason } from '../cnm/reasons'
import type { Engine } from '../engine/contract'
import { asked, type Call, eventually, flag, numberOf, type Route, sendJson, sendNothing } from './call'
import { containerFilter } from './container-filters'
import { containerCreateSchema, containerPlan, isSet } from './container-input'
import { containerJson, containerSummaryJson, type Mountpoints } from './container-json'
import { containerOf } from './container-of'
import { hasLabels, lacksLabels, parseFilters } from './filters'
import { orNull } from './host-config-json'
import { parseMoment } from './moment'
import { namingPorts } from './ports'
import { removeIfUnused } from './prune'
import { refuse } from './refuse'
import { limitFields, updateOf } from './run-options'
import { dockerMessage } from './wording'

export const containerRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/containers/json', answer: list },
  { method: 'POST', pattern: '/containers/create', answer: create },
  { method: 'POST', pattern: '/containers/prune', answer: prune },
  { method: 'GET', pattern: '/containers/:id/json', answer: inspect },
  { method: 'POST', pattern: '/containers/:id/start', answer: start },
  { method: 'POST', pattern: '/containers/:id/stop', answer: stop },
  { method: 'POST', pattern: '/containers/:id/restart', answer: restart },
  { method: 'POST', pattern: '/containers/:id/kill', answer: kill },
  { method: 'POST', pattern: '/containers/:id/pause', answer: pause },
  { method: 'POST', pattern: '/containers/:id/unpause', answer: unpause },
  { method: 'POST', pattern: '/containers/:id/update', answer: update },
  { method: 'GET', pattern: '/containers/:id/top', answer: top },
  { method: 'POST', pattern: '/containers/:id/rename', answer: rename },
  { method: 'POST', pattern: '/containers/:id/wait', answer: wait },
  { method: 'DELETE', pattern: '/containers/:id', answer: remove },
]

async function list(call: Call): Promise<void> {
  const { engine, query } = call
  const filter = containerFilter(engine, query)
  const limit = numberOf(query, 'limit')
  const isAll = flag(query, 'all') || (limit !== undefined && limit > 0) || filter.wantsStopped
  const shown = engine
    .listContainers()
    .filter((container) => (isAll || isUp(container)) && filter.passes(container))
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime())
  const mountpoints = await mountpointsOf(engine, shown)
  sendJson(
    call,
    shown
      .slice(0, limit && limit > 0 ? limit : undefined)
      .map((container) => containerSummaryJson(engine, container, mountpoints, call.minor)),
  )
}

async function create(call: Call): Promise<void> {
  const { engine, query } = call
  refuse(query.get('platform'), `--platform ${query.get('platform')}`)
  const body = await call.body(containerCreateSchema)
  const plan = containerPlan(call, body, query.get('name')?.replace(/^\//, '') || undefined)
  const { result: container, warnings = [] } = await engine.createContainer(plan.create, asked)
  const all = [...plan.warnings, ...warnings.map(String), ...engine.limitWarnings(container)]
  sendJson(call, { Id: container.id, Warnings: all }, 201)
}

async function inspect(call: Call): Promise<void> {
  const container = containerOf(call)
  sendJson(call, containerJson(call.engine, container, await mountpointsOf(call.engine, [container]), call.minor))
}

/** Asks nobody where no volume is mounted. */
async function mountpointsOf(engine: Engine, containers: readonly Container[]): Promise<Mountpoints> {
  const isNeeded = containers.some(({ options }) => options.mounts.some(({ type }) => type === 'volume'))
  const volumes = isNeeded ? await engine.volumes.list() : []
  return new Map(volumes.map(({ name, mountpoint }) => [name, mountpoint]))
}

async function update(call: Call): Promise<void> {
  const body = await call.body(updateSchema)
  const unknown = Object.keys(body).find((key) => /^[A-Z]/.test(key) && !(key in limitFields) && isSet(body[key]))
  refuse(unknown, unknown ?? '')
  const { result } = await call.engine.updateContainer(containerOf(call).id, updateOf(body), asked)
  sendJson(call, { Warnings: orNull(call.engine.limitWarnings(result)) })
}

async function start(call: Call): Promise<void> {
  const { id, state } = containerOf(call)
  if (state.restarting || (state.status === 'running' && !state.paused)) return sendNothing(call, 304)
  await namingPorts(call.engine, id, () => call.engine.startContainer(id, asked))
  sendNothing(call)
}

async function stop(call: Call): Promise<void> {
  const { id, state } = containerOf(call)
  if (state.status !== 'running' && !state.restarting) return sendNothing(call, 304)
  await call.engine.stopContainer(id, { ...asked, ...howToStop(call) })
  sendNothing(call)
}

async function restart(call: Call): Promise<void> {
  const { id } = containerOf(call)
  await namingPorts(call.engine, id, () => call.engine.restartContainer(id, { ...asked, ...howToStop(call) }))
  call.events.tell(id, 'restart')
  sendNothing(call)
}

async function pause(call: Call): Promise<void> {
  await call.engine.pauseContainer(containerOf(call).id, asked)
  sendNothing(call)
}

async function unpause(call: Call): Promise<void> {
  await call.engine.unpauseContainer(containerOf(call).id, asked)
  sendNothing(call)
}

async function top(call: Call): Promise<void> {
  const { id, state } = containerOf(call)
  if (state.restarting) {
    throw new PatchbayError('conflict', `Container ${id} is restarting, wait until the container is running`)
  }
  if (state.status !== 'running') throw new PatchbayError('conflict', `Container ${id} is not running`)
  const options = (call.query.get('ps_args') || '-ef').split(/\s+/).filter((word) => word !== '')
  const { titles, processes } = await call.engine.listProcesses(id, options)
  sendJson(call, { Titles: titles, Processes: processes })
}

async function rename(call: Call): Promise<void> {
  const name = call.query.get('name') ?? ''
  if (name === '') throw new PatchbayError('invalid-parameter', 'Neither old nor new names may be empty')
  const { id } = containerOf(call)
  await prefixed('Error when allocating new name', namesAlone, () =>
    call.engine.renameContainer(id, name.replace(/^\//, ''), asked),
  )
  sendNothing(call)
}

const namesAlone: readonly (Reason | undefined)[] = ['container-name-taken', 'container-name-invalid']

/** Docker says of some failures what was being done, in front of its sentence. */
async function prefixed<Result>(
  doing: string,
  reasons: readonly (Reason | undefined)[],
  act: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (!isPatchbayError(error) || !reasons.includes(error.reason)) throw error
    throw new PatchbayError(error.kind, `${doing}: ${dockerMessage(error)}`, { cause: error })
  }
}

/** SIGKILL leaves no choice, so its end is waited for. */
async function kill(call: Call): Promise<void> {
  const { engine, query, signal: gone, path } = call
  const signal = query.get('signal') || 'SIGKILL'
  const id = await prefixed(
    `Cannot kill container: ${path.id}`,
    ['container-not-found', 'container-not-running'],
    async () => {
      const found = containerOf(call).id
      const number = await engine.killContainer(found, signal)
      call.events.tell(found, 'kill', { signal: String(number) })
      return found
    },
  )
  if (/^(SIG)?KILL$|^9$/i.test(signal)) await eventually(engine, () => !isRunning(engine, id), gone)
  sendNothing(call)
}

/** Running by Docker's lights: paused and between two runs of its policy too. */
function isUp({ state }: Pick<Container, 'state'>): boolean {
  return state.status === 'running' || state.restarting
}

function isRunning(engine: Engine, id: string): boolean {
  return engine.listContainers().some((container) => container.id === id && container.state.status === 'running')
}

/** A negative number of seconds waits for ever. */
function howToStop({ query }: Call): { timeoutMs?: number; signal?: string } {
  const [seconds, signal] = [numberOf(query, 't'), query.get('signal')]
  return {
    ...(seconds === undefined ? {} : { timeoutMs: seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1000 }),
    ...(signal ? { signal } : {}),
  }
}

async function remove(call: Call): Promise<void> {
  const { id } = containerOf(call)
  refuse(flag(call.query, 'link'), '--link')
  await call.engine.removeContainer(id, {
    ...asked,
    force: flag(call.query, 'force'),
    ...(flag(call.query, 'v') ? { volumes: true } : {}),
  })
  sendNothing(call)
}

async function prune(call: Call): Promise<void> {
  const filters = parseFilters(call.query, ['until', 'label', 'label!'])
  const until = filters.get('until')?.[0]
  const before = until === undefined ? undefined : parseMoment(until)
  const removed: string[] = []
  for (const { id, state, labels, createdAt } of call.engine.listContainers()) {
    const isOld = before === undefined || createdAt < before
    if (isUp({ state }) || !isOld || !hasLabels(filters, labels) || !lacksLabels(filters, labels)) continue
    if (await removeIfUnused(() => call.engine.removeContainer(id, asked))) removed.push(id)
  }
  sendJson(call, { ContainersDeleted: removed, SpaceReclaimed: 0 })
}

const updateSchema = z.looseObject(limitFields)

const conditions = z.enum(['not-running', 'next-exit', 'removed'])

/** The answer begins at once, so that the client knows that it waits; the exit code ends it. */
async function wait(call: Call): Promise<void> {
  const { engine, response, signal } = call
  const { id, state } = containerOf(call)
  const parsed = conditions.safeParse(call.query.get('condition') || 'not-running')
  if (!parsed.success) {
    throw new PatchbayError('invalid-parameter', `invalid condition: ${JSON.stringify(call.query.get('condition'))}`)
  }
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.flushHeaders()
  const finishedBefore = state.finishedAt?.getTime()
  let exitCode = state.exitCode ?? 0
  await eventually(
    engine,
    () => {
      const now = engine.listContainers().find((container) => container.id === id)
      exitCode = now?.state.exitCode ?? exitCode
      if (now === undefined) return true
      if (parsed.data === 'removed') return false
      if (parsed.data === 'not-running') return now.state.status !== 'running'
      // While it starts again it has not finished at all.
      const finished = now.state.finishedAt?.getTime()
      return now.state.status !== 'running' && finished !== undefined && finished !== finishedBefore
    },
    signal,
  )
  response.end(`${JSON.stringify({ StatusCode: exitCode })}\n`)
}

import { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import { isPredefined, type Network } from '../cnm/network'
import type { Engine } from '../engine/contract'
import { asked, type Call, type Route, sendJson, sendJsonText, sendNothing } from './call'
import { endpointSettings, forVersion } from './endpoint-settings'
import { anyOf, type Filters, hasLabels, lacksLabels, matches, parseFilters, truthOf } from './filters'
import { parseMoment } from './moment'
import { networkCreateSchema, networkInput } from './network-create'
import { checkPredefined, isOfDocker } from './network-input'
import { networkDetailJson, networkJson } from './network-json'
import { removeIfUnused } from './prune'

export const networkRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/networks', answer: list },
  { method: 'GET', pattern: '/networks/:id', answer: inspect },
  { method: 'POST', pattern: '/networks/create', answer: create },
  { method: 'POST', pattern: '/networks/prune', answer: prune },
  { method: 'POST', pattern: '/networks/:id/connect', answer: connect },
  { method: 'POST', pattern: '/networks/:id/disconnect', answer: disconnect },
  { method: 'DELETE', pattern: '/networks/:id', answer: remove },
]

const listFilters = ['name', 'id', 'driver', 'type', 'scope', 'label', 'dangling']

function list(call: Call): void {
  const filters = parseFilters(call.query, listFilters)
  const shown = call.engine.listNetworks().filter((network) => passes(call.engine, network, filters))
  sendJsonText(call, `[${shown.map((network) => listedText(network, call.minor)).join(',')}]`)
}

/** Records never change, they are replaced: one that was listed before is not turned into JSON again. */
const listed = new WeakMap<Network, { readonly minor: number; readonly text: string }>()

function listedText(network: Network, minor: number): string {
  const known = listed.get(network)
  if (known?.minor === minor) return known.text
  const text = JSON.stringify(networkJson(network, minor))
  listed.set(network, { minor, text })
  return text
}

function passes(engine: Engine, network: Network, filters: Filters): boolean {
  const dangling = truthOf(filters, 'dangling')
  const types = filters.get('type') ?? []
  const wrong = types.find((type) => type !== 'builtin' && type !== 'custom')
  if (wrong !== undefined) throw new PatchbayError('invalid-parameter', `invalid filter: 'type'='${wrong}'`)
  return (
    anyOf(filters, 'name', (part) => matches(network.name, part)) &&
    anyOf(filters, 'id', (part) => matches(network.id, part)) &&
    anyOf(filters, 'driver', (driver) => network.driver === driver) &&
    anyOf(filters, 'scope', (scope) => network.scope === scope) &&
    anyOf(filters, 'type', (type) => (type === 'builtin') === isPredefined(network)) &&
    hasLabels(filters, network.labels) &&
    (dangling === undefined || dangling === (!isPredefined(network) && !isUsed(engine, network)))
  )
}

function isUsed(engine: Engine, network: Network): boolean {
  return engine.listEndpoints().some(({ networkId, assigned }) => networkId === network.id && assigned !== null)
}

function inspect(call: Call): void {
  const network = call.engine.getNetwork(call.path.id ?? '')
  const scope = call.query.get('scope')
  const verbose = call.query.get('verbose')
  if (verbose && !/^(1|t|true|0|f|false)$/i.test(verbose)) {
    throw new PatchbayError('invalid-parameter', `invalid value for verbose: ${JSON.stringify(verbose)}`)
  }
  if (scope && scope !== network.scope) {
    throw new PatchbayError('not-found', `network ${network.name} not found`)
  }
  sendJson(call, networkDetailJson(call.engine, network, call.minor))
}

async function create(call: Call): Promise<void> {
  const { result, warnings = [] } = await call.engine.createNetwork(
    networkInput(await call.body(networkCreateSchema), call.minor),
    asked,
  )
  sendJson(call, { Id: result.id, Warning: warnings.join('; ') }, 201)
}

async function remove(call: Call): Promise<void> {
  await call.engine.removeNetwork(call.path.id ?? '', asked)
  sendNothing(call)
}

/** Docker looks for the container first. */
function networkBeside({ engine, path: { id = '' } }: Call, container: string): string {
  engine.getContainer(container)
  return engine.getNetwork(id).id
}

const connectSchema = z.object({ Container: z.string(), EndpointConfig: endpointSettings.nullish() })

async function connect(call: Call): Promise<void> {
  const { Container: container, EndpointConfig: settings } = await call.body(connectSchema)
  const network = networkBeside(call, container)
  checkPredefined(settings ?? {}, isOfDocker(call.engine, network))
  const input = { network, container, ...forVersion(settings ?? {}, call.minor) }
  const { warnings = [] } = await call.engine.connect(input, asked)
  // The API has no place for them; an engine of Docker's tells its log of such things.
  for (const warning of warnings) console.error(`connect: ${warning}`)
  sendNothing(call, 200)
}

const disconnectSchema = z.object({ Container: z.string(), Force: z.boolean().nullish() })

async function disconnect(call: Call): Promise<void> {
  const { Container: container, Force: force } = await call.body(disconnectSchema)
  const network = networkBeside(call, container)
  await call.engine.disconnect({ network, container, force: force ?? false }, asked)
  sendNothing(call, 200)
}

async function prune(call: Call): Promise<void> {
  const filters = parseFilters(call.query, ['until', 'label', 'label!'])
  const until = filters.get('until')?.[0]
  const before = until === undefined ? undefined : parseMoment(until)
  const removed: string[] = []
  for (const network of call.engine.listNetworks()) {
    const isOld = before === undefined || network.createdAt < before
    const isWanted = hasLabels(filters, network.labels) && lacksLabels(filters, network.labels)
    if (isPredefined(network) || network.configOnly || !isOld || !isWanted || isUsed(call.engine, network)) continue
    if (await removeIfUnused(() => call.engine.removeNetwork(network.id, asked))) removed.push(network.name)
  }
  sendJson(call, { NetworksDeleted: removed })
}

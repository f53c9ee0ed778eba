import { z } from 'zod'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import { isPredefined, type Network } from '../cnm/network'
import type { Engine, NetworkCreateInput } from '../engine/contract'
import { asked, type Call, type Route, sendJson, sendNothing } from './call'
import { endpointSettings, givenOf } from './endpoint-settings'
import { anyOf, type Filters, hasLabels, lacksLabels, matches, parseFilters, truthOf } from './filters'
import { parseMoment } from './moment'
import { networkDetailJson, networkJson } from './network-json'
import { refuse } from './refuse'

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
  sendJson(
    call,
    shown.map((network) => networkJson(network, call.minor)),
  )
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
  if (scope && scope !== network.scope) {
    throw new PatchbayError('not-found', `network ${network.name} not found`)
  }
  sendJson(call, networkDetailJson(call.engine, network, call.minor))
}

const texts = z.record(z.string(), z.string()).nullish()

const poolSchema = z.object({
  Subnet: z.string().nullish(),
  IPRange: z.string().nullish(),
  Gateway: z.string().nullish(),
  AuxiliaryAddresses: texts,
  AuxAddress: texts,
})

const createSchema = z.object({
  Name: z.string(),
  Driver: z.string().nullish(),
  Scope: z.string().nullish(),
  Internal: z.boolean().nullish(),
  Attachable: z.boolean().nullish(),
  Ingress: z.boolean().nullish(),
  ConfigOnly: z.boolean().nullish(),
  ConfigFrom: z.object({ Network: z.string().nullish() }).nullish(),
  EnableIPv4: z.boolean().nullish(),
  EnableIPv6: z.boolean().nullish(),
  IPAM: z.object({ Driver: z.string().nullish(), Options: texts, Config: z.array(poolSchema).nullish() }).nullish(),
  Options: texts,
  Labels: texts,
})

async function create(call: Call): Promise<void> {
  const { result } = await call.engine.createNetwork(toInput(await call.body(createSchema)), asked)
  sendJson(call, { Id: result.id, Warning: '' }, 201)
}

/** What Patchbay does not do is refused by name: nothing is left out in silence. */
function toInput(body: z.infer<typeof createSchema>): NetworkCreateInput {
  const { IPAM: ipam } = body
  refuse(body.Ingress, '--ingress: Patchbay has no swarm')
  refuse(body.Scope && body.Scope !== 'local', `--scope ${body.Scope}: networks of Patchbay are local`)
  refuse(body.ConfigOnly, '--config-only')
  refuse(body.ConfigFrom?.Network, '--config-from')
  refuse(body.EnableIPv6, '--ipv6: addresses are IPv4')
  refuse(body.EnableIPv4 === false, '--ipv4=false: addresses are IPv4')
  refuse(ipam?.Driver && ipam.Driver !== 'default', `--ipam-driver ${ipam?.Driver}`)
  refuse(ipam?.Options && Object.keys(ipam.Options).length > 0, '--ipam-opt')
  const [pool, ...others] = ipam?.Config ?? []
  refuse(others.length > 0, 'more than one --subnet')
  return {
    name: body.Name,
    ...givenOf({
      driver: body.Driver,
      internal: body.Internal,
      attachable: body.Attachable,
      options: body.Options,
      labels: body.Labels,
      subnet: pool?.Subnet,
      gateway: pool?.Gateway,
      ipRange: pool?.IPRange,
      auxAddresses: pool?.AuxiliaryAddresses ?? pool?.AuxAddress,
    }),
  }
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
  await call.engine.connect({ network, container, ...settings }, asked)
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
    if (isPredefined(network) || !isOld || !isWanted || isUsed(call.engine, network)) continue
    if (await removeIfUnused(call.engine, network)) removed.push(network.name)
  }
  sendJson(call, { NetworksDeleted: removed })
}

/** Somebody may have joined it, or removed it, since it was looked at. */
async function removeIfUnused(engine: Engine, { id }: Network): Promise<boolean> {
  try {
    await engine.removeNetwork(id, asked)
    return true
  } catch (error) {
    if (isPatchbayError(error) && (error.kind === 'conflict' || error.kind === 'not-found')) return false
    throw error
  }
}

import { addressesOf } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import type { ServiceId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { type Sentence, sentence } from '../cnm/sentence'
import { reducedWeights, type Service } from '../cnm/service'
import { diff } from '../plan/diff'
import { type KernelObject, keyOf, type RuleObject } from '../plan/object'
import type { RecordChange } from '../store/contract'
import { orderedEndpoints } from './assign'
import { type PlannedChange, perform, preview, quietly } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, MemberTraffic, ServiceCreateInput, ServiceUpdateInput } from './contract'
import { foresee } from './edit'
import { withAllOn } from './network-update'
import { checkHostPorts } from './ports'
import {
  checkAffinity,
  checkNetworkOf,
  checkServiceName,
  checkWayIn,
  chooseAddresses,
  parseMembers,
  parseServicePorts,
} from './service-input'
import type { Standing } from './services'

export async function createService(
  ctx: EngineContext,
  input: ServiceCreateInput,
  options: ChangeOptions,
): Promise<Change<Service>> {
  const { id: networkId } = ctx.records.getNetwork(input.network)
  return change(ctx, networkId, options, async (network) => {
    checkNetworkOf(ctx, network)
    const name = checkServiceName(ctx, input.name)
    const ports = parseServicePorts(input.ports)
    const members = parseMembers(ctx, input)
    const service: Service = {
      id: ctx.planned.take<ServiceId>(`service ${name}`, !options.dryRun),
      name,
      networkId,
      ...chooseAddresses(ctx, network, input),
      ports,
      members,
      affinity: input.affinity === undefined ? 'none' : (input.affinity as Service['affinity']),
      createdAt: new Date(),
    }
    await checkService(ctx, network, service)
    return { verb: 'service.create', after: service }
  })
}

/** What is not mentioned stays as it is. The network is no part of it that can change. */
export async function updateService(
  ctx: EngineContext,
  reference: string,
  input: ServiceUpdateInput,
  options: ChangeOptions,
): Promise<Change<Service>> {
  const { id, networkId } = ctx.records.getService(reference)
  return change(ctx, networkId, options, async (network) => {
    const before = ctx.records.getService(id)
    const after: Service = {
      ...before,
      ...(input.name === undefined ? {} : { name: checkServiceName(ctx, input.name, id) }),
      ...chooseAddresses(ctx, network, input, before),
      ...(input.ports === undefined ? {} : { ports: parseServicePorts(input.ports) }),
      members: parseMembers(ctx, input, before.members),
      ...(input.affinity === undefined ? {} : { affinity: input.affinity as Service['affinity'] }),
    }
    await checkService(ctx, network, after)
    return { verb: 'service.update', before, after }
  })
}

export async function removeService(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Service>> {
  const { id, networkId } = ctx.records.getService(reference)
  return change(ctx, networkId, options, async () => ({ verb: 'service.remove', before: ctx.records.getService(id) }))
}

interface Decision {
  readonly verb: 'service.create' | 'service.update' | 'service.remove'
  readonly before?: Service
  readonly after?: Service
}

/** With everybody on the network held back: the ports of its bridge follow whether it has services. */
function change(
  ctx: EngineContext,
  networkId: Network['id'],
  options: ChangeOptions,
  decide: (network: Network) => Promise<Decision>,
): Promise<Change<Service>> {
  return withAllOn(ctx, networkId, () =>
    ctx.locks.run(['services'], async () => {
      const network = ctx.records.networks.get(networkId)
      if (!network) throw new PatchbayError('not-found', sentence`the network has gone meanwhile`, { field: 'network' })
      const decision = await decide(network)
      const { planned, standing } = plan(ctx, network, decision, options.actor)
      if (options.dryRun) return preview(ctx, planned)
      return carryOut(ctx, decision, planned, standing)
    }),
  )
}

async function carryOut(
  ctx: EngineContext,
  { before, after }: Decision,
  planned: PlannedChange<Service>,
  standing: Standing,
): Promise<Change<Service>> {
  const service = planned.result
  const was = ctx.services.of(service.id)
  if (after)
    ctx.services.put(service.id, { ...standing, targets: [...new Set([...standing.targets, ...was.targets])].sort() })
  try {
    const done = await perform(ctx, planned)
    if (!after) ctx.services.put(service.id, undefined)
    const gone = before ? goneAddresses(before, after) : []
    await quietly(() => ctx.kernel.forgetFlows(gone))
    return done
  } catch (error) {
    ctx.services.put(service.id, before ? was : undefined)
    throw error
  }
}

function goneAddresses(before: Service, after: Service | undefined): string[] {
  return (['ipv4Address', 'ipv6Address'] as const).flatMap((family) =>
    before[family] === undefined || before[family] === after?.[family] ? [] : [before[family]],
  )
}

function plan(
  ctx: EngineContext,
  network: Network,
  { verb, before, after }: Decision,
  actor: string,
): { planned: PlannedChange<Service>; standing: Standing } {
  const service = after ?? before
  if (!service) throw new PatchbayError('system', sentence`nothing was decided`)
  const record: RecordChange = after ? { putServices: [after] } : { removeServices: [service.id] }
  const then = foresee(ctx, record)
  const standing = ctx.services.foresee(service)
  const wanted = [...cablesOn(then, network), ...(after ? standing.objects : [])]
  const present = [...cablesOn(ctx, network), ...ctx.services.of(service.id).objects]
  const back: RecordChange = before ? { putServices: [before] } : { removeServices: [service.id] }
  return {
    standing,
    planned: {
      result: service,
      intent: {
        verb,
        subjects: [service.name, network.name],
        records: { serviceId: service.id, networkId: network.id },
        actor,
      },
      plan: diff(wanted, present),
      ...(after ? { before: record, undo: back } : { after: record }),
      interruptions: interruptions(before, after),
    },
  }
}

/** Whether a port of the bridge takes back its own frames follows from the services of its network. */
function cablesOn(ctx: EngineContext, network: Network): KernelObject[] {
  return ctx.records.endpointsOn(network).flatMap(({ containerId }) => {
    const container = ctx.records.containers.get(containerId)
    return container ? ctx.description.container(container, orderedEndpoints(ctx, container)) : []
  })
}

function interruptions(before: Service | undefined, after: Service | undefined): Sentence[] {
  if (!before) return []
  if (!after) return [sentence`connections by way of service ${before.name} end`]
  const moved = goneAddresses(before, after).map(
    (address) => sentence`connections to ${address} of service ${before.name} end`,
  )
  const kept = new Set(after.ports.map(({ port, protocol }) => `${port}/${protocol}`))
  const closed = before.ports.map(({ port, protocol }) => `${port}/${protocol}`).filter((port) => !kept.has(port))
  return [...moved, ...closed.map((port) => sentence`service ${before.name} takes no new connections on port ${port}`)]
}

async function checkService(ctx: EngineContext, network: Network, service: Service): Promise<void> {
  const { members } = ctx.services.foresee(service)
  checkAffinity(service.affinity, reducedWeights(members.map(({ weight }) => weight)))
  const published = service.ports.filter(({ hostPort }) => hostPort !== null)
  if (published.length === 0) return
  checkWayIn(ctx, network, service)
  await checkHostPorts(ctx, service)
}

/** Members with the connections that their rules have given them. */
export async function serviceTraffic(ctx: EngineContext, reference: string): Promise<MemberTraffic[]> {
  const service = ctx.records.getService(reference)
  const { members, objects } = ctx.services.of(service.id)
  const gives = objects
    .filter((object) => object.kind === 'rule')
    .filter(({ args }) => args.includes('DNAT') && args.includes('--to-destination'))
  const counts = await ctx.kernel.countRules(gives)
  return members.map((member) => {
    const endpoint = ctx.records.endpoints.get(member.endpointId)
    const own = endpoint ? addressesOf(endpoint) : []
    const isTo = ({ args }: RuleObject) => own.some((address) => isTarget(args.at(-1) ?? '', address))
    const connections = gives.filter(isTo).reduce((sum, rule) => sum + (counts.get(keyOf(rule)) ?? 0), 0)
    return { ...member, connections }
  })
}

/** "172.18.0.2:80", "[fd00::2]:80" */
function isTarget(text: string, address: string): boolean {
  return text.startsWith(address.includes(':') ? `[${address}]:` : `${address}:`)
}

import type { EndpointAssignment } from '../cnm/endpoint'
import { messageOf } from '../cnm/errors'
import type { ContainerId, EndpointId } from '../cnm/ids'
import { orderedEndpoints, reassign } from './assign'
import type { EngineContext } from './context'
import { edit } from './edit'

/**
 * Brings a container that runs to what DHCP servers have lent its endpoints: addresses, routes, names, files. Nothing is
 * done where that is so already. The caller holds the container.
 */
export async function followLeases(ctx: EngineContext, id: ContainerId): Promise<void> {
  const container = ctx.records.containers.get(id)
  if (!container?.sandbox) return
  for (const endpoint of orderedEndpoints(ctx, container)) {
    const network = ctx.records.networks.get(endpoint.networkId)
    if (network?.ipamDriver !== 'dhcp' || !endpoint.assigned) continue
    const wanted = reassign(ctx, endpoint)
    if (hasSame(endpoint.assigned, wanted.assigned)) continue
    await edit(
      ctx,
      {
        verb: 'endpoint.update',
        subjects: [container.name, network.name],
        records: { endpointId: endpoint.id, containerId: id, networkId: network.id },
        endpoints: [wanted],
        touched: [container],
        result: (records) => records.endpoints.get(endpoint.id) ?? wanted,
      },
      { actor: 'dhcp' },
    )
  }
}

/** A server has changed, prolonged or ended a lease. */
export async function leaseChanged(ctx: EngineContext, id: string): Promise<void> {
  const endpoint = ctx.records.endpoints.get(id as EndpointId)
  if (!endpoint) return
  try {
    await ctx.locks.run([`container:${endpoint.containerId}`], () =>
      ctx.locks.run([`network:${endpoint.networkId}`, 'ports'], () => followLeases(ctx, endpoint.containerId)),
    )
  } catch (error) {
    console.error(`after a DHCP server spoke: ${messageOf(error)}`)
  }
  // Also where only its time has changed, which no record holds.
  ctx.journal.announce({ type: 'endpoint', id })
}

/** What became of leases while no daemon looked. */
export async function followAllLeases(ctx: EngineContext): Promise<void> {
  const ids = new Set(
    [...ctx.records.endpoints.values()]
      .filter(({ networkId }) => ctx.records.networks.get(networkId)?.ipamDriver === 'dhcp')
      .map(({ containerId }) => containerId),
  )
  for (const id of ids) {
    await ctx.locks.run([`container:${id}`], () => followLeases(ctx, id))
  }
}

function hasSame(one: EndpointAssignment, other: EndpointAssignment | null): boolean {
  return one.ipv4Address === other?.ipv4Address && one.gateway === other?.gateway
}

import type { Step } from '../../plan/plan'
import type { EndpointView } from '../snapshot'
import type { TraceChange } from './contract'
import type { Records } from './world'

/** What Patchbay would know had the change been made, as far as words and places of an explanation need it. */
export function plannedRecords(records: Records, change: TraceChange, steps: readonly Step[]): Records {
  const { networks, endpoints } = records
  const network = 'network' in change ? found(networks, change.network) : undefined
  if (!network) return records
  const container = 'container' in change ? found(records.containers, change.container) : undefined
  const without = (left: string | undefined) =>
    Object.fromEntries(
      Object.entries(endpoints).filter(
        ([, one]) => one.containerId !== container?.id || one.networkId !== found(networks, left)?.id,
      ),
    )
  switch (change.kind) {
    case 'disconnect':
      return { ...records, endpoints: without(network.id) }
    case 'connect': {
      if (!container?.sandbox) return records
      const added = plannedEndpoint(network.id, container.id, addressesAdded(steps, container.sandbox.key))
      return { ...records, endpoints: { ...without(change.leaving), [added.id]: added } }
    }
    case 'network': {
      const { name = network.name, internal = network.internal } = change.changes
      return { ...records, networks: { ...networks, [network.id]: { ...network, name, internal } } }
    }
    default:
      return records
  }
}

function found<One extends { id: string; name: string }>(
  all: Readonly<Record<string, One>>,
  reference: string | undefined,
): One | undefined {
  return all[reference ?? ''] ?? Object.values(all).find(({ name }) => name === reference)
}

function addressesAdded(steps: readonly Step[], netns: string): string[] {
  return steps
    .flatMap((step) => (step.verb === 'add' ? [step.object, ...(step.along ?? [])] : []))
    .flatMap((object) => (object.kind === 'address' && object.netns === netns ? [object.address] : []))
}

function plannedEndpoint(networkId: string, containerId: string, addresses: readonly string[]): EndpointView {
  return {
    ...{ id: `planned ${networkId} ${containerId}`, networkId, containerId, ifname: null, hostIfname: null },
    ipv4Address: addresses.find((address) => !address.includes(':')) ?? null,
    ipv6Address: addresses.find((address) => address.includes(':')) ?? null,
    ...{ macAddress: null, gateway: null, isDefaultGateway: false, ipv6Gateway: null, isIpv6DefaultGateway: false },
    ...{ aliases: [], dnsNames: [], state: 'up' },
  }
}

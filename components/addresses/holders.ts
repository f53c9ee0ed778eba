import type { Told } from '@/server/cnm/sentence'
import type { NetworkView, Snapshot } from '@/server/observe/snapshot'

/** Who has an address, and what kind of holder that is. */
export interface Holder {
  readonly kind: 'gateway' | 'aux' | 'reserved' | 'host' | 'container'
  /** Name of the container or auxiliary address, words of the driver, link of the host; empty for a gateway. */
  readonly who: string
  /** Of a container. */
  readonly endpointId?: string
}

export type Pool = NetworkView['pools'][number]

/** By address without prefix length, those of one pool's family. */
export function holdersOf(
  network: NetworkView,
  pool: Pool,
  snapshot: Pick<Snapshot, 'endpoints' | 'containers' | 'host'>,
  say: (told: Told) => string,
): Map<string, Holder> {
  const isIpv6 = pool.subnet.includes(':')
  const holders = new Map<string, Holder>()
  const put = (address: string | null | undefined, holder: Holder) => {
    if (address && address.includes(':') === isIpv6) holders.set(bare(address), holder)
  }
  if (network.parent !== null) {
    for (const { name, addresses } of snapshot.host.uplinks) {
      for (const address of addresses) put(address, { kind: 'host', who: name })
    }
  }
  put(pool.gateway, { kind: 'gateway', who: '' })
  for (const [name, address] of Object.entries(pool.auxAddresses ?? {})) put(address, { kind: 'aux', who: name })
  for (const [address, who] of Object.entries(network.reserved ?? {})) put(address, { kind: 'reserved', who: say(who) })
  for (const endpoint of Object.values(snapshot.endpoints)) {
    if (endpoint.networkId !== network.id) continue
    const who = snapshot.containers[endpoint.containerId]?.name ?? endpoint.containerId
    for (const address of [endpoint.ipv4Address, endpoint.ipv6Address]) {
      put(address, { kind: 'container', who, endpointId: endpoint.id })
    }
  }
  return holders
}

function bare(address: string): string {
  return address.split('/')[0] ?? address
}

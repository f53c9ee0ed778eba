import { familyOf } from '../cnm/address'
import type { NetworkId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import type { TakenSubnet } from '../ipam/pools'

/**
 * What networks take, kept as they come and go: with hundreds of them, listing it anew was a part of what making another
 * takes. Pools that one only keeps as a configuration, or of a family that is switched off, are free.
 */
export class TakenSubnets {
  private readonly byNetwork = new Map<NetworkId, readonly TakenSubnet[]>()
  private readonly holders = new Map<string, NetworkId>()

  put(network: Network): void {
    this.delete(network.id)
    const taken = takenBy(network)
    this.byNetwork.set(network.id, taken)
    for (const { subnet } of taken) this.holders.set(subnet, network.id)
  }

  delete(id: NetworkId): void {
    for (const { subnet } of this.byNetwork.get(id) ?? []) {
      if (this.holders.get(subnet) === id) this.holders.delete(subnet)
    }
    this.byNetwork.delete(id)
  }

  /** By all networks but one. */
  list(except?: NetworkId): TakenSubnet[] {
    if (except === undefined) return [...this.byNetwork.values()].flat()
    return [...this.byNetwork].flatMap(([id, taken]) => (id === except ? [] : taken))
  }

  /** Whether a network takes just this subnet. */
  has(subnet: string): boolean {
    return this.holders.has(subnet)
  }
}

function takenBy({ name, configOnly, pools, ...network }: Network): TakenSubnet[] {
  return pools
    .filter(({ subnet }) => !configOnly && network[familyOf(subnet)])
    .map(({ subnet }) => ({ subnet, holder: sentence`network ${name}` }))
}

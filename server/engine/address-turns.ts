import { familyOf, parseAddress } from '../cnm/address'
import { contains, getCidr } from '../cnm/cidr'
import { addressesOf } from '../cnm/endpoint'
import type { EndpointId, NetworkId } from '../cnm/ids'
import { type Network, poolsOf } from '../cnm/network'
import type { Turns } from '../ipam/addresses'
import type { Records } from './records'

/** Docker's name for it; `true`: addresses are given in turn, and one that was given back is not given again at once. */
export const serialOption = 'com.docker.network.ipam.serial'

/** The addresses that networks which give them in turn gave last. Kept while the daemon runs. */
export class AddressTurns {
  private readonly records: Records
  private readonly given = new Map<NetworkId, Map<string, string>>()
  private readonly seen = new Map<string, string>()

  constructor(records: Records) {
    this.records = records
  }

  /** Undefined for a network that always gives the lowest free address. */
  of(network: Network): Turns | undefined {
    return isSerial(network) ? (this.given.get(network.id) ?? new Map()) : undefined
  }

  /** Told of every endpoint that was written. */
  note(id: string): void {
    const endpoint = this.records.endpoints.get(id as EndpointId)
    if (!endpoint) this.seen.delete(id)
    const network = endpoint && this.records.networks.get(endpoint.networkId)
    if (!network || !isSerial(network)) return
    const held = addressesOf(endpoint)
    if (this.seen.get(id) === held.join()) return
    this.seen.set(id, held.join())
    const turns = this.given.get(network.id) ?? new Map<string, string>()
    for (const text of held) {
      const address = parseAddress(text)
      const isAsked = Object.values(endpoint.requested).includes(text)
      const pool = poolsOf(network, familyOf(text)).find(({ subnet }) => address && contains(getCidr(subnet), address))
      if (pool && !isAsked) turns.set(pool.subnet, text)
    }
    this.given.set(network.id, turns)
  }
}

function isSerial({ ipamOptions }: Network): boolean {
  return ipamOptions[serialOption] === 'true'
}

import type { Snapshot } from './snapshot'
import type { HostLink, NeighbourNotice } from './sources'

/**
 * Whether an entry that came into a neighbour table, or into a bridge's MAC table, says otherwise than the records. Asked
 * for every such event: it costs no look.
 */
export function createNeighbourSuspicion(): (
  notice: NeighbourNotice,
  picture: Snapshot,
  links: ReadonlyMap<string, HostLink>,
) => boolean {
  let known: Snapshot['endpoints'] | undefined
  let macs = new Map<string, Set<string>>()
  let ports = new Map<string, Set<string>>()

  function learn({ endpoints, networks }: Snapshot, links: ReadonlyMap<string, HostLink>) {
    known = endpoints
    ;[macs, ports] = [new Map(), new Map()]
    for (const { macAddress, ipv4Address, ipv6Address, hostIfname } of Object.values(endpoints)) {
      if (macAddress === null) continue
      for (const address of [ipv4Address, ipv6Address]) put(macs, address?.split('/')[0], macAddress)
      if (hostIfname !== null) put(ports, macAddress, hostIfname)
    }
    for (const { device, pools } of Object.values(networks)) {
      const mac = links.get(device ?? '')?.mac
      if (mac) for (const { gateway } of pools) put(macs, gateway, mac)
    }
  }

  return ({ netnsId, deleted, address, link, mac }, picture, links) => {
    if (deleted || mac === '') return false
    if (picture.endpoints !== known) learn(picture, links)
    if (address !== null) return macs.has(address) && !macs.get(address)?.has(mac)
    return netnsId === null && ports.has(mac) && !ports.get(mac)?.has(link)
  }
}

function put(map: Map<string, Set<string>>, key: string | undefined, value: string) {
  if (!key) return
  map.set(key.toLowerCase(), (map.get(key.toLowerCase()) ?? new Set()).add(value.toLowerCase()))
}

import { useMemo } from 'react'
import type { OwnerView, Snapshot } from '@/server/observe/snapshot'
import { useSnapshot } from '../../trpc/snapshot'

/** Whose an address, a MAC or a process is, as far as the live picture knows. */
export interface AddressBook {
  ofAddress(address: string | null): OwnerView | null
  /** A link of the host's. */
  ofDevice(name: string): OwnerView | null
  ofMac(mac: string | null): OwnerView | null
  ofContainer(id: string | null): OwnerView | null
}

type Known = Pick<Snapshot, 'networks' | 'containers' | 'endpoints'>

/** Two networks may have the same addresses: such an address is nobody's, for nobody can tell. Pure. */
export function createAddressBook({ networks, containers, endpoints }: Known): AddressBook {
  const byAddress = new Map<string, OwnerView | null>()
  const byDevice = new Map<string, OwnerView>()
  const byMac = new Map<string, OwnerView>()
  const put = (address: string | null | undefined, owner: OwnerView) => {
    const plain = address?.replace(/\/\d+$/, '').toLowerCase()
    if (plain) byAddress.set(plain, byAddress.has(plain) ? null : owner)
  }
  for (const { id, name, pools, device, configuration } of Object.values(networks)) {
    if (device !== null) byDevice.set(device, { type: 'network', id, name })
    // A configuration holds no address: the networks made from it do.
    for (const { gateway } of configuration ? [] : pools) put(gateway, { type: 'network', id, name })
  }
  for (const { id, containerId, networkId, ifname, ...endpoint } of Object.values(endpoints)) {
    const container = containers[containerId]?.name ?? containerId.slice(0, 12)
    const name = ifname === null ? container : `${container} ${ifname}`
    const owner: OwnerView = { type: 'endpoint', id, name, containerId, networkId }
    put(endpoint.ipv4Address, owner)
    put(endpoint.ipv6Address, owner)
    if (endpoint.hostIfname !== null) byDevice.set(endpoint.hostIfname, owner)
    if (endpoint.macAddress !== null) byMac.set(endpoint.macAddress.toLowerCase(), owner)
  }
  return {
    ofAddress: (address) => (address === null ? null : (byAddress.get(address.toLowerCase()) ?? null)),
    ofDevice: (name) => byDevice.get(name) ?? null,
    ofMac: (mac) => (mac === null ? null : (byMac.get(mac.toLowerCase()) ?? null)),
    ofContainer: (id) => {
      const container = id === null ? undefined : containers[id]
      return container ? { type: 'container', id: container.id, name: container.name } : null
    },
  }
}

export function useAddressBook(): AddressBook {
  const networks = useSnapshot((snapshot) => snapshot.networks)
  const containers = useSnapshot((snapshot) => snapshot.containers)
  const endpoints = useSnapshot((snapshot) => snapshot.endpoints)
  return useMemo(() => createAddressBook({ networks, containers, endpoints }), [networks, containers, endpoints])
}

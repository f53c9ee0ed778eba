import { shortId } from '../cnm/ids'
import type { ContainerView, EndpointView, NetworkView, OwnerView, Snapshot } from './snapshot'

const mark = 'patchbay:'

/** Where a port of a rule points: what the rule matches on, before or after translation. */
export interface RulePorts {
  readonly protocol: string
  readonly port: number
  /** Of a DNAT rule: the port that it leads to. */
  readonly translatedPort: number | null
}

/** Finds what a rule's mark, a MAC address or a device belongs to. */
export interface Owners {
  /** `patchbay:<id>` and the rule's ports, where it has any. Null: not a mark of Patchbay's. */
  ofMark(comment: string, ports: RulePorts | null): OwnerView | null
  ofDevice(name: string): OwnerView | null
  ofMac(mac: string): OwnerView | null
}

type Picture = Pick<Snapshot, 'networks' | 'containers' | 'endpoints'> & Partial<Pick<Snapshot, 'services'>>

export function createOwners(picture: Picture): Owners {
  const marked = new Map<string, () => OwnerView>()
  const devices = new Map<string, OwnerView>()
  const macs = new Map<string, OwnerView>()
  for (const network of Object.values(picture.networks)) {
    const owner = networkOwner(network)
    if (network.origin === 'patchbay') putMarked(marked, network.id, () => owner)
    if (network.device !== null && network.device !== '') devices.set(network.device, owner)
  }
  for (const container of Object.values(picture.containers)) {
    if (container.origin === 'patchbay') putMarked(marked, container.id, () => containerOwner(container))
  }
  for (const { id, name, networkId } of Object.values(picture.services ?? {})) {
    putMarked(marked, id, () => ({ type: 'service', id, name, networkId }))
  }
  for (const endpoint of Object.values(picture.endpoints)) {
    const owner = endpointOwner(endpoint, picture)
    putMarked(marked, endpoint.id, () => owner)
    if (endpoint.hostIfname !== null) devices.set(endpoint.hostIfname, owner)
    if (endpoint.macAddress !== null) macs.set(endpoint.macAddress.toLowerCase(), owner)
  }
  return {
    ofMark(comment, ports) {
      if (!comment.startsWith(mark)) return null
      const id = comment.slice(mark.length)
      const owner = marked.get(id)?.()
      if (!owner) return { type: 'patchbay', name: 'Patchbay' }
      return (ports && portOwner(owner, ports, picture)) ?? owner
    },
    ofDevice: (name) => devices.get(name) ?? null,
    ofMac: (mac) => macs.get(mac.toLowerCase()) ?? null,
  }
}

function putMarked(marked: Map<string, () => OwnerView>, id: string, owner: () => OwnerView): void {
  marked.set(id, owner)
  marked.set(shortId(id), owner)
}

function networkOwner({ id, name }: NetworkView): OwnerView {
  return { type: 'network', id, name }
}

function containerOwner({ id, name }: ContainerView): OwnerView {
  return { type: 'container', id, name }
}

function endpointOwner(endpoint: EndpointView, picture: Picture): OwnerView {
  const { id, containerId, networkId, ifname } = endpoint
  const name = picture.containers[containerId]?.name ?? shortId(containerId)
  return { type: 'endpoint', id, name: ifname === null ? name : `${name} ${ifname}`, containerId, networkId }
}

/** The published port that a rule of an endpoint is about. */
function portOwner(owner: OwnerView, ports: RulePorts, picture: Picture): OwnerView | null {
  if (owner.type !== 'endpoint') return null
  const container = picture.containers[owner.containerId]
  const candidates = container?.ports.filter((binding) => binding.protocol === ports.protocol) ?? []
  const binding =
    ports.translatedPort === null
      ? (candidates.find((one) => one.containerPort === ports.port) ??
        candidates.find((one) => one.hostPort === ports.port))
      : candidates.find((one) => one.hostPort === ports.port && one.containerPort === ports.translatedPort)
  if (!container || !binding) return null
  const from = binding.hostIp === '0.0.0.0' ? `${binding.hostPort}` : `${binding.hostIp}:${binding.hostPort}`
  const name = `${from} → ${container.name}:${binding.containerPort}/${binding.protocol}`
  return { type: 'port', containerId: container.id, name, networkId: owner.networkId }
}

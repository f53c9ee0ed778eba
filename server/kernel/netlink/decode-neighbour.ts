import type { FdbRecord, Neighbour } from '../../cnm/netns-state'
import { familyFrom } from './decode-address'
import { type Attributes, addressOf, attributesIn, macOf, numberOf } from './message'

const headerBytes = 12
const attribute = { to: 1, mac: 2, ages: 3, vlan: 5, vni: 7, master: 9 }
const states: Readonly<Record<number, string>> = {
  1: 'incomplete',
  2: 'reachable',
  4: 'stale',
  8: 'delay',
  16: 'probe',
  32: 'failed',
  64: 'noarp',
  128: 'permanent',
}
const noArp = 0x40
const permanent = 0x80
const proxyFlag = 0x08
const routerFlag = 0x80
const ticksPerSecond = 100

/** Of RTM_NEWNEIGH of IPv4 or IPv6; null for another family. */
export function decodeNeighbour(body: Buffer): Neighbour | null {
  const family = familyFrom(body[0])
  const attributes = attributesIn(body, headerBytes)
  const address = addressOf(attributes.get(attribute.to))
  if (family === null || address === null) return null
  const flags = body.readUInt8(10)
  return {
    family,
    index: body.readInt32LE(4),
    address,
    mac: macOf(attributes.get(attribute.mac)),
    state: states[body.readUInt16LE(8)] ?? 'none',
    isRouter: (flags & routerFlag) !== 0,
    isProxy: (flags & proxyFlag) !== 0,
  }
}

/** Of RTM_NEWNEIGH of AF_BRIDGE; null for one without a MAC address. */
export function decodeFdb(body: Buffer): FdbRecord | null {
  const attributes = attributesIn(body, headerBytes)
  const mac = macOf(attributes.get(attribute.mac))
  if (mac === null) return null
  const remote = addressOf(attributes.get(attribute.to))
  const type = typeOf(body.readUInt16LE(8), remote)
  return {
    index: body.readInt32LE(4),
    master: numberOf(attributes.get(attribute.master)),
    mac,
    vlan: attributes.get(attribute.vlan)?.readUInt16LE(0) ?? null,
    type,
    remote,
    vni: numberOf(attributes.get(attribute.vni)),
    usedSeconds: type === 'learned' ? age(attributes, 4) : null,
    updatedSeconds: type === 'learned' ? age(attributes, 8) : null,
  }
}

/** What a bridge calls permanent is a port's own; what leads to a VTEP was set by somebody. */
function typeOf(state: number, remote: string | null): FdbRecord['type'] {
  if (state & permanent) return remote === null ? 'local' : 'static'
  return state & noArp ? 'static' : 'learned'
}

/** Of struct nda_cacheinfo. */
function age(attributes: Attributes, at: number): number | null {
  const ages = attributes.get(attribute.ages)
  return ages && ages.length >= 16 ? Math.floor(ages.readUInt32LE(at) / ticksPerSecond) : null
}

import { z } from 'zod'
import type { EndpointAssignment } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { fixedText, type Said, sentence } from '../cnm/sentence'
import { type KernelObject, markOf, type Netns } from '../plan/object'
import { commonOptions } from './common-options'
import type { Surroundings } from './contract'

/** What macvlan and ipvlan share: networks whose links stand on a link of the host's. */

/** Driver options that both have. */
export const parentOptions = {
  ...commonOptions,
  parent: z
    .string()
    .regex(/^[^\s/:\p{Cc}]{1,15}$/u, fixedText(sentence`must be the name of a link of this host, like eth0`))
    .refine(
      (name) => name !== '.' && name !== '..',
      fixedText(sentence`must be the name of a link of this host, like eth0`),
    )
    .optional()
    .meta({
      format: 'host-link',
      description: `Link of this host whose wire the containers are on; eth0.10 makes VLAN 10 of eth0. Without one, containers reach each other only`,
    }),
  'com.docker.network.driver.mtu': z
    .string()
    .regex(/^\d{2,5}$/, fixedText(sentence`must be a number between 68 and 65535`))
    .transform(Number)
    .refine((mtu) => mtu >= 68 && mtu <= 65535, fixedText(sentence`must be a number between 68 and 65535`))
    .optional()
    .describe('Largest packet in bytes (default: the parent’s)'),
}

/** The host's link below the network: the one that was asked for, or a dummy of its own. */
export function parentName(prefix: string, network: Pick<Network, 'id' | 'options'>): string {
  return network.options.parent ?? `${prefix}-${shortId(network.id)}`
}

/** Without a parent there is no way out. */
export function staysInside(options: Readonly<Record<string, string>>): boolean {
  return options.parent === undefined
}

/** What has to be below the network: a link that is there, a VLAN of one, or a dummy. */
export function describeParent(prefix: string, network: Network): KernelObject[] {
  const name = parentName(prefix, network)
  const neededBy = markOf(network.id)
  if (network.options.parent === undefined) {
    return [{ kind: 'link', type: 'dummy', netns: 'host', name, alias: neededBy, up: true }]
  }
  if (network.adopted) return [{ kind: 'parent', netns: 'host', name, neededBy }]
  const vlan = parseVlan(name)
  if (vlan === undefined) return [{ kind: 'parent', netns: 'host', name, neededBy }]
  // Several networks may share it: its mark names itself, so that it stays the same whoever goes first.
  const common = { netns: 'host', name, alias: markOf(name), up: true } as const
  return [
    { kind: 'parent', netns: 'host', name: vlan.parent, neededBy },
    { kind: 'link', type: 'vlan', ...common, parent: vlan.parent, vlanId: vlan.vlanId },
  ]
}

/** "eth0.10" as VLAN 10 of eth0; undefined for what is no such name. */
function parseVlan(name: string): { parent: string; vlanId: number } | undefined {
  const [, parent, id] = /^([^.]+)\.(\d{1,4})$/.exec(name) ?? []
  const vlanId = Number(id)
  return parent !== undefined && vlanId >= 1 && vlanId <= 4094 ? { parent, vlanId } : undefined
}

/** Throws where the parent is not there, is not fit for it, or is taken by networks that it cannot be shared with. */
export function checkParent(network: Network, { links, others }: Surroundings): void {
  const { parent } = network.options
  if (parent === undefined) return
  const vlan = links.has(parent) ? undefined : parseVlan(parent)
  const link = links.get(vlan?.parent ?? parent)
  if (!link) throw refused('not-found', missingSentence(parent, links))
  if (link.isLoopback) {
    throw refused(
      'invalid-parameter',
      sentence`loopback interface ${link.name} is not a valid ${network.driver} parent link`,
    )
  }
  if (link.master !== null && vlan === undefined) {
    const told = sentence`parent ${parent} is a port of ${link.master}, and cannot be a ${network.driver} parent as well; take ${link.master} as parent`
    throw refused('conflict', told)
  }
  const mtu = Number(network.options['com.docker.network.driver.mtu'] ?? 0)
  if (mtu > link.mtu) {
    throw refused(
      'invalid-parameter',
      sentence`MTU ${mtu} is more than the ${link.mtu} of parent ${link.name}; choose at most that`,
    )
  }
  const stranger = others.find(
    (other) => other.options.parent === parent && other.driver !== network.driver && isOnParent(other),
  )
  if (stranger) {
    throw refused(
      'conflict',
      sentence`parent ${parent} carries ${stranger.driver} network ${stranger.name}, and no link carries both macvlan and ipvlan; choose another parent`,
    )
  }
}

function isOnParent({ driver }: Network): boolean {
  return driver === 'macvlan' || driver === 'ipvlan'
}

function missingSentence(parent: string, links: Surroundings['links']): Said {
  const names = [...links.values()].filter(({ isLoopback, master }) => !isLoopback && master === null)
  const there = names.slice(0, 8).map(({ name }) => name)
  return sentence`parent ${parent} does not exist on this host; there are ${there.length > 0 ? there : sentence`none`}${names[0] === undefined ? '' : sentence`, and VLANs of them are named like ${names[0].name}.10`}`
}

function refused(kind: 'not-found' | 'conflict' | 'invalid-parameter', message: Said): PatchbayError {
  return new PatchbayError(kind, message, { field: 'options' })
}

/** The container's default routes, where they leave by this endpoint: by its gateway, else by the link itself. */
export function describeDefaultRoute(
  netns: Netns,
  assigned: Pick<EndpointAssignment, 'ifname' | 'isDefaultGateway' | 'isIpv6DefaultGateway'> & {
    gateway?: string | undefined
    ipv6Gateway?: string | undefined
  },
): KernelObject[] {
  const { ifname: link, gateway, ipv6Gateway, isDefaultGateway, isIpv6DefaultGateway } = assigned
  const route = (destination: string, via: string | undefined): KernelObject => {
    return { kind: 'route', netns, destination, ...(via === undefined ? {} : { via }), link }
  }
  return [
    ...(isDefaultGateway ? [route('default', gateway)] : []),
    ...(isIpv6DefaultGateway ? [route('::/0', ipv6Gateway)] : []),
  ]
}

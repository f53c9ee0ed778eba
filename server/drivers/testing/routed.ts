import { z } from 'zod'
import { type KernelObject, markOf } from '../../plan/object'
import type { Driver } from '../contract'

/** The host's end of every cable has this address, so that it can be every container's gateway. */
const gateway = '169.254.1.1'

const options = z.strictObject({
  'com.docker.network.driver.mtu': z.coerce
    .number()
    .int()
    .min(68)
    .max(65535)
    .optional()
    .describe('Largest packet in bytes (default 1500)'),
})

/** No switch at all: a cable a container, and the host routes between them. */
export const routedDriver: Driver<z.output<typeof options>> = {
  name: 'routed',
  description: 'Every container has a cable of its own to this host, which routes between them.',
  options,
  usesIpam: true,
  creatable: true,
  hasInterfaces: true,
  hasHostEnds: true,

  // There is nothing that a network needs before somebody joins it.
  describeNetwork: () => [],

  describeEndpoint(network, { endpoint, netns }) {
    const { assigned } = endpoint
    if (!assigned?.hostIfname || !assigned.ipv4Address || !assigned.macAddress) return []
    const { hostIfname: device, ifname: link, macAddress: mac, isDefaultGateway } = assigned
    const mtu = options.parse(network.options)['com.docker.network.driver.mtu'] ?? 1500
    const alias = markOf(endpoint.id)
    const address = `${assigned.ipv4Address.split('/')[0]}/32`
    const peer = { netns, name: link, mac }
    const wayOut: KernelObject[] = isDefaultGateway
      ? [{ kind: 'route', netns, destination: 'default', via: gateway, link }]
      : []
    return [
      // The cable: its end inside is born there; no bridge is its master.
      {
        kind: 'link',
        type: 'veth',
        netns: 'host',
        name: device,
        alias,
        mtu,
        up: true,
        master: '',
        hairpin: false,
        peer,
      },
      // On the host: be the gateway, and know where the container is.
      { kind: 'address', netns: 'host', link: device, address: `${gateway}/32` },
      { kind: 'route', netns: 'host', destination: address, link: device },
      // In the sandbox: one address, and the way to all others.
      { kind: 'link', type: 'inner', netns, name: link, up: true },
      { kind: 'address', netns, link, address },
      { kind: 'route', netns, destination: `${gateway}/32`, link },
      ...wayOut,
      // The host forwards nothing of itself: what comes from this cable may pass, and what goes to it.
      accept(alias, '-i', device),
      accept(alias, '-o', device),
    ]
  },
}

/** Written as iptables-save prints it, so that what is read back compares equal. */
function accept(mark: string, ...match: string[]): KernelObject {
  const args = [...match, '-m', 'comment', '--comment', mark, '-j', 'ACCEPT']
  return { kind: 'rule', netns: 'host', table: 'filter', chain: 'PATCHBAY-FORWARD', args }
}

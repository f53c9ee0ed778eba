import type { BridgeLink, KernelObject, VethLink } from '../object'

/** A small network and an endpoint on it, as a driver would describe them, for tests. */

export const bridge: BridgeLink = {
  kind: 'link',
  type: 'bridge',
  netns: 'host',
  name: 'br-0123456789ab',
  alias: 'patchbay:net',
  mtu: 1500,
  up: true,
}

export const baseObjects: readonly KernelObject[] = [
  { kind: 'sysctl', netns: 'host', name: 'net/ipv4/ip_forward', value: '1', before: '0' },
  { kind: 'chain', netns: 'host', table: 'filter', name: 'PATCHBAY-USER', foreignRules: true },
  { kind: 'chain', netns: 'host', table: 'filter', name: 'PATCHBAY-FORWARD' },
  { kind: 'chain', netns: 'host', table: 'nat', name: 'PATCHBAY' },
  rule('filter', 'FORWARD', 'host', ['-j', 'PATCHBAY-USER'], 1),
  rule('filter', 'FORWARD', 'host', ['-j', 'PATCHBAY-FORWARD'], 2),
  rule('nat', 'PREROUTING', 'host', ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'PATCHBAY']),
  { kind: 'policy', netns: 'host', table: 'filter', chain: 'FORWARD', policy: 'DROP', before: 'ACCEPT' },
]

export const networkObjects: readonly KernelObject[] = [
  bridge,
  { kind: 'address', netns: 'host', link: bridge.name, address: '10.89.0.1/24' },
  { kind: 'sysctl', netns: 'host', name: `net/ipv4/conf/${bridge.name}/route_localnet`, value: '1' },
  rule('filter', 'PATCHBAY-FORWARD', 'net', ['-i', bridge.name, '-j', 'ACCEPT']),
  rule('filter', 'PATCHBAY-FORWARD', 'net', ['-o', bridge.name, '-j', 'DROP']),
  rule('nat', 'POSTROUTING', 'net', ['-s', '10.89.0.0/24', '!', '-o', bridge.name, '-j', 'MASQUERADE']),
]

/** `directory` is where namespaces lie. */
export function sandboxObjects(directory: `/${string}`): KernelObject[] {
  const netns = `${directory}/0123456789ab` as const
  return [
    { kind: 'namespace', path: netns },
    { kind: 'link', type: 'inner', netns, name: 'lo', up: true },
    { kind: 'sysctl', netns, name: 'net/ipv4/ip_unprivileged_port_start', value: '0', before: '1024' },
  ]
}

export function cable(directory: `/${string}`): VethLink {
  return {
    kind: 'link',
    type: 'veth',
    netns: 'host',
    name: 'veth0123456',
    alias: 'patchbay:end',
    mtu: 1500,
    up: true,
    master: bridge.name,
    hairpin: true,
    peer: { netns: `${directory}/0123456789ab`, name: 'eth0', mac: '02:42:0a:59:00:02' },
  }
}

export function endpointObjects(directory: `/${string}`): KernelObject[] {
  const netns = `${directory}/0123456789ab` as const
  return [
    cable(directory),
    { kind: 'link', type: 'inner', netns, name: 'eth0', up: true },
    { kind: 'address', netns, link: 'eth0', address: '10.89.0.2/24' },
    { kind: 'sysctl', netns, name: 'net/ipv4/conf/eth0/arp_notify', value: '1' },
    { kind: 'route', netns, destination: 'default', via: '10.89.0.1', link: 'eth0' },
    rule('nat', 'PATCHBAY', 'end', [
      ...['-p', 'tcp', '-m', 'tcp', '--dport', '8080'],
      ...['-j', 'DNAT', '--to-destination', '10.89.0.2:80'],
    ]),
  ]
}

/** A rule with its owner's mark, as iptables-save prints it: the comment before the target. */
export function rule(
  table: 'nat' | 'filter',
  chain: string,
  owner: string,
  args: readonly string[],
  position?: number,
): KernelObject & { kind: 'rule' } {
  const at = args.indexOf('-j')
  const marked = args.toSpliced(at, 0, '-m', 'comment', '--comment', `patchbay:${owner}`)
  return { kind: 'rule', netns: 'host', table, chain, args: marked, ...(position === undefined ? {} : { position }) }
}

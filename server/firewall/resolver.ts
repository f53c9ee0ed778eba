import { type KernelObject, markOf, type Netns } from '../plan/object'
import { comment } from './base'

export const resolverAddress = '127.0.0.11'

/**
 * Questions to 127.0.0.11:53 go to the daemon's sockets on another port, so that a container
 * may still bind port 53 on every address.
 */
export function describeResolverRules(netns: Netns, sandboxId: string, port: number): KernelObject[] {
  return (['udp', 'tcp'] as const).map((protocol) => ({
    kind: 'rule',
    netns,
    table: 'nat',
    chain: 'OUTPUT',
    args: [
      ...['-d', `${resolverAddress}/32`, '-p', protocol, '-m', protocol, '--dport', '53'],
      ...comment(markOf(sandboxId)),
      ...['-j', 'DNAT', '--to-destination', `${resolverAddress}:${port}`],
    ],
  }))
}

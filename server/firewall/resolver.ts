import { type KernelObject, markOf, type Netns } from '../plan/object'

export const resolverAddress = '127.0.0.11'

/**
 * Questions to 127.0.0.11:53 go to the daemon's sockets on another port, so that a container
 * may still bind port 53 on every address.
 */
export function describeResolverRedirect(netns: Netns, sandboxId: string, port: number): KernelObject {
  return { kind: 'redirect', netns, owner: markOf(sandboxId), address: resolverAddress, port: 53, to: port }
}

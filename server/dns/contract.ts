import type { Socket } from 'node:dgram'
import type { Server } from 'node:net'
import type { Netns } from '../plan/object'

/** What the resolver asks the engine: pure look-ups in memory. */
export interface NameSource {
  /**
   * Addresses of a name as the sandbox in this namespace sees it: names, aliases and short ids of
   * the containers on its user-defined networks, also as `name.network`. Undefined: not a name of ours, forward it.
   */
  resolve(netns: Netns, name: string): readonly string[] | undefined
  /** Name of the container at an address on one of the sandbox's networks. */
  reverse(netns: Netns, address: string): string | undefined
  /** Servers to forward other questions to; empty on a sandbox with only internal networks: answer SERVFAIL. */
  upstreams(netns: Netns): readonly string[]
}

/** Answers DNS questions on sockets that live in sandboxes. */
export interface Resolver {
  /** Serves on a socket that the kernel room opened inside `netns`; stops when it is closed. */
  listen(netns: Netns, socket: Socket | Server): void
}

import type { KernelObject, LeaseObject, Netns, SocketService, Table } from './object'

/**
 * One change of one object. The inverse of add is remove, and the other way round.
 * `along` are the objects that live on this one and go with it (an address with its link): removing
 * needs no command for them, and adding it back brings them back after it, in this order.
 */
export type Step =
  | { readonly verb: 'add'; readonly object: KernelObject; readonly along?: readonly KernelObject[] }
  | { readonly verb: 'remove'; readonly object: KernelObject; readonly along?: readonly KernelObject[] }
  | { readonly verb: 'change'; readonly object: KernelObject; readonly before: KernelObject }

/** Steps in the order in which they can run: a thing after what it stands on, removal the other way round. */
export interface Plan {
  readonly steps: readonly Step[]
}

export type FirewallProgram = 'iptables' | 'ip6tables'

/** What a step asks of one program or of the daemon itself; never a shell string. */
export type Command =
  | { readonly program: 'ip' | 'tc'; readonly netns: Netns; readonly args: readonly string[] }
  | {
      readonly program: FirewallProgram
      readonly netns: Netns
      readonly table: Table
      /** One line of iptables-restore as an argument list: ['-A', 'CHAIN', …], or [':CHAIN', '-', '[0:0]']. */
      readonly args: readonly string[]
    }
  /** One line of `nft -f -`: ['add', 'rule', …] */
  | { readonly program: 'nft'; readonly netns: Netns; readonly args: readonly string[] }
  | { readonly program: 'conntrack' | 'bridge' | 'ip rule'; readonly netns: 'host'; readonly args: readonly string[] }
  /** In a container: its sockets of the connections that `conntrack` with `listing` tells of end, and their clients hear of it. */
  | {
      readonly program: 'ss'
      readonly netns: Netns
      readonly address: string
      readonly port: number
      readonly listing: readonly string[]
    }
  | { readonly program: 'sysctl'; readonly netns: Netns; readonly name: string; readonly value: string }
  | { readonly program: 'namespace'; readonly verb: 'add' | 'remove'; readonly path: `/${string}` }
  | {
      readonly program: 'socket'
      readonly verb: 'open' | 'close'
      readonly netns: Netns
      readonly protocol: 'tcp' | 'udp'
      readonly address: string
      readonly port: number
      readonly service: SocketService
      readonly to?: { readonly address: string; readonly port: number }
    }
  | {
      readonly program: 'lease'
      readonly verb: 'take' | 'release'
      readonly netns: Netns
      readonly object: LeaseObject
    }

export const emptyPlan: Plan = { steps: [] }

import type { ZodType } from 'zod'
import type { PortBinding } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { Network } from '../cnm/network'
import type { KernelObject, Netns } from '../plan/object'

/** An endpoint as a driver sees it: with its sandbox's namespace, while there is one. */
export interface JoinedEndpoint {
  readonly endpoint: Endpoint
  readonly netns: Netns
  /** Ports to publish on this endpoint; empty unless the default route leaves by it. */
  readonly ports: readonly PortBinding[]
}

/**
 * A driver is a pure description: from records to the kernel objects that ought to exist.
 * It runs nothing, keeps nothing, and knows neither the engine nor other drivers.
 * Describing twice gives equal objects; every object carries its owner's mark.
 */
export interface Driver<Options = unknown> {
  readonly name: string
  /** One sentence for people. */
  readonly description: string
  /** Parses the driver options of `network create`; the browser draws its form from the schema. */
  readonly options: ZodType<Options>
  /** True: the driver wants address pools and hands out addresses. */
  readonly usesIpam: boolean
  /** True: users may make networks of it. The predefined host and none cannot be made again. */
  readonly creatable: boolean
  /** True: endpoints have a cable (veth, macvlan …) of their own. */
  readonly hasInterfaces: boolean

  describeNetwork(network: Network): KernelObject[]
  describeEndpoint(network: Network, joined: JoinedEndpoint): KernelObject[]
  /** True: the network needs rules to see frames between two ports of its bridge. Absent: never. */
  filtersBridgedTraffic?(network: Network): boolean
  /** The network's device on the host, where it has one. */
  bridgeName?(network: Network): string
}

import type { ZodType } from 'zod'
import type { Family } from '../cnm/address'
import type { PortBinding } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { HostLink } from '../cnm/host-link'
import type { Network } from '../cnm/network'
import type { Sentence } from '../cnm/sentence'
import type { Service } from '../cnm/service'
import type { Features, KernelFeature } from '../plan/feature'
import type { KernelObject, Netns } from '../plan/object'

/** An endpoint as a driver sees it: with its sandbox's namespace, while there is one. */
export interface JoinedEndpoint {
  readonly endpoint: Endpoint
  readonly netns: Netns
  /** What the container calls itself; absent: nothing that others are to be told. */
  readonly hostname?: string
  /**
   * Ports to publish on this endpoint, each at a host address of one family; empty unless the default route of
   * that family leaves by it.
   */
  readonly ports: readonly PortBinding[]
  /** The network has services: what an endpoint sends to one may have to come back to itself. */
  readonly hasServices?: boolean
}

/** A service, and the endpoints that connections go to now. */
export interface ServiceSide {
  readonly service: Service
  readonly members: readonly { readonly endpoint: Endpoint; readonly weight: number }[]
}

/** What is there when a network is made: the host's links by name, and the other networks. */
export interface Surroundings {
  /** The host's links; none for a driver without `parentName`, which stands on no link. */
  readonly links: ReadonlyMap<string, HostLink>
  readonly others: readonly Network[]
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
  /** True: a cable has an end on the host (veth), whose name the engine then chooses. Absent: no. */
  readonly hasHostEnds?: boolean
  /** True: all endpoints have the MAC address of the link below them, and none can be asked for. */
  readonly sharesMac?: boolean
  /** True: ports of containers can be published on its networks; elsewhere they are left out in silence, as Docker does. */
  readonly publishesPorts?: boolean
  /** True: its networks lie on a wire that the host may be on, too, so that their subnets may be its own. */
  readonly sharesWire?: boolean
  /** Options of a network that cannot become others once it is there. */
  readonly fixedOptions?: readonly string[]
  /** Options whose absence leaves the kernel as it is: what they become when they are taken away again. */
  readonly restoredOptions?: Readonly<Record<string, string>>
  /** True: its containers can get their addresses from a DHCP server on its wire; `describeEndpoint` then gives the client. */
  readonly takesLeases?: boolean
  /** What the kernel must have; without it the driver is listed, but no network of it can be made. */
  readonly requires?: readonly KernelFeature[]

  /** `features`: what the kernel has, for what can be had in several ways; all, where nobody has asked. */
  describeNetwork(network: Network, features?: Features): KernelObject[]
  describeEndpoint(network: Network, joined: JoinedEndpoint): KernelObject[]
  /** Absent: there are no services on its networks. */
  describeService?(network: Network, side: ServiceSide): KernelObject[]
  /** Throws a PatchbayError where a network of it can have no service. */
  checkService?(network: Network): void
  /** True: the network needs rules to see frames between two ports of its bridge. Absent: never. */
  filtersBridgedTraffic?(network: Network): boolean
  /** Host address at which ports are published for which nobody named one. Absent: every address. */
  hostAddress?(network: Network, family: Family): string
  /** Largest packet on its links, bytes. Absent: as their parent has it. */
  mtu?(network: Network): number
  /** True: ports are published by sockets of the host's, for its own firewall to guard; tcp and udp alone. */
  obeysHostFirewall?(network: Network): boolean
  /** True: what comes to the host in the other family can be handed on to its containers' addresses of this one. */
  relaysPorts?(network: Network, family: Family): boolean
  /** The network's device on the host, where it has one. */
  bridgeName?(network: Network): string
  /** The host's link that the links of its endpoints stand on. */
  parentName?(network: Network): string
  /** True: it leads nowhere beyond the host, so that containers get no default route by it. */
  staysInside?(options: Readonly<Record<string, string>>): boolean
  /** Throws a PatchbayError where the network cannot be made on this host, or beside those that there are. */
  checkNetwork?(network: Network, surroundings: Surroundings): void
  /** Throws a PatchbayError where no container can join besides those that are on it now. */
  checkJoin?(network: Network, others: number): void
  /** Addresses of its pools that are taken, and by what: "192.168.50.10" to "the host's shim". */
  reservedAddresses?(network: Network): ReadonlyMap<string, Sentence>
}

import type { ContainerId, EndpointId, NetworkId } from './ids'

/** Joins one container's sandbox to one network. */
export interface Endpoint {
  readonly id: EndpointId
  readonly networkId: NetworkId
  readonly containerId: ContainerId
  /** What the user asked for by name; kept over restarts. */
  readonly requested: {
    readonly ipv4Address?: string
    readonly macAddress?: string
    readonly aliases: readonly string[]
  }
  /** What it has while its sandbox exists; null while the container is stopped. */
  readonly assigned: EndpointAssignment | null
  readonly createdAt: Date
}

export interface EndpointAssignment {
  /** Name inside the sandbox: eth0, eth1 … */
  readonly ifname: string
  /** Name of the host's side: "veth" and seven digits of the endpoint's id. Absent for drivers without one. */
  readonly hostIfname?: string
  /** Address with prefix length, "172.18.0.2/16". */
  readonly ipv4Address?: string
  readonly macAddress?: string
  readonly gateway?: string
  /** The sandbox's default route leaves by this endpoint. */
  readonly isDefaultGateway: boolean
}

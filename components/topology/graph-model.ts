import type { Edge, Node } from '@xyflow/react'
import type { PortProtocol } from '@/server/cnm/container'
import type {
  ContainerView,
  DriftView,
  EndpointView,
  HostView,
  NetworkView,
  ServiceView,
} from '@/server/observe/snapshot'
import type { Lane } from './cable-path'
import type { Point } from './measure'

/** The place where a cable is plugged in. */
export interface Jack extends Point {
  readonly endpointId: string
  readonly state: EndpointView['state']
}

export interface NetworkNodeData extends Record<string, unknown> {
  readonly network: NetworkView
  /** Of a configuration: the networks made from it. */
  readonly takers: readonly string[]
  readonly jacks: readonly Jack[]
  readonly freeJack: Point
  readonly services: readonly ServiceView[]
  readonly drift: readonly DriftView[]
}

/** One interface of a card. */
export interface Interface {
  readonly endpoint: EndpointView
  readonly networkName: string
  readonly colour: number
  readonly jack: Jack
}

export interface SandboxNodeData extends Record<string, unknown> {
  readonly container: ContainerView
  readonly interfaces: readonly Interface[]
  readonly freeJack: Point
  readonly drift: readonly DriftView[]
  /** `host`, `none`: it sits on the host's card or in the tray and has no cables. */
  readonly seat: 'ground' | 'host' | 'none'
}

export interface PublishedPort {
  readonly containerName: string
  readonly hostIp: string
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: PortProtocol
}

export interface HostNodeData extends Record<string, unknown> {
  readonly host: HostView
  readonly ports: readonly PublishedPort[]
  readonly masquerade: readonly string[]
  readonly network: NetworkView | null
  readonly jacks: readonly { readonly networkId: string; readonly x: number }[]
  readonly guests: number
  readonly drift: readonly DriftView[]
}

export interface TrayNodeData extends Record<string, unknown> {
  readonly network: NetworkView
  readonly guests: number
}

export type NetworkNode = Node<NetworkNodeData, 'network'>
export type SandboxNode = Node<SandboxNodeData, 'sandbox'>
export type HostNode = Node<HostNodeData, 'host'>
export type TrayNode = Node<TrayNodeData, 'tray'>
export type PanelNode = NetworkNode | SandboxNode | HostNode | TrayNode

export interface CableData extends Record<string, unknown> {
  readonly endpoint: EndpointView
  readonly networkName: string
  readonly containerName: string
  readonly colour: number
  readonly lane: Lane | null
  /** Share of its way at which it is clicked and focused; see cable-grip. */
  readonly grip: number
  /** Test id and accessible name of its grip. */
  readonly domNames: ReturnType<typeof domNames>
  readonly label: string
  readonly drift: readonly DriftView[]
}

export type CableEdge = Edge<CableData, 'cable'>
export type UplinkEdge = Edge<{ colour: number }, 'uplink'>
export type PanelEdge = CableEdge | UplinkEdge

/** Accessible names, in the person's language. */
export interface GraphLabels {
  /** What a screen reader calls each kind. */
  readonly roles: Readonly<Record<'host' | 'network' | 'sandbox' | 'cable', string>>
  host(host: HostView): string
  tray(network: NetworkView): string
  network(network: NetworkView, endpoints: number, takers: readonly string[]): string
  sandbox(container: ContainerView, networks: readonly string[]): string
  endpoint(endpoint: EndpointView, container: string, network: string): string
}

export const hostNodeId = 'host'

/** Handle of the free jack, which every node has. */
export const freeHandle = 'free'

/** Names by which tests and scripts find what the graph draws. */
export function domNames(role: string, testId: string) {
  return { 'aria-roledescription': role, 'data-testid': testId }
}

import type { EdgeTypes, NodeTypes } from '@xyflow/react'
import { Cable } from './edges/cable'
import { Uplink } from './edges/uplink'
import { HostNode } from './nodes/host-node'
import { NetworkNode } from './nodes/network-node'
import { SandboxNode } from './nodes/sandbox-node'
import { TrayNode } from './nodes/tray-node'

/** What draws each part of the graph. */
export const nodeTypes: NodeTypes = { network: NetworkNode, sandbox: SandboxNode, host: HostNode, tray: TrayNode }
export const edgeTypes: EdgeTypes = { cable: Cable, uplink: Uplink }

import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { ContainerId, EndpointId, NetworkId, OperationId, ServiceId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import type { BriefOperation, Operation } from '../cnm/operation'
import type { Service } from '../cnm/service'

export interface NodePosition {
  readonly nodeId: string
  readonly x: number
  readonly y: number
}

/** Records changed together: one transaction. Endpoints, containers and networks are upserted whole. */
export interface RecordChange {
  /** Networks that are not there yet: a third faster than to put them. */
  readonly addNetworks?: readonly Network[]
  readonly putNetworks?: readonly Network[]
  readonly putContainers?: readonly Container[]
  readonly putEndpoints?: readonly Endpoint[]
  readonly putServices?: readonly Service[]
  readonly removeServices?: readonly ServiceId[]
  readonly removeEndpoints?: readonly EndpointId[]
  readonly removeContainers?: readonly ContainerId[]
  readonly removeNetworks?: readonly NetworkId[]
  readonly putOperation?: Operation
}

export interface SessionRecord {
  /** SHA-256 of the cookie's value, hexadecimal. */
  readonly hash: string
  readonly userName: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** A time in which the picture was followed without a break. */
export interface HistoryStretch {
  readonly id: string
  readonly from: Date
  readonly to: Date
}

/** Of a stretch: the picture as it was, or what changed since. */
export interface HistoryPart {
  readonly stretchId: string
  readonly isBase: boolean
  /** Of the picture, or of the last change. */
  readonly at: Date
  /** What the writer makes of it. */
  readonly data: Uint8Array
}

export interface HistoryChange {
  /** Put, as they are now. */
  readonly stretches: readonly HistoryStretch[]
  /** Added. */
  readonly parts: readonly HistoryPart[]
  readonly forgetBefore?: Date
}

/** The store holds what should be. Plain reads and writes; no rules. */
export interface Store {
  load(): Promise<{ networks: Network[]; containers: Container[]; endpoints: Endpoint[]; services: Service[] }>
  /** All or nothing; removals run before puts. */
  change(change: RecordChange): Promise<void>

  /** Newest first. */
  listOperations(limit: number): Promise<Operation[]>
  /** Newest first, of a busy hour thousands: without their commands. */
  listOperationsSince(since: Date): Promise<BriefOperation[]>
  listRunningOperations(): Promise<Operation[]>
  getOperation(id: OperationId): Promise<Operation | undefined>

  listPositions(): Promise<NodePosition[]>
  putPositions(positions: readonly NodePosition[]): Promise<void>
  removePositions(nodeIds: readonly string[]): Promise<void>

  /** Small named values: what the host was like before Patchbay, the token's hash, preferences. */
  getSetting(name: string): Promise<string | undefined>
  putSetting(name: string, value: string): Promise<void>

  /** Stretches by their beginning, parts in the order in which they were put. */
  listHistory(): Promise<{ stretches: HistoryStretch[]; parts: HistoryPart[] }>
  putHistory(change: HistoryChange): Promise<void>

  findSession(hash: string): Promise<SessionRecord | undefined>
  putSession(session: SessionRecord): Promise<void>
  removeSession(hash: string): Promise<void>

  close(): Promise<void>
}

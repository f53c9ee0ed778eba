import type { NodePosition, SessionRecord, Store } from '../../store/contract'

type ApiStore = Pick<
  Store,
  | 'getSetting'
  | 'putSetting'
  | 'findSession'
  | 'putSession'
  | 'removeSession'
  | 'listPositions'
  | 'putPositions'
  | 'removePositions'
  | 'listOperations'
  | 'listOperationsSince'
  | 'getOperation'
>

/** The part of a store that the API writes to itself, in memory. */
export class FakeStore implements ApiStore {
  readonly settings = new Map<string, string>()
  readonly sessions = new Map<string, SessionRecord>()
  readonly positions = new Map<string, NodePosition>()

  async getSetting(name: string) {
    return this.settings.get(name)
  }

  async putSetting(name: string, value: string) {
    this.settings.set(name, value)
  }

  async findSession(hash: string) {
    return this.sessions.get(hash)
  }

  async putSession(session: SessionRecord) {
    this.sessions.set(session.hash, session)
  }

  async removeSession(hash: string) {
    this.sessions.delete(hash)
  }

  async listPositions() {
    return [...this.positions.values()]
  }

  async putPositions(positions: readonly NodePosition[]) {
    for (const position of positions) this.positions.set(position.nodeId, position)
  }

  async removePositions(nodeIds: readonly string[]) {
    for (const nodeId of nodeIds) this.positions.delete(nodeId)
  }

  async listOperations() {
    return []
  }

  async listOperationsSince() {
    return []
  }

  async getOperation() {
    return undefined
  }
}

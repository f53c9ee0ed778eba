import { once } from 'node:events'
import type { AutomaticRepairSettings } from '../../observe/automatic-repair'
import type { Observer } from '../../observe/contract'
import type { History } from '../../observe/history'
import type { FdbEvent, FirewallEvent, Snapshot, SnapshotChange, SnapshotEvent } from '../../observe/snapshot'

const epoch = 'epoch1'

/** A picture that changes when a test says so. */
export class FakeObserver implements Observer {
  readonly #changes: SnapshotChange[] = []
  readonly #arrivals = new EventTarget()
  /** Watchers that have not gone away. */
  watchers = 0
  refreshed = 0
  snapshot: Snapshot = {
    host: { name: 'testhost', kernel: '6.1', uplinks: [], docker: 'absent', ruleCount: 0 },
    networks: {},
    containers: {},
    endpoints: {},
    services: {},
    positions: {},
    operations: {},
    drift: {},
  }

  change(change: SnapshotChange): void {
    this.#changes.push(change)
    this.#arrivals.dispatchEvent(new Event('change'))
  }

  async *watch(signal: AbortSignal, resume?: { epoch: string; version: number }): AsyncGenerator<SnapshotEvent> {
    this.watchers += 1
    try {
      let version = resume?.epoch === epoch ? resume.version : this.#changes.length
      if (resume?.epoch !== epoch) yield { type: 'snapshot', epoch, version, snapshot: this.snapshot }
      while (!signal.aborted) {
        const change = this.#changes[version]
        if (change) yield { type: 'change', epoch, version: ++version, change }
        else await once(this.#arrivals, 'change', { signal }).catch(() => undefined)
      }
    } finally {
      this.watchers -= 1
    }
  }

  async *watchTraffic(_signal: AbortSignal) {
    yield {}
  }

  async *watchFirewall(_signal: AbortSignal): AsyncGenerator<FirewallEvent> {
    yield { type: 'firewall', firewall: { variant: 'nf_tables', readAt: '2026-01-02T03:04:05.000Z', tables: [] } }
  }

  async *watchFdb(_signal: AbortSignal): AsyncGenerator<FdbEvent> {
    yield { type: 'fdb', fdb: { readAt: '2026-01-02T03:04:05.000Z', bridges: [], entries: [] } }
  }

  picture = () => this.snapshot

  async refreshPositions() {
    this.refreshed += 1
  }

  driftKeys = (keys: readonly string[]) => [...keys]
  automaticRepair = {
    settings: async () => this.automatic,
    configure: async (settings: AutomaticRepairSettings) => {
      this.automatic = settings
    },
  }
  automatic: AutomaticRepairSettings = { on: false, afterSeconds: 30 }
  history: History = {
    load: async () => undefined,
    view: () => ({ now: 2, from: 1, observed: [{ from: 1, to: 2 }], marks: [] }),
    at: (moment) => (moment <= 2 ? this.snapshot : null),
  }

  async close() {}
}

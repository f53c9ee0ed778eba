import { isDeepStrictEqual } from 'node:util'
import type { Owners } from './owners'
import type { FdbBridgeView, FdbEntryView } from './snapshot'
import type { FdbRow, FdbRowEvent, HostLink } from './sources'

/** MAC tables by entry key. */
export type FdbRows = ReadonlyMap<string, FdbRow>

export function keyOfRow({ bridge, port, mac, vlan }: FdbRow): string {
  return `${bridge} ${port} ${mac} ${vlan ?? ''}`
}

export function rowsByKey(rows: readonly FdbRow[]): FdbRows {
  return new Map(rows.map((row) => [keyOfRow(row), row]))
}

/**
 * What events of `bridge monitor fdb` make of the tables. An address learned on another port
 * leaves the old one, which the kernel does not say by itself. An event without a port's or
 * bridge's name came after that was gone: every row that it can mean goes.
 */
export function mergeFdbEvents(rows: FdbRows, events: readonly FdbRowEvent[]): FdbRows {
  const merged = new Map(rows)
  const byMac = new Map<string, Set<string>>()
  for (const [key, row] of rows) indexRow(byMac, key, row)
  for (const event of events) {
    const related = [...(byMac.get(event.row.mac) ?? [])]
    const { bridge, port } = event.row
    for (const key of related) {
      const old = merged.get(key)
      if (old && (event.type === 'remove' ? isMeant(old, event) : isLeft(old, event))) merged.delete(key)
    }
    if (event.type === 'remove' || bridge === null || port === null) continue
    const row = { ...event.row, bridge, port }
    merged.set(keyOfRow(row), row)
    indexRow(byMac, keyOfRow(row), row)
  }
  return merged
}

function indexRow(byMac: Map<string, Set<string>>, key: string, row: FdbRow): void {
  byMac.set(row.mac, (byMac.get(row.mac) ?? new Set()).add(key))
}

function isMeant(old: FdbRow, { row: { bridge, port, vlan } }: FdbRowEvent): boolean {
  return old.vlan === vlan && (bridge === null || old.bridge === bridge) && (port === null || old.port === port)
}

/** A bridge may carry the address of one of its ports: local rows never replace each other. */
function isLeft(old: FdbRow, { row }: FdbRowEvent): boolean {
  if (row.type === 'local' || old.type === 'local') return false
  return old.bridge === row.bridge && old.vlan === row.vlan && old.port !== row.port
}

/** The tables some time later, if no packet passed meanwhile. Whole seconds. */
export function aged(rows: FdbRows, seconds: number): FdbRows {
  const later = (age: number | null) => (age === null ? null : age + seconds)
  return new Map(
    Array.from(rows, ([key, row]) => [
      key,
      { ...row, usedSeconds: later(row.usedSeconds), updatedSeconds: later(row.updatedSeconds) },
    ]),
  )
}

/** An entry belongs to the endpoint with its MAC address, else to the endpoint or network whose device it was seen on. */
export function fdbEntryView(row: FdbRow, owners: Owners): FdbEntryView {
  return { key: keyOfRow(row), ...row, owner: owners.ofMac(row.mac) ?? owners.ofDevice(row.port) }
}

export function fdbEntries(rows: FdbRows, owners: Owners): Map<string, FdbEntryView> {
  return new Map([...rows].map(([key, row]) => [key, fdbEntryView(row, owners)]))
}

export function fdbBridges(links: Iterable<HostLink>, owners: Owners): FdbBridgeView[] {
  const all = [...links]
  return all
    .filter((link) => link.kind === 'bridge')
    .map(({ name, ageingSeconds }) => ({
      name,
      owner: owners.ofDevice(name),
      ageingSeconds: ageingSeconds ?? 300,
      ports: all.filter((link) => link.master === name).map((link) => link.name),
    }))
}

/** What turns the entries before into those after; null where nothing differs. */
export function diffEntries(
  before: ReadonlyMap<string, FdbEntryView>,
  after: ReadonlyMap<string, FdbEntryView>,
): { set: FdbEntryView[]; remove: string[] } | null {
  const set = [...after.values()].filter((entry) => !isDeepStrictEqual(before.get(entry.key), entry))
  const remove = [...before.keys()].filter((key) => !after.has(key))
  return set.length === 0 && remove.length === 0 ? null : { set, remove }
}

import type { NetnsId } from '../../cnm/netns-state'
import type { TunHolder } from '../../kernel/netns-contract'
import type { Holders, ReadNamespace } from './join'
import type { LinkHolder } from './view'

export const nobody: Holders = new Map()

/** True: there is a device that a process may have open. */
export function hasTuns(all: Iterable<Pick<ReadNamespace, 'state'>>): boolean {
  for (const { state } of all) if (state?.links.some(({ kind }) => kind === 'tun')) return true
  return false
}

/**
 * Who has the devices of each namespace open. A device is where its process was when it opened it: there first, and where
 * that one has none of this name now, the only one of this name elsewhere is meant. Else nobody can tell.
 */
export function assignHolders(
  all: Iterable<Pick<ReadNamespace, 'found' | 'state'>>,
  opened: readonly TunHolder[],
): ReadonlyMap<NetnsId, Holders> {
  const places = new Map<string, NetnsId[]>()
  for (const { found, state } of all) {
    for (const { kind, name } of state?.links ?? []) {
      if (kind === 'tun') places.set(name, [...(places.get(name) ?? []), found.id])
    }
  }
  const assigned = new Map<NetnsId, Map<string, LinkHolder[]>>()
  for (const { netnsId, link, pid, name } of opened) {
    const there = places.get(link) ?? []
    const id = there.includes(netnsId) ? netnsId : there.length === 1 ? there[0] : undefined
    if (id === undefined) continue
    const own = assigned.get(id) ?? new Map<string, LinkHolder[]>()
    assigned.set(id, own.set(link, [...(own.get(link) ?? []), { pid, name }]))
  }
  return assigned
}

import type { NetnsState } from '../../cnm/netns-state'
import type { NetnsPart } from '../../kernel/netns-contract'
import type { TableRow, TableRows } from './rows'

/** Tables that are read over netlink. */
export type StateTable = 'addresses' | 'routes' | 'rules' | 'neighbours' | 'fdb'

/** What has to be read for each; names of links are in `links`. */
export const partsOf: Record<StateTable, readonly NetnsPart[]> = {
  addresses: ['links', 'addresses'],
  routes: ['links', 'routes'],
  rules: ['rules'],
  neighbours: ['links', 'neighbours'],
  fdb: ['links', 'fdb'],
}

type Makers = { readonly [Name in StateTable]: (state: NetnsState, now: number) => readonly TableRows[Name][] }

/** Rows of a table as the kernel had it at `now` (ms since 1970), in its order. */
export const stateRows: Makers = {
  addresses(state) {
    const nameOf = linkNames(state)
    return state.addresses.map((one) => ({
      key: `${one.index} ${one.address}/${one.prefixLength} ${one.peer ?? ''}`,
      link: nameOf(one.index),
      ...one,
    }))
  },
  routes(state) {
    const nameOf = linkNames(state)
    const rows = state.routes.map(({ hops, ...rest }) => {
      const ways = hops.map(({ index, ...hop }) => ({ ...hop, link: index === null ? null : nameOf(index) }))
      const by = ways.map(({ gateway, link }) => `${gateway ?? ''}@${link ?? ''}`).join(',')
      const { family, table, type, destination, from, metric } = rest
      return { key: `${family} ${table} ${type} ${destination} ${from ?? ''} ${metric} ${by}`, ...rest, hops: ways }
    })
    return distinct(rows)
  },
  rules: (state) => distinct(state.rules.map((rule) => ({ key: Object.values(rule).join(' '), ...rule }))),
  neighbours(state) {
    const nameOf = linkNames(state)
    return state.neighbours.map(({ index, ...rest }) => ({
      key: `${index} ${rest.address}${rest.isProxy ? ' proxy' : ''}`,
      link: nameOf(index),
      ...rest,
    }))
  },
  fdb(state, now) {
    const nameOf = linkNames(state)
    const rows = state.fdb.map(({ index, master, usedSeconds: _, updatedSeconds, ...rest }) => ({
      key: `${index} ${master ?? ''} ${rest.mac} ${rest.vlan ?? ''} ${rest.vni ?? ''} ${rest.remote ?? ''}`,
      port: nameOf(index),
      bridge: master === null ? null : nameOf(master),
      updatedAt: updatedSeconds === null ? null : Math.round(now / 1000) - updatedSeconds,
      ...rest,
    }))
    return distinct(rows)
  },
}

/** A link that has gone between two answers is called by its number. */
function linkNames({ links }: NetnsState): (index: number) => string {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return (index) => names.get(index) ?? `#${index}`
}

/** The second of two rows with one key gets another. */
export function distinct<Row extends TableRow>(rows: readonly Row[]): Row[] {
  const seen = new Map<string, number>()
  return rows.map((row) => {
    const count = seen.get(row.key) ?? 0
    seen.set(row.key, count + 1)
    return count === 0 ? row : { ...row, key: `${row.key} #${count}` }
  })
}

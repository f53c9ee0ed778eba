import type { QueryEvent, QueryView } from '@/server/dns/contract'

/** What containers asked, newest first. */
export interface QueryFeed {
  readonly queries: readonly QueryView[]
  /** So many came too fast to be shown. */
  readonly missed: number
}

const mostKept = 2_000

export const shownTypes = ['A', 'AAAA', 'PTR', 'SRV', 'MX', 'TXT'] as const
export const shownCodes = ['answered', 'NXDOMAIN', 'failed'] as const

/** The feed after an event; what a stream that was taken up again repeats is known already. */
export function mergeQueryEvent(feed: QueryFeed | undefined, event: QueryEvent): QueryFeed {
  const before = feed?.queries ?? []
  const known = new Set(before.slice(0, event.queries.length + 1_000).map(queryKey))
  const fresh = event.queries.filter((query) => !known.has(queryKey(query))).reverse()
  return {
    queries: fresh.length === 0 ? before : [...fresh, ...before].slice(0, mostKept),
    missed: (feed?.missed ?? 0) + event.missed,
  }
}

/** Numbers begin anew with the daemon. */
export function queryKey({ at, sequence }: QueryView): string {
  return `${at} ${sequence}`
}

export interface QueryFilter {
  /** Name or id of the container; empty: all. */
  readonly container: string
  readonly types: readonly string[]
  readonly codes: readonly string[]
  /** Lower case; empty: everything. */
  readonly search: string
}

export function filterQueries(queries: readonly QueryView[], filter: QueryFilter): readonly QueryView[] {
  const isOpen =
    filter.container === '' && filter.search === '' && filter.types.length === 0 && filter.codes.length === 0
  return isOpen ? queries : queries.filter((query) => passes(query, filter))
}

function passes(query: QueryView, { container, types, codes, search }: QueryFilter): boolean {
  const { container: asker } = query
  if (container !== '' && asker?.name !== container && asker?.id !== container) return false
  if (types.length > 0 && !types.includes(typeGroup(query.type))) return false
  if (codes.length > 0 && !codes.includes(codeGroup(query))) return false
  return search === '' || wordsOf(query).some((word) => word.toLowerCase().includes(search))
}

function typeGroup(type: string): string {
  return shownTypes.find((shown) => shown === type) ?? 'other'
}

export function codeGroup({ code }: Pick<QueryView, 'code'>): (typeof shownCodes)[number] {
  if (code === 'NOERROR') return 'answered'
  return code === 'NXDOMAIN' ? 'NXDOMAIN' : 'failed'
}

function wordsOf({ name, container, networks, answers, cause }: QueryView): readonly string[] {
  const from = cause.from === 'upstream' ? [cause.server] : cause.from === 'names' ? [cause.origin.matched] : []
  return [name, container?.name ?? '', ...networks, ...answers, ...from]
}

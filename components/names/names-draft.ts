import type { NetworkNames, RecordType } from '@/server/cnm/network-names'

/** Records and servers of a network as they are being typed. */
export interface NamesDraft {
  readonly upstreams: string
  readonly records: readonly RecordRow[]
}

export interface RecordRow {
  readonly key: number
  readonly name: string
  readonly type: RecordType
  readonly value: string
}

export const emptyDraft: NamesDraft = { upstreams: '', records: [] }

export function draftOf({ upstreams, records }: NetworkNames): NamesDraft {
  return { upstreams: upstreams.join(', '), records: records.map((record, key) => ({ key, ...record })) }
}

/** What the daemon is asked for; rows of which nothing is typed yet are not meant. */
export function namesInput({ upstreams, records }: NamesDraft) {
  return {
    upstreams: upstreams.split(/[\s,;]+/).filter((text) => text !== ''),
    records: meantRows(records).map(({ name, type, value }) => ({ name: name.trim(), type, value })),
  }
}

/** The row that the daemon's sentence is about ("names.records.2.value"); null: none. */
export function rowAt(field: string | null, records: readonly RecordRow[]): RecordRow | null {
  const [, index] = /^names\.records\.(\d+)/.exec(field ?? '') ?? []
  return index === undefined ? null : (meantRows(records)[Number(index)] ?? null)
}

function meantRows(records: readonly RecordRow[]): readonly RecordRow[] {
  return records.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '')
}

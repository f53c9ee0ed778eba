import { expect, test } from 'vitest'
import type { QueryView } from '@/server/dns/contract'
import { codeGroup, filterQueries, mergeQueryEvent, type QueryFilter } from './query-feed'

function query(sequence: number, more: Partial<QueryView> = {}): QueryView {
  return {
    sequence,
    at: `2026-01-01T00:00:0${sequence}.000Z`,
    container: { id: 'a1', name: 'web' },
    networks: ['front'],
    transport: 'udp',
    name: 'db',
    type: 'A',
    code: 'NOERROR',
    answers: ['10.0.0.2'],
    answerCount: 1,
    cause: { from: 'upstream', server: '9.9.9.9', tried: [] },
    durationMs: 1,
    ...more,
  }
}

const all: QueryFilter = { container: '', types: [], codes: [], search: '' }

test('the newest question stands first, and what is told twice stands once', () => {
  const first = mergeQueryEvent(undefined, { queries: [query(1), query(2)], missed: 0 })
  const again = mergeQueryEvent(first, { queries: [query(1), query(2), query(3)], missed: 7 })
  expect(again.queries.map(({ sequence }) => sequence)).toEqual([3, 2, 1])
  expect(again.missed).toBe(7)
})

test('a daemon that starts anew counts anew', () => {
  const before = mergeQueryEvent(undefined, { queries: [query(5)], missed: 0 })
  const fresh = query(1, { at: '2026-01-01T00:01:00.000Z' })
  expect(mergeQueryEvent(before, { queries: [fresh], missed: 0 }).queries).toHaveLength(2)
})

test('no more than two thousand are kept', () => {
  const queries = Array.from({ length: 2_500 }, (_, at) => query(at, { at: String(at) }))
  expect(mergeQueryEvent(undefined, { queries, missed: 0 }).queries).toHaveLength(2_000)
})

test.each<[string, Partial<QueryFilter>, number[]]>([
  ['nothing', {}, [1, 2, 3]],
  ['a container', { container: 'other' }, [2]],
  ['a type', { types: ['AAAA'] }, [2]],
  ['types that are not listed', { types: ['other'] }, [3]],
  ['a result', { codes: ['failed'] }, [3]],
  ['part of an answer', { search: '10.0.0' }, [1, 2]],
  ['part of a server', { search: '9.9' }, [1]],
])('filtered by %s', (_, filter, expected) => {
  const queries = [
    query(1),
    query(2, { container: { id: 'b', name: 'other' }, type: 'AAAA', cause: { from: 'silence', tried: [] } }),
    query(3, { type: 'HTTPS', code: 'SERVFAIL', answers: [], cause: { from: 'refusal', reason: 'internal' } }),
  ]
  expect(filterQueries(queries, { ...all, ...filter }).map(({ sequence }) => sequence)).toEqual(expected)
})

test('every code belongs to one of three results', () => {
  expect(['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', ''].map((code) => codeGroup({ code }))).toEqual([
    ...['answered', 'NXDOMAIN', 'failed', 'failed', 'failed'],
  ])
})

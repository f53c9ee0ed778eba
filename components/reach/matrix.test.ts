import { expect, test } from 'vitest'
import type { ReachEvent } from '@/server/observe/reach/contract'
import type { Outcome } from '@/server/observe/trace/contract'
import { groupsOf, summarize } from './groups'
import { answerIn, countAnswers, countGone, differences, type Matrix, mergeReach, momentOf } from './matrix'

const web = { place: { kind: 'container', id: 'a' }, name: 'web' } as const
const db = { place: { kind: 'container', id: 'b' }, name: 'db' } as const
const plan: ReachEvent = {
  ...{ type: 'plan', rows: [web, db], cut: 0 },
  columns: [
    { ...web, protocol: 'tcp', port: 80 },
    { ...web, protocol: 'tcp', port: 443 },
    { ...db, protocol: 'icmp', port: null },
  ],
}
const outcomes: readonly (Outcome | null)[] = ['answered', 'dropped', 'rejected', null]
type Cell = readonly [row: number, column: number, outcome: Outcome | null]

function matrixOf(before: Matrix | null, ...cells: Cell[]): Matrix {
  const verdicts = outcomes.map((outcome) => ({ outcome, cause: null, error: '' }))
  const numbers = cells.flatMap(([row, column, outcome]) => [row, column, outcomes.indexOf(outcome)])
  const half = Math.floor(cells.length / 2) * 3
  const events: ReachEvent[] = [
    plan,
    { type: 'cells', verdicts, cells: numbers.slice(0, half) },
    { type: 'cells', verdicts: [], cells: numbers.slice(half) },
    { type: 'done', durationMs: 5, computedAt: 'now' },
  ]
  const matrix = events.reduce<Matrix | null>(mergeReach, before)
  if (!matrix) throw new Error('no matrix')
  return matrix
}

test('cells come in parts, and stay until they are computed anew', () => {
  const matrix = matrixOf(null, [0, 2, 'answered'], [1, 0, 'dropped'], [1, 1, null])
  expect([answerIn(matrix, 0, 2), answerIn(matrix, 1, 0), answerIn(matrix, 1, 1), answerIn(matrix, 0, 0)]).toEqual([
    ...['reachable', 'dropped', null, null],
  ])
  expect(countAnswers(matrix)).toEqual({ reachable: 1, refused: 0, dropped: 1, none: 0, unknown: 0 })
  const again = mergeReach(matrix, plan)
  expect(again && answerIn(again, 1, 0)).toBe('dropped')
  expect(again).toMatchObject({ filled: 0, computedAt: null })
  const anew = matrixOf(again, [0, 2, 'dropped'], [1, 0, 'dropped'], [1, 1, null])
  expect(answerIn(anew, 0, 2)).toBe('dropped')
  expect(anew).toMatchObject({ filled: 3, verdicts: { length: 4 } })
  expect(mergeReach(matrix, { ...plan, rows: [web] })?.cells).toEqual(new Uint32Array(3))
})

test('containers of the same networks are one, and say how many of their ways are open', () => {
  const matrix = matrixOf(null, [0, 2, 'answered'], [1, 0, 'dropped'], [1, 1, 'answered'])
  const networksOf = (id: string) => (id === 'a' ? ['front'] : ['back', 'front'])
  const [rows, columns] = [groupsOf(matrix.rows, networksOf), groupsOf(matrix.columns, networksOf)]
  expect(rows.map(({ name, members }) => [name, members])).toEqual([
    ['back + front', [1]],
    ['front', [0]],
  ])
  expect(columns.map(({ name, members, size }) => [name, members, size])).toEqual([
    ['back + front', [2], 1],
    ['front', [0, 1], 1],
  ])
  const [from, to] = [rows[0], columns[1]]
  if (!from || !to) throw new Error('no groups')
  expect(summarize(matrix, from, to)).toMatchObject({ total: 2, counts: { reachable: 1, dropped: 1 } })
  const places = [{ kind: 'host' }, { kind: 'address', address: '192.0.2.1' }, web.place] as const
  const kinds = groupsOf(
    places.map((place) => ({ place, name: '' })),
    networksOf,
  ).map(({ kind }) => kind)
  expect(kinds).toEqual(['networks', 'host', 'outside'])
})

test('what is another way than then is told, what is the same is not', () => {
  const moment = momentOf(matrixOf(null, [0, 2, 'answered'], [1, 0, 'answered']), 'asked', 'then')
  const now = matrixOf(null, [0, 2, 'answered'], [1, 0, 'dropped'], [1, 1, 'rejected'])
  expect(differences(now, moment)).toMatchObject([
    { place: { row: 1, column: 0 }, before: 'reachable', after: 'dropped' },
    { place: { row: 1, column: 1 }, before: null, after: 'refused' },
  ])
  const other = { ...now, rows: [db, web], cells: new Uint32Array([...now.cells.slice(3), ...now.cells.slice(0, 3)]) }
  expect(differences(other, moment)).toHaveLength(2)
  expect(countGone({ ...now, rows: [db] }, moment)).toBe(1)
  expect(differences({ ...now, computedAt: null }, moment)).toEqual([])
})

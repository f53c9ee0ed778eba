import { expect, test } from 'vitest'
import type { ReachCell, ReachEvent } from '@/server/observe/reach/contract'
import type { Outcome } from '@/server/observe/trace/contract'
import { answerIn, columnGroups, countAnswers, differences, type Matrix, mergeReach, momentOf } from './matrix'

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
const cell = (row: number, column: number, outcome: Outcome | null): ReachCell => ({
  ...{ row, column, outcome, cause: null, error: '' },
})

function matrixOf(...cells: ReachCell[]): Matrix {
  const events: ReachEvent[] = [plan, { type: 'cells', cells }, { type: 'done', durationMs: 5, computedAt: 'now' }]
  const matrix = events.reduce<Matrix | null>(mergeReach, null)
  if (!matrix) throw new Error('no matrix')
  return matrix
}

test('cells come in parts, and stay until they are computed anew', () => {
  const matrix = matrixOf(cell(0, 2, 'answered'), cell(1, 0, 'dropped'), cell(1, 1, null))
  expect([answerIn(matrix, 0, 2), answerIn(matrix, 1, 0), answerIn(matrix, 1, 1), answerIn(matrix, 0, 0)]).toEqual([
    ...['reachable', 'dropped', null, null],
  ])
  expect(countAnswers(matrix)).toEqual({ reachable: 1, refused: 0, dropped: 1, none: 0, unknown: 0 })
  const again = mergeReach(matrix, plan)
  expect(again?.cells.size).toBe(3)
  expect(again?.computedAt).toBeNull()
  expect(mergeReach(matrix, { ...plan, rows: [web] })?.cells.size).toBe(0)
})

test('ports of one target stand under its name', () => {
  expect(columnGroups(matrixOf().columns).map(({ end, span }) => [end.name, span])).toEqual([
    ['web', 2],
    ['db', 1],
  ])
})

test('what is another way than then is told, what is the same is not', () => {
  const moment = momentOf(matrixOf(cell(0, 2, 'answered'), cell(1, 0, 'answered')), 'asked', 'then')
  const now = matrixOf(cell(0, 2, 'answered'), cell(1, 0, 'dropped'), cell(1, 1, 'rejected'))
  expect(differences(now, moment)).toMatchObject([
    { place: { row: 1, column: 0 }, before: 'reachable', after: 'dropped' },
    { place: { row: 1, column: 1 }, before: null, after: 'refused' },
  ])
})

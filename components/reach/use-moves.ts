'use client'

import { type FocusEvent, type KeyboardEvent, useState } from 'react'
import { answerIn, cellKey, type Matrix } from './matrix'
import type { Part } from './matrix-table'

export interface CellPlace {
  readonly row: number
  readonly column: number
}

/** Arrows, Home and End go from cell to cell; one of them is in the order of Tab. Places are those of what is shown. */
export function useMoves(matrix: Matrix, part: Part, show: (row: number, column: number) => void) {
  const [at, setAt] = useState<CellPlace | null>(null)
  const current = at ?? nextCell(matrix, part, { row: 0, column: -1 }, [0, 1])
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, 1],
    End: [0, -1],
  }

  function onKeyDown(event: KeyboardEvent<HTMLTableElement>) {
    const step = steps[event.key]
    if (!step || !at) return
    const from = { Home: { ...at, column: -1 }, End: { ...at, column: part.columns.length } }[event.key] ?? at
    const next = nextCell(matrix, part, from, step)
    if (!next) return
    event.preventDefault()
    const table = event.currentTarget
    const find = () => table.querySelector<HTMLElement>(`[data-cell="${cellKey(next.row, next.column)}"]`)
    const found = find()
    if (found) return found.focus()
    show(next.row, next.column)
    // It is made when it has come into sight.
    window.setTimeout(() => find()?.focus({ preventScroll: true }), 50)
  }
  function onFocus({ target }: FocusEvent<HTMLTableElement>) {
    const [row, column] = target.getAttribute('data-cell')?.split(' ').map(Number) ?? []
    if (row !== undefined && column !== undefined) setAt({ row, column })
  }
  return { current, onFocus, onKeyDown }
}

/** The next one in that direction that has an answer: a container does not ask itself. */
function nextCell(matrix: Matrix, { rows, columns }: Part, from: CellPlace, [down, right]: readonly [number, number]) {
  let [row, column] = [from.row + down, from.column + right]
  while (row >= 0 && column >= 0 && row < rows.length && column < columns.length) {
    if (answerIn(matrix, rows[row] ?? 0, columns[column] ?? 0)) return { row, column }
    row += down
    column += right
  }
  return null
}

'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type MouseEvent, useMemo, useRef } from 'react'
import type { ReachColumn, ReachRequest, VerifiedCell } from '@/server/observe/reach/contract'
import { cellKey, type Difference, type Matrix } from './matrix'
import { Heads, portText, rowHeadWidth } from './matrix-heads'
import { MatrixRow } from './matrix-row'
import { roles } from './roles'
import { useCellWords } from './use-cell-words'
import { useMoves } from './use-moves'

/** Above so many columns, cells show their shape alone; the words are in their names. */
const mostWorded = 10
const [rowHeight, headHeight] = [29, 53]

/** Which rows and columns of the matrix are shown, by their places. */
export interface Part {
  readonly rows: readonly number[]
  readonly columns: readonly number[]
}

/** A real table, of which only what is in sight is made: of five hundred containers there are a quarter of a million cells. */
export function MatrixTable({
  matrix,
  part,
  by,
  verified,
  changes,
}: {
  matrix: Matrix
  part: Part
  by: ReachRequest['by']
  verified: ReadonlyMap<string, VerifiedCell>
  changes: readonly Difference[]
}) {
  const t = useTranslations('probe.reach')
  const changed = useMemo(
    () => new Map(changes.map(({ place, before }) => [cellKey(place.row, place.column), before])),
    [changes],
  )
  const words = useCellWords()
  const isWorded = part.columns.length <= mostWorded
  const scroller = useRef<HTMLElement>(null)
  const { columns: all } = matrix
  const widths = useMemo(() => part.columns.map((column) => widthOf(all[column], isWorded)), [part, all, isWorded])
  const rows = useVirtualizer({
    ...{ count: part.rows.length, overscan: 4, estimateSize: () => rowHeight },
    getScrollElement: () => scroller.current,
    scrollMargin: headHeight,
    // Both at once, not each by itself.
    useFlushSync: false,
  })
  const columns = useVirtualizer({
    ...{ count: part.columns.length, overscan: 2, horizontal: true },
    estimateSize: (index) => widths[index] ?? 0,
    getItemKey: (index) => `${part.columns[index]} ${widths[index]}`,
    getScrollElement: () => scroller.current,
    scrollMargin: rowHeadWidth,
    useFlushSync: false,
  })
  const moves = useMoves(matrix, part, (row, column) => {
    rows.scrollToIndex(row)
    columns.scrollToIndex(column)
  })
  const router = useRouter()
  const follow = (event: MouseEvent<HTMLTableElement>) => {
    const cell = event.target instanceof Element ? event.target.closest('a[data-cell]') : null
    const href = cell?.getAttribute('href')
    if (!href || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.push(href)
  }
  const tell = ({ target }: MouseEvent<HTMLTableElement>) => {
    const cell = target instanceof Element ? target.closest('a[data-cell]') : null
    cell?.setAttribute('title', cell.getAttribute('aria-label') ?? '')
  }
  const [shownRows, shownColumns] = [rows.getVirtualItems(), columns.getVirtualItems()]
  const [before, after] = around(shownColumns, columns.getTotalSize(), rowHeadWidth)
  const [above, below] = around(shownRows, rows.getTotalSize(), headHeight)
  const [first, last] = [shownColumns[0]?.index ?? 0, shownColumns.at(-1)?.index ?? -1]
  const places = useMemo(
    () =>
      part.columns
        .slice(first, last + 1)
        .map((column, at) => ({ index: first + at, column, width: widths[first + at] ?? 0 })),
    [part, first, last, widths],
  )
  return (
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      aria-label={t('title')}
      className="min-h-0 flex-1 overflow-auto"
    >
      <table
        {...roles.table}
        aria-label={t('title')}
        aria-rowcount={part.rows.length + 2}
        aria-colcount={part.columns.length + 1}
        onKeyDown={moves.onKeyDown}
        onFocus={moves.onFocus}
        onClick={follow}
        onMouseOver={tell}
        className="block text-sm"
        style={{ width: rowHeadWidth + columns.getTotalSize() }}
      >
        <Heads columns={matrix.columns} {...{ places, before, after }} />
        <tbody {...roles.rowgroup} className="block">
          <Gap height={above} />
          {shownRows.map(({ index }) => (
            <MatrixRow
              key={part.rows[index]}
              {...{ matrix, index, places, before, after, by, isWorded, words, verified, changed }}
              row={part.rows[index] ?? 0}
              verifiedCount={verified.size}
              current={moves.current?.row === index ? moves.current.column : null}
            />
          ))}
          <Gap height={below} />
        </tbody>
      </table>
      {matrix.cut > 0 && (
        <p className="sticky left-0 px-4 py-2 text-faint text-xs">{t('cut', { count: matrix.cut })}</p>
      )}
    </section>
  )
}

/** As wide as its port is to be read; the name above it may need more, up to a point. */
function widthOf(column: ReachColumn | undefined, isWorded: boolean): number {
  const label = column ? portText(column).length * 7.3 : 0
  return Math.round(Math.min(240, Math.max(isWorded ? 108 : 68, label + 20)))
}

/** What is left out before and behind what is in sight, in pixels. */
function around(items: readonly { start: number; end: number }[], total: number, margin: number): [number, number] {
  return [(items[0]?.start ?? margin) - margin, total + margin - (items.at(-1)?.end ?? margin)]
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus
    <tr aria-hidden="true" className="block" style={{ height }} />
  )
}

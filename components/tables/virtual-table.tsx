'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import clsx from 'clsx'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'

export interface TableColumn {
  key: string
  header: ReactNode
  /** CSS width; one column at least should leave it out and take the rest. */
  width?: string
  align?: 'left' | 'right'
  /** Present: the head is a button. */
  sort?: { direction: 'ascending' | 'descending' | 'none'; onSort: () => void }
}

/** What every row element has to carry, so that it is measured and counted. */
export interface RowProps {
  ref: (element: HTMLTableRowElement | null) => void
  'data-index': number
  'aria-rowindex': number
}

export interface VirtualTableProps<Item> {
  /** Accessible name of the table. */
  label: string
  columns: readonly TableColumn[]
  items: readonly Item[]
  itemKey: (item: Item) => string
  /** Height of a row before it is measured, in pixels. */
  estimateHeight: (item: Item) => number
  /** One `tr`, with the row props spread onto it. */
  renderItem: (item: Item, props: RowProps) => ReactNode
  /** Stands below the head where there are no rows. */
  empty: ReactNode
  minWidth?: number
  className?: string
  /** Keeps the newest row in sight while one has not scrolled away from the end. */
  followsEnd?: boolean
}

const wholeUpTo = 200
/** So near to the end, in pixels, one is at it. */
const endMargin = 60

/**
 * A real table, of which only the rows in sight are made. Its rows say which of how many they are, and two
 * empty rows take the place of those above and below.
 */
export function VirtualTable<Item>(props: VirtualTableProps<Item>) {
  const {
    label,
    columns,
    items,
    itemKey,
    estimateHeight,
    renderItem,
    empty,
    minWidth = 720,
    className,
    followsEnd = false,
  } = props
  const scroller = useRef<HTMLElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateHeight(at(items, index)),
    getItemKey: (index) => itemKey(at(items, index)),
    // A table of moderate length stands there whole, so that the browser's own search finds all of it.
    overscan: items.length <= wholeUpTo ? wholeUpTo : 12,
  })
  const rowPropsOf = useRowProps(virtualizer.measureElement)
  const atEnd = useRef(true)
  const lastTop = useRef(0)
  useEffect(() => {
    if (followsEnd && atEnd.current && items.length > 0) virtualizer.scrollToIndex(items.length - 1, { align: 'end' })
  }, [followsEnd, items.length, virtualizer])
  const rows = virtualizer.getVirtualItems()
  const above = rows[0]?.start ?? 0
  const below = virtualizer.getTotalSize() - (rows.at(-1)?.end ?? 0)

  return (
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className={clsx('relative overflow-auto', className)}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const isNearEnd = scrollHeight - scrollTop - clientHeight < endMargin
        // Rows that come in a burst move the end away; only who scrolls back leaves it.
        if (isNearEnd || scrollTop < lastTop.current) atEnd.current = isNearEnd
        lastTop.current = scrollTop
      }}
    >
      <table
        aria-label={label}
        aria-rowcount={items.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
        style={{ minWidth }}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.key} style={{ width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeadCell key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} span={columns.length} />
          {rows.map(({ index }) => renderItem(at(items, index), rowPropsOf(index)))}
          <Spacer height={below} span={columns.length} />
        </tbody>
      </table>
      {items.length === 0 && empty}
    </section>
  )
}

/** The same props for the same row at every drawing, so that a row may be memoized. */
function useRowProps(ref: RowProps['ref']): (index: number) => RowProps {
  return useMemo(() => {
    const known = new Map<number, RowProps>()
    return (index) => {
      const props = known.get(index) ?? { ref, 'data-index': index, 'aria-rowindex': index + 2 }
      known.set(index, props)
      return props
    }
  }, [ref])
}

function HeadCell({ column: { header, align, sort } }: { column: TableColumn }) {
  const Arrow = sort?.direction === 'descending' ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={sort?.direction}
      className={clsx(
        'sticky top-0 z-10 h-8 border-line border-b bg-surface px-3 font-medium text-faint text-xs',
        align === 'right' ? 'text-right' : 'text-left',
      )}
    >
      {sort ? (
        <button
          type="button"
          onClick={sort.onSort}
          className="inline-flex items-center gap-1 rounded transition-colors duration-150 hover:text-ink"
        >
          {header}
          <Arrow
            aria-hidden="true"
            className={clsx('size-3', sort.direction === 'none' ? 'opacity-0' : 'text-accent opacity-100')}
          />
        </button>
      ) : (
        header
      )}
    </th>
  )
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height, padding: 0 }} />
    </tr>
  )
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new RangeError(`row ${index} of ${items.length}`)
  return item
}

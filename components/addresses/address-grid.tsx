'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { type KeyboardEvent, useRef, useState } from 'react'
import { type Block, type Cell, cellsOf, formatBlock, sizeOf } from './blocks'
import type { Holder } from './holders'

export interface AddressGridProps {
  view: Block
  subnet: Block
  range: Block
  holders: ReadonlyMap<string, Holder>
  columns: 16 | 32
  onSelect: (endpointId: string) => void
  onOpen: (block: Block) => void
}

const steps: Readonly<Record<string, (columns: number) => number>> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (columns) => columns,
  ArrowUp: (columns) => -columns,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
}

/** The squares of a block. One of them is in the tab order; arrow keys go from there. */
export function AddressGrid({ view, subnet, range, holders, columns, onSelect, onOpen }: AddressGridProps) {
  const t = useTranslations('panel.addressMap')
  const grid = useRef<HTMLDivElement>(null)
  const cells = cellsOf(view, subnet, range, holders)
  const first = cells.findIndex(({ held }) => held > 0)
  const [current, setCurrent] = useState(Math.max(0, first))
  const [isShown, setShown] = useState(false)
  const told = cells[current]

  function move(event: KeyboardEvent) {
    const step = steps[event.key]?.(columns)
    if (step === undefined) return
    event.preventDefault()
    const next = Math.min(cells.length - 1, Math.max(0, current + step))
    setCurrent(next)
    grid.current?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus()
  }

  return (
    <div className="flex flex-col gap-1.5">
      {/* biome-ignore lint/a11y/useSemanticElements: squares of a map, in no table */}
      <div
        ref={grid}
        role="grid"
        tabIndex={-1}
        aria-label={t('title', { subnet: formatBlock(view) })}
        onKeyDown={move}
        onMouseLeave={() => setShown(false)}
        className="flex flex-col gap-[3px]"
      >
        {rowsOf(cells, columns).map((row, at) => (
          // biome-ignore lint/a11y/useSemanticElements: squares of a map, in no table
          // biome-ignore lint/a11y/useFocusableInteractive: its squares are
          <div key={row[0]?.text} role="row" className="flex gap-[3px]">
            {row.map((cell, offset) => {
              const index = at * columns + offset
              return (
                // biome-ignore lint/a11y/useSemanticElements: squares of a map, in no table
                <button
                  type="button"
                  role="gridcell"
                  key={cell.text}
                  data-at={index}
                  tabIndex={index === current ? 0 : -1}
                  aria-label={sentenceOf(t, cell)}
                  onFocus={() => {
                    setCurrent(index)
                    setShown(true)
                  }}
                  onMouseEnter={() => {
                    setCurrent(index)
                    setShown(true)
                  }}
                  onClick={() => {
                    if (cell.holder?.endpointId !== undefined) onSelect(cell.holder.endpointId)
                    else if (cell.block.prefix < 32) onOpen(cell.block)
                  }}
                  style={fillOf(cell)}
                  className={clsx('address-cell', classOf(cell))}
                />
              )
            })}
          </div>
        ))}
      </div>
      <p className="h-4 truncate font-mono text-ink text-xs">{isShown && told ? sentenceOf(t, told) : ''}</p>
    </div>
  )
}

function rowsOf(cells: readonly Cell[], columns: number): Cell[][] {
  return Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns),
  )
}

function classOf({ holder, held, role, block, range }: Cell): string {
  if (holder) return `address-${holder.kind}`
  if (held > 0) return 'address-some'
  if (role) return 'address-never'
  if (range === 'none') return 'address-outside'
  return block.prefix < 32 ? 'address-block' : ''
}

/** The fuller a block, the stronger its colour; on a scale of powers, since few of many are what there is. */
function fillOf({ block, held }: Cell) {
  if (block.prefix === 32 || held === 0) return undefined
  const share = 25 + 75 * (Math.log(held + 1) / Math.log(sizeOf(block) + 1))
  return { '--share': `${Math.round(share)}%` } as React.CSSProperties
}

function sentenceOf(t: ReturnType<typeof useTranslations<'panel.addressMap'>>, cell: Cell): string {
  const { text, holder, role, held, block, range } = cell
  if (holder) return t(`is.${holder.kind}`, { address: text, who: holder.who })
  if (role) return t(`is.${role}`, { address: text })
  if (block.prefix < 32) return t('blockIs', { block: text, held, size: sizeOf(block) })
  return range === 'none' ? t('is.outside', { address: text }) : t('is.free', { address: text })
}

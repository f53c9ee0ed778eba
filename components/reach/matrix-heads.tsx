'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import type { ReachColumn, ReachEnd } from '@/server/observe/reach/contract'
import { isolated } from '../tables/namespaces/isolated'
import { columnKey, rowKey } from './matrix'
import { useEndName } from './names'
import { roles } from './roles'

/** In pixels. */
export const rowHeadWidth = 200

/** A column in sight: its place in what is shown and in the matrix, and its width in pixels. */
export interface ColumnPlace {
  readonly index: number
  readonly column: number
  readonly width: number
}

interface HeadsProps {
  columns: readonly ReachColumn[]
  places: readonly ColumnPlace[]
  before: number
  after: number
}

/** Ports of one target stand together under its name. */
export function Heads({ columns, places, before, after }: HeadsProps) {
  const t = useTranslations('probe.reach')
  const nameOf = useEndName()
  const groups: { key: string; end: ReachEnd; span: number; at: number; width: number }[] = []
  for (const { index, column, width } of places) {
    const end = columns[column]
    if (!end) continue
    const last = groups.at(-1)
    if (last?.key === rowKey(end)) {
      last.span += 1
      last.width += width
    } else groups.push({ key: rowKey(end), end, span: 1, at: index, width })
  }
  return (
    <thead {...roles.rowgroup} className="sticky top-0 z-20 block">
      <tr {...roles.row} aria-rowindex={1} className="flex h-7">
        <th
          scope="col"
          {...roles.columnheader}
          aria-colindex={1}
          className="sticky left-0 z-30 flex-none border-line border-r bg-surface px-3 pt-3 text-left font-normal text-faint text-xs"
          style={{ width: rowHeadWidth }}
        >
          {t('corner')}
        </th>
        <Blank width={before} isHead />
        {groups.map(({ key, end, span, at, width }) => (
          <th
            key={key}
            scope="colgroup"
            {...roles.columnheader}
            aria-colspan={span}
            aria-colindex={at + 2}
            className="h-7 flex-none truncate border-line border-r bg-surface px-2 pt-1 text-left font-medium"
            style={{ width }}
            title={isolated(nameOf(end))}
          >
            {isolated(nameOf(end))}
          </th>
        ))}
        <Blank width={after} isHead />
      </tr>
      <tr {...roles.row} aria-rowindex={2} className="flex h-[25px]">
        <td
          aria-hidden="true"
          className="sticky left-0 z-30 flex-none border-line border-r border-b bg-surface"
          style={{ width: rowHeadWidth }}
        />
        <Blank width={before} isHead isSecond />
        {places.map(({ index, column, width }) => {
          const target = columns[column]
          const text = target ? portText(target) : ''
          return (
            <th
              key={target ? columnKey(target) : index}
              scope="col"
              {...roles.columnheader}
              aria-colindex={index + 2}
              title={isolated(text)}
              style={{ width }}
              className="h-[25px] flex-none truncate border-line border-r border-b bg-surface px-2 text-left font-mono font-normal text-muted text-xs"
            >
              {text === '' ? t('echo') : isolated(text)}
            </th>
          )
        })}
        <Blank width={after} isHead isSecond />
      </tr>
    </thead>
  )
}

/** In the place of columns that are out of sight. */
export function Blank({
  width,
  isHead = false,
  isSecond = false,
}: {
  width: number
  isHead?: boolean
  isSecond?: boolean
}) {
  if (width <= 0) return null
  return (
    <td
      aria-hidden="true"
      className={clsx('flex-none', isHead && 'border-line bg-surface', isSecond && 'border-b')}
      style={{ width }}
    />
  )
}

export function portText({ protocol, port, leadsTo }: ReachColumn): string {
  if (port === null) return ''
  return `${port}/${protocol}${leadsTo ? ` → ${leadsTo.name}:${leadsTo.port}` : ''}`
}

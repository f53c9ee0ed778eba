'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import type { ReachColumn, ReachEnd } from '@/server/observe/reach/contract'
import { isolated } from '../tables/namespaces/isolated'
import { columnKey, rowKey } from './matrix'
import { useEndName } from './names'

interface HeadsProps {
  columns: readonly ReachColumn[]
  places: readonly { index: number; column: number }[]
  before: number
  after: number
}

/** Ports of one target stand together under its name. */
export function Heads({ columns, places, before, after }: HeadsProps) {
  const t = useTranslations('probe.reach')
  const nameOf = useEndName()
  const groups: { key: string; end: ReachEnd; span: number; at: number }[] = []
  for (const { index, column } of places) {
    const end = columns[column]
    if (!end) continue
    const last = groups.at(-1)
    if (last?.key === rowKey(end)) last.span += 1
    else groups.push({ key: rowKey(end), end, span: 1, at: index })
  }
  return (
    <thead className="sticky top-0 z-20">
      <tr aria-rowindex={1}>
        <th
          scope="col"
          rowSpan={2}
          className="sticky left-0 z-30 border-line border-r border-b bg-surface px-3 py-1.5 text-left font-normal text-faint text-xs"
        >
          {t('corner')}
        </th>
        <Blank width={before} isHead />
        {groups.map(({ key, end, span, at }) => (
          <th
            key={key}
            scope="colgroup"
            colSpan={span}
            aria-colindex={at + 2}
            className="h-7 truncate border-line border-r bg-surface px-2 text-left font-medium"
            title={isolated(nameOf(end))}
          >
            {isolated(nameOf(end))}
          </th>
        ))}
        <Blank width={after} isHead />
      </tr>
      <tr aria-rowindex={2}>
        <Blank width={before} isHead isSecond />
        {places.map(({ index, column }) => {
          const target = columns[column]
          const text = target ? portText(target) : ''
          return (
            <th
              key={target ? columnKey(target) : index}
              scope="col"
              aria-colindex={index + 2}
              title={isolated(text)}
              className="h-[25px] truncate border-line border-r border-b bg-surface px-2 text-left font-mono font-normal text-muted text-xs"
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
  return <td aria-hidden="true" className={clsx(isHead && 'border-line bg-surface', isSecond && 'border-b')} />
}

export function portText({ protocol, port, leadsTo }: ReachColumn): string {
  if (port === null) return ''
  return `${port}/${protocol}${leadsTo ? ` → ${leadsTo.name}:${leadsTo.port}` : ''}`
}

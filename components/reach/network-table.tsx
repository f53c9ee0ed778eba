'use client'

import { useTranslations } from 'next-intl'
import { isolated } from '../tables/namespaces/isolated'
import { AnswerShape } from './answer-looks'
import { type Group, summarize } from './groups'
import { answers, type Difference, type Matrix } from './matrix'

const bars = {
  reachable: 'bg-ok',
  refused: 'bg-warn',
  dropped: 'bg-bad',
  none: 'bg-faint',
  unknown: 'bg-line-strong',
} as const

/** Who reaches whom, network by network: how many of the ways between them. Each opens its part of the whole. */
export function NetworkTable({
  matrix,
  rows,
  columns,
  changes,
  onOpen,
}: {
  matrix: Matrix
  rows: readonly Group[]
  columns: readonly Group[]
  changes: readonly Difference[]
  onOpen: (from: Group, to: Group) => void
}) {
  const t = useTranslations('probe.reach')
  const nameOf = useGroupName()
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      aria-label={t('title')}
      className="min-h-0 flex-1 overflow-auto"
    >
      <table aria-label={t('title')} className="border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky top-0 left-0 z-30 min-w-48 border-line border-r border-b bg-surface px-3 py-1.5 text-left font-normal text-faint text-xs"
            >
              {t('corner')}
            </th>
            {columns.map((group) => (
              <th
                key={groupKey(group)}
                scope="col"
                className="sticky top-0 z-20 min-w-32 max-w-48 truncate border-line border-r border-b bg-surface px-3 py-1.5 text-left font-medium"
                title={nameOf(group)}
              >
                {nameOf(group)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((from) => (
            <tr key={groupKey(from)}>
              <th
                scope="row"
                className="sticky left-0 z-10 max-w-64 truncate border-line border-r border-b bg-surface px-3 text-left font-medium"
                title={nameOf(from)}
              >
                {nameOf(from)}
                {from.kind === 'networks' && <span className="pl-2 font-normal text-faint">{from.size}</span>}
              </th>
              {columns.map((to) => (
                <SummaryCell key={groupKey(to)} {...{ matrix, from, to, changes }} onOpen={() => onOpen(from, to)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function SummaryCell({
  matrix,
  from,
  to,
  changes,
  onOpen,
}: {
  matrix: Matrix
  from: Group
  to: Group
  changes: readonly Difference[]
  onOpen: () => void
}) {
  const t = useTranslations('probe.reach')
  const nameOf = useGroupName()
  const { counts, total, most } = summarize(matrix, from, to)
  if (most === null) {
    return (
      <td className="h-11 border-line border-r border-b bg-sunken text-center text-faint">
        <span aria-hidden="true">{matrix.computedAt === null ? '·' : '–'}</span>
        <span className="sr-only">{matrix.computedAt === null ? t('computing') : t('itself')}</span>
      </td>
    )
  }
  const changed = changes.filter(
    ({ place }) => from.members.includes(place.row) && to.members.includes(place.column),
  ).length
  const told = answers.filter((answer) => counts[answer] > 0)
  const words = told.map((answer) => `${counts[answer]} ${t(`answer.${answer}`)}`).join(', ')
  const name = t('group', { from: nameOf(from), to: nameOf(to), words })
  return (
    <td className="border-line border-r border-b p-0">
      <button
        type="button"
        onClick={onOpen}
        aria-label={name}
        title={name}
        className="flex h-11 w-full flex-col justify-center gap-1 px-3 text-left hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2"
      >
        <span className="flex items-center gap-1.5 text-xs">
          <AnswerShape answer={most} />
          <span className="tabular-nums">
            {told.length === 1 ? t(`answer.${most}`) : t('share', { count: counts[most], total })}
          </span>
          {changed > 0 && <span className="ml-auto font-semibold tabular-nums">Δ {changed}</span>}
        </span>
        <span aria-hidden="true" className="flex h-1 w-full overflow-hidden rounded-full bg-line">
          {told.map((answer) => (
            <span key={answer} className={bars[answer]} style={{ width: `${(counts[answer] / total) * 100}%` }} />
          ))}
        </span>
      </button>
    </td>
  )
}

export function groupKey({ kind, name }: Pick<Group, 'kind' | 'name'>): string {
  return kind === 'networks' ? `in:${name}` : kind
}

/** How a group is called. */
export function useGroupName(): (group: Pick<Group, 'kind' | 'name'>) => string {
  const t = useTranslations('probe.reach')
  const place = useTranslations('probe.place')
  return ({ kind, name }) => {
    if (kind === 'host') return place('host')
    if (kind === 'outside') return t('outsideGroup')
    return name === '' ? t('noNetwork') : isolated(name)
  }
}

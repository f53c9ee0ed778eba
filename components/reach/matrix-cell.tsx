'use client'

import clsx from 'clsx'
import { memo } from 'react'
import type { ReachColumn, ReachEnd, ReachRequest, ReachVerdict, VerifiedCell } from '@/server/observe/reach/contract'
import { formatPlace, traceHref } from '../trace/place'
import { answerLooks } from './answer-looks'
import type { Answer } from './matrix'
import type { CellWords } from './use-cell-words'

interface CellProps {
  verdict: ReachVerdict | undefined
  answer: Answer | null
  row: ReachEnd
  column: ReachColumn
  by: ReachRequest['by']
  isWorded: boolean
  words: CellWords
  verified: VerifiedCell | undefined
  /** Undefined: as it was, or not compared. */
  before: Answer | null | undefined
  isCurrent: boolean
  /** In what is shown. */
  place: string
  onFocus: (place: { row: number; column: number }) => void
}

/** A way's answer, which leads to its explanation. */
export const MatrixCell = memo(function MatrixCell(props: CellProps) {
  const { verdict, answer, row, column, by, isWorded, words, verified, before, isCurrent, place, onFocus } = props
  if (verdict === undefined || answer === null) {
    return (
      <td className="border-line border-r border-b bg-sunken text-center text-faint">
        <span aria-hidden="true">{verdict === undefined ? '·' : '–'}</span>
        <span className="sr-only">{verdict === undefined ? words.computing : words.itself}</span>
      </td>
    )
  }
  const { icon: Icon, text, ground } = answerLooks[answer]
  const isNamed = by === 'name' && column.place.kind === 'container' && row.place.kind === 'container'
  const href = traceHref({
    from: formatPlace(row.place),
    to: isNamed ? `name:${column.name}` : formatPlace(column.place),
    protocol: column.protocol,
    port: column.port === null ? undefined : String(column.port),
  })
  const name = words.name({ verdict, answer, row, column, verified, before })
  const [rowAt = 0, columnAt = 0] = place.split(' ').map(Number)
  return (
    <td
      className={clsx('border-line border-r border-b p-0', ground)}
      data-answer={answer}
      data-agreement={verified?.agreement}
      data-changed={before !== undefined || undefined}
    >
      {/* The table leads there: of thousands of cells none is to be more than it has to. */}
      <a
        href={href}
        data-cell={place}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={() => onFocus({ row: rowAt, column: columnAt })}
        aria-label={name}
        title={name}
        className={clsx(
          'flex h-7 items-center gap-1.5 px-2 hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2',
          text,
          verified?.agreement === 'differs' && 'shadow-[inset_0_0_0_2px_var(--bad)]',
          before !== undefined && 'underline decoration-2 decoration-dotted underline-offset-4',
        )}
      >
        <Icon aria-hidden="true" className="size-3.5 shrink-0" />
        {isWorded && <span className="truncate text-xs">{words.answer(answer)}</span>}
        {verified && (
          <span aria-hidden="true" className="ml-auto font-mono font-semibold text-xs">
            {{ agrees: '=', differs: '≠', undecided: '?' }[verified.agreement]}
          </span>
        )}
        {before !== undefined && (
          <span aria-hidden="true" className="font-semibold">
            Δ
          </span>
        )}
      </a>
    </td>
  )
})

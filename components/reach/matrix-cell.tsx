'use client'

import clsx from 'clsx'
import { memo } from 'react'
import type { ReachColumn, ReachEnd, ReachVerdict, VerifiedCell } from '@/server/observe/reach/contract'
import { AnswerShape, answerLooks } from './answer-looks'
import type { Answer } from './matrix'
import { roles } from './roles'
import type { CellWords } from './use-cell-words'

interface CellProps {
  verdict: ReachVerdict | undefined
  answer: Answer | null
  row: ReachEnd
  column: ReachColumn
  href: string
  isWorded: boolean
  words: CellWords
  verified: VerifiedCell | undefined
  /** Undefined: as it was, or not compared. */
  before: Answer | null | undefined
  isCurrent: boolean
  /** Where it stands in what is shown. */
  place: string
  /** The number of its column among all of the table's, and its width in pixels. */
  colindex: number
  width: number
}

/** A way's answer, which leads to its explanation. */
export const MatrixCell = memo(function MatrixCell(props: CellProps) {
  const { verdict, answer, row, column, href, isWorded, words, verified, before, isCurrent, place } = props
  const own = { ...roles.cell, 'aria-colindex': props.colindex, style: { width: props.width } }
  if (verdict === undefined || answer === null) {
    return (
      <td {...own} className="h-full flex-none border-line border-r border-b bg-sunken text-center text-faint">
        <span aria-hidden="true">{verdict === undefined ? '·' : '–'}</span>
        <span className="sr-only">{verdict === undefined ? words.computing : words.itself}</span>
      </td>
    )
  }
  const { text, ground } = answerLooks[answer]
  const name = words.name({ verdict, answer, row, column, verified, before })
  return (
    <td
      {...own}
      className={clsx('h-full flex-none border-line border-r border-b p-0', ground)}
      data-answer={answer}
      data-agreement={verified?.agreement}
      data-changed={before !== undefined || undefined}
    >
      {/* The table leads there: of thousands of cells none is to be more than it has to. */}
      <a
        href={href}
        data-cell={place}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={name}
        className={clsx(
          'flex h-7 items-center gap-1.5 px-2 hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2',
          text,
          verified?.agreement === 'differs' && 'shadow-[inset_0_0_0_2px_var(--bad)]',
          before !== undefined && 'underline decoration-2 decoration-dotted underline-offset-4',
        )}
      >
        <AnswerShape answer={answer} />
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

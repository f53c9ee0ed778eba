'use client'

import { useTranslations } from 'next-intl'
import { AnswerShape } from './answer-looks'
import { answers, countAnswers, type Matrix } from './matrix'

/** What the shapes mean, and how many there are of each. */
export function Legend({ matrix }: { matrix: Matrix }) {
  const t = useTranslations('probe.reach')
  const counts = countAnswers(matrix)
  return (
    <ul
      aria-label={t('legend')}
      className="flex shrink-0 flex-wrap gap-x-4 gap-y-1 border-line border-b px-4 py-1.5 text-xs"
    >
      {answers.map((answer) => (
        <li key={answer} className="flex items-center gap-1.5">
          <AnswerShape answer={answer} />
          {t(`answer.${answer}`)} <span className="text-muted tabular-nums">{counts[answer]}</span>
        </li>
      ))}
      <li className="ml-auto text-faint">{t('verifyNote')}</li>
    </ul>
  )
}

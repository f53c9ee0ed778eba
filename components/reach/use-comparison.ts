'use client'

import { useMemo, useState } from 'react'
import { countGone, differences, type Matrix, momentOf } from './matrix'
import { useMoments } from './moments'

/** Stands for no moment. */
export const nothing = '-'

/** What is another way now than at a moment that was remembered. */
export function useComparison(matrix: Matrix | null, asked: string) {
  const { moments, remember } = useMoments()
  const [compared, compare] = useState<string>(nothing)
  const comparable = moments.filter((moment) => moment.asked === asked)
  const moment = comparable.find(({ at }) => at === compared)
  const changes = useMemo(() => (matrix && moment ? differences(matrix, moment) : []), [matrix, moment])
  return {
    ...{ compared, compare, moment, changes, moments: comparable },
    gone: matrix && moment ? countGone(matrix, moment) : 0,
    rememberNow(): void {
      if (!matrix?.computedAt) return
      remember(momentOf(matrix, asked, matrix.computedAt))
      compare(matrix.computedAt)
    },
  }
}

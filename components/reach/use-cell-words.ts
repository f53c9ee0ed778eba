import { useTranslations } from 'next-intl'
import { useMemo, useRef } from 'react'
import type { ReachColumn, ReachEnd, ReachVerdict, VerifiedCell } from '@/server/observe/reach/contract'
import { useSay } from '../i18n/use-say'
import { isolated } from '../tables/namespaces/isolated'
import { useSaid } from '../trace/said'
import type { Answer } from './matrix'
import { useEndName } from './names'

export interface CellSaid {
  readonly verdict: ReachVerdict
  readonly answer: Answer
  readonly row: ReachEnd
  readonly column: ReachColumn
  readonly verified: VerifiedCell | undefined
  /** Undefined: as it was, or not compared. */
  readonly before: Answer | null | undefined
}

export interface CellWords {
  /** All that a cell says, for its name. */
  name(said: CellSaid): string
  answer(answer: Answer): string
  readonly itself: string
  readonly computing: string
}

/** How a port is told: "80/tcp", "8080/tcp → web:80", "ping". */
export function usePortWords(): (column: ReachColumn) => string {
  const t = useTranslations('probe.reach')
  return ({ protocol, port, leadsTo }) => {
    if (port === null) return t('echo')
    const own = `${port}/${protocol}`
    return leadsTo ? `${own} → ${isolated(leadsTo.name)}:${leadsTo.port}` : own
  }
}

/** The same as long as the language is, so that cells are not made anew. */
export function useCellWords(): CellWords {
  const t = useTranslations('probe.reach')
  const used = { said: useSaid(), nameOf: useEndName(), portOf: usePortWords(), say: useSay() }
  const latest = useRef(used)
  latest.current = used
  return useMemo(() => {
    const { said, nameOf, portOf, say } = latest.current
    return {
      itself: t('itself'),
      computing: t('computing'),
      answer: (answer) => t(`answer.${answer}`),
      name: ({ verdict, answer, row, column, verified, before }) =>
        [
          t('cell', {
            from: isolated(nameOf(row)),
            to: isolated(nameOf(column)),
            port: portOf(column),
            answer: t(`answer.${answer}`),
          }),
          verdict.cause ? said.cause(verdict.cause) : isolated(say(verdict.error)),
          verified ? t(`agreement.${verified.agreement}`, { result: verified.errno ?? verified.result }) : '',
          before === undefined ? '' : t('before', { answer: before === null ? t('notThere') : t(`answer.${before}`) }),
        ]
          .filter((part) => part !== '')
          .join(' · '),
    }
  }, [t])
}

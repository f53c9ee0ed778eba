import { useTranslations } from 'next-intl'
import { useMemo, useRef } from 'react'
import type { ReachColumn, ReachEnd, ReachVerdict, VerifiedCell } from '@/server/observe/reach/contract'
import { useSay } from '../i18n/use-say'
import { isolated } from '../tables/namespaces/isolated'
import { useSaid } from '../trace/said'
import { type Answer, answers } from './matrix'
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

/** Stand for what is put into a sentence thousands of times: to format it each time would take the frames of scrolling. */
const marks = { from: '\uE001', to: '\uE002', port: '\uE003', answer: '\uE004' } as const
const anyMark = /[\uE001-\uE004]/g

/** The same as long as the language is, so that cells are not made anew. */
export function useCellWords(): CellWords {
  const t = useTranslations('probe.reach')
  const used = { said: useSaid(), nameOf: useEndName(), portOf: usePortWords(), say: useSay() }
  const latest = useRef(used)
  latest.current = used
  return useMemo(() => {
    const { said, nameOf, portOf, say } = latest.current
    const template = t('cell', marks)
    const causes = remembering(({ cause, error }: ReachVerdict) => (cause ? said.cause(cause) : isolated(say(error))))
    const names = remembering((end: ReachEnd) => isolated(nameOf(end)))
    const ports = remembering(portOf)
    const answerWords = Object.fromEntries(answers.map((answer) => [answer, t(`answer.${answer}`)])) as Record<
      Answer,
      string
    >
    return {
      itself: t('itself'),
      computing: t('computing'),
      answer: (answer) => answerWords[answer],
      name: ({ verdict, answer, row, column, verified, before }) => {
        const values: Readonly<Record<string, string>> = {
          ...{ [marks.from]: names(row), [marks.to]: names(column) },
          ...{ [marks.port]: ports(column), [marks.answer]: answerWords[answer] },
        }
        return [
          template.replace(anyMark, (mark) => values[mark] ?? ''),
          causes(verdict),
          verified ? t(`agreement.${verified.agreement}`, { result: verified.errno ?? verified.result }) : '',
          before === undefined ? '' : t('before', { answer: before === null ? t('notThere') : answerWords[before] }),
        ]
          .filter((part) => part !== '')
          .join(' · ')
      },
    }
  }, [t])
}

/** Worked out once for each. */
function remembering<Of extends object>(work: (of: Of) => string): (of: Of) => string {
  const known = new WeakMap<Of, string>()
  return (of) => {
    const text = known.get(of) ?? work(of)
    known.set(of, text)
    return text
  }
}

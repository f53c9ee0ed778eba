'use client'

import { useTranslations } from 'next-intl'
import type { Member, QueryView } from '@/server/dns/contract'
import { Badge } from '../ui/badge'
import { plainText } from '../wiring/plain-text'
import { codeGroup } from './query-feed'

/** Where an answer came from, in words, and who was left out of it. */
export function Cause({ cause }: Pick<QueryView, 'cause'>) {
  const words = useCauseWords()
  return (
    <span className="flex flex-wrap items-baseline gap-x-2">
      <bdi className="text-muted">{words(cause)}</bdi>
      {cause.from === 'names' && <LeftOut members={cause.origin.members} />}
    </span>
  )
}

function useCauseWords(): (cause: QueryView['cause']) => string {
  const t = useTranslations('names.cause')
  return (cause) => {
    switch (cause.from) {
      case 'names':
        return t(cause.origin.kind, { network: cause.origin.network.name, matched: cause.origin.matched })
      case 'upstream':
        if (cause.tried.length === 0) return t('upstream', { server: cause.server })
        return t('upstreamAfter', { server: cause.server, tried: cause.tried.join(', ') })
      case 'silence':
        return cause.tried.length === 0 ? t('silenceNobody') : t('silence', { tried: cause.tried.join(', ') })
      default:
        return t(`refusal.${cause.reason}`)
    }
  }
}

/** Whom their health checks keep out of the answer. */
export function LeftOut({ members }: { members: readonly Member[] }) {
  const t = useTranslations('names')
  const namesOf = (readiness: Member['readiness']) =>
    members
      .filter((member) => !member.answered && member.readiness === readiness)
      .flatMap(({ container }) => container?.name ?? [])
      .join(', ')
  const isFailing = members.length > 0 && members.every(({ readiness }) => readiness === 'unhealthy')
  return (
    <>
      {(['unhealthy', 'starting'] as const).map((readiness) => {
        const names = namesOf(readiness)
        return (
          names !== '' && (
            <span key={readiness} className="text-warn text-xs">
              {t(`leftOut.${readiness}`, { names })}
            </span>
          )
        )
      })}
      {isFailing && members.length > 1 && <span className="text-warn text-xs">{t('allFailing')}</span>}
    </>
  )
}

/** The records of an answer, or why there are none. */
export function AnswerText({ query }: { query: QueryView }) {
  const t = useTranslations('names')
  const group = codeGroup(query)
  if (group !== 'answered') {
    return (
      <span className="flex items-baseline gap-1.5">
        <Badge mono tone={group === 'failed' ? 'bad' : 'warn'}>
          {query.code === '' ? '–' : query.code}
        </Badge>
      </span>
    )
  }
  if (query.answerCount === 0) return <span className="text-faint">{t('noRecords')}</span>
  const more = query.answerCount - query.answers.length
  return (
    <span className="font-mono text-xs">
      <bdi>{plainText(query.answers.join(', '))}</bdi>
      {more > 0 && <span className="text-faint"> {t('more', { count: more })}</span>}
    </span>
  )
}

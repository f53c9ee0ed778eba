'use client'

import { useTranslations } from 'next-intl'
import type { ServiceView } from '@/server/observe/snapshot'
import { Badge } from '../ui/badge'

/** The services of a strip: name, and how many of the members answer. */
export function ServiceChips({ services }: { services: readonly ServiceView[] }) {
  const t = useTranslations('balance.service')
  return services.map(({ id, name, members }) => {
    const ready = members.filter(({ out }) => out === null).length
    const words = t('chip', { name, ready, count: members.length })
    return (
      <Badge key={id} mono tone={ready === members.length && ready > 0 ? 'accent' : 'warn'} title={words}>
        <span className="sr-only">{words}</span>
        <span aria-hidden="true">
          {name} {ready}/{members.length}
        </span>
      </Badge>
    )
  })
}

'use client'

import { Shield, ShieldBan } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Badge } from '@/components/ui/badge'
import type { Policy } from '@/server/cnm/policy'
import { usePanel } from '../topology/panel-state'
import { traceHref } from '../trace/place'
import { denialBetween, isShut } from './policy-verdict'

/** A shield where a policy holds; barred where it lets nothing be begun from outside. */
export function PolicyBadge({ policy }: { policy: Policy | undefined }) {
  const t = useTranslations('panel.policy')
  if (!policy) return null
  const Icon = isShut(policy) ? ShieldBan : Shield
  return (
    <Badge title={t(isShut(policy) ? 'shutHint' : 'badgeHint', { count: policy.rules.length })}>
      <Icon className="size-3" aria-hidden="true" />
      <span className="sr-only">{t('badge')}</span>
    </Badge>
  )
}

/** On a card beside the selected one: policies let that one begin nothing with this. */
export function DeniedBadge({ id }: { id: string }) {
  const t = useTranslations('panel.policy')
  const selected = usePanel(({ selectedNodes }) => (selectedNodes.size === 1 ? [...selectedNodes][0] : undefined))
  const denied = useSnapshot((picture) => {
    const denial = selected === undefined ? undefined : denialBetween(picture, selected, id)
    return (
      denial && {
        ...denial,
        from: picture.containers[selected ?? '']?.name ?? '',
        to: picture.containers[id]?.name ?? '',
      }
    )
  })
  if (!denied) return null
  return (
    <Link
      href={traceHref({ from: `container:${selected}`, to: `container:${id}` })}
      prefetch={false}
      className="nodrag nopan rounded hover:brightness-95"
      onClick={(event) => event.stopPropagation()}
    >
      <Badge tone="warn" title={t(`denied.${denied.direction}`, denied)}>
        <ShieldBan className="size-3" aria-hidden="true" />
        {t('deniedWord')}
      </Badge>
    </Link>
  )
}

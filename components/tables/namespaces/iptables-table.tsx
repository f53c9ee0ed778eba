'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { useTranslations } from 'next-intl'
import type { Family } from '@/server/cnm/address'
import type { Told } from '@/server/cnm/sentence'
import type { NamespaceFirewallEvent } from '@/server/observe/tables/contract'
import { useTRPC } from '../../trpc/client'
import { Choice } from '../../ui/choice'
import { EmptyState } from '../../ui/empty-state'
import { Spinner } from '../../ui/spinner'
import { useAddressState } from '../address-state'
import { type FirewallFeed, mergeFirewallEvent } from '../firewall-feed'
import { useHeldFeed } from '../held-feed'
import { RuleFilters, Rules } from '../iptables'
import { LiveControl } from '../live-control'
import { TableNotice } from './table-notice'
import type { Place } from './table-spec'

type Variant = 'nf_tables' | 'legacy'

interface Held {
  readonly firewall: FirewallFeed | undefined
  readonly failure: Told | null
  readonly isGone: boolean
}

/** iptables of either variant in any namespace, drawn as the host's. */
export function IptablesTable({ place }: { place: Place }) {
  const { parameters } = useAddressState()
  const family: Family = parameters.get('family') === 'ipv6' ? 'ipv6' : 'ipv4'
  const variant: Variant = parameters.get('variant') === 'legacy' ? 'legacy' : 'nf_tables'
  return <VariantTable key={`${family} ${variant}`} place={place} family={family} variant={variant} />
}

/** In the address "table" is the page's; the open chain's table is called so. */
const chainTable = 'in'

function VariantTable({ place, family, variant }: { place: Place; family: Family; variant: Variant }) {
  const t = useTranslations('namespaces')
  const { change } = useAddressState()
  const { feed, state, setPaused } = useVariant({ namespace: place.id, family, variant })
  const { firewall, failure = null, isGone = false } = feed ?? {}
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-2">
        <Choice<Variant>
          label={t('iptables.variant')}
          showLabel={false}
          value={variant}
          onValueChange={(next) => change({ variant: next === 'legacy' ? next : '', [chainTable]: '', chain: '' })}
          options={[
            { value: 'nf_tables', label: t('iptables.nf_tables') },
            { value: 'legacy', label: t('iptables.legacy') },
          ]}
        />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <RuleFilters family={family} parameter={chainTable} />
          {!isGone && <LiveControl state={state} onPause={setPaused} />}
        </div>
      </div>
      <TableNotice feed={{ failure, isGone, cut: 0, total: 0, rows: new Map() }} searched="" />
      {feed === undefined && <EmptyState icon={<Spinner />} title={t('waiting')} />}
      {firewall?.firewall.tables.length === 0 && (
        <EmptyState title={t('iptables.none')}>{t('iptables.noneHint')}</EmptyState>
      )}
      {firewall && firewall.firewall.tables.length > 0 && (
        <Rules
          feed={firewall}
          program={family === 'ipv6' ? 'ip6tables' : 'iptables'}
          isHeld={state === 'paused' || isGone}
          parameter={chainTable}
        />
      )}
    </>
  )
}

function useVariant(question: { namespace: string; family: Family; variant: Variant }) {
  const { take, live } = useHeldFeed<Held>()
  const subscription = useTRPC().namespace.watchFirewall.subscriptionOptions(question, {
    onData: (event) => take((held) => merge(held, event, Date.now())),
  })
  return live(useSubscription(subscription).status)
}

function merge(held: Held | undefined, event: NamespaceFirewallEvent, now: number): Held {
  const firewall = held?.firewall
  if (event.type === 'gone') return { firewall, failure: null, isGone: true }
  if (event.type === 'failed') return { firewall, failure: event.message, isGone: false }
  return { firewall: mergeFirewallEvent(firewall, event, now), failure: null, isGone: false }
}

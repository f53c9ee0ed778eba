'use client'

import { Funnel } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useCallback, useDeferredValue, useMemo } from 'react'
import type { Family } from '@/server/cnm/address'
import type { RuleView } from '@/server/observe/snapshot'
import { useSnapshot } from '../trpc/snapshot'
import { Choice } from '../ui/choice'
import { EmptyState } from '../ui/empty-state'
import { Spinner } from '../ui/spinner'
import { useAddressState } from './address-state'
import { ChainPath } from './chain-path'
import { useClock } from './clock'
import { explainRule } from './explain-rule'
import { FilterChips } from './filter-chips'
import { useFirewall } from './firewall'
import { type Counter, type FirewallFeed, isMoving } from './firewall-feed'
import { HookRail } from './hook-rail'
import { LiveControl } from './live-control'
import { listRuleItems, ownerFilters, type RuleItem } from './rule-list'
import { ChainRow, glowOf, RuleRow, type RuleRowProps } from './rule-row'
import { SearchField } from './search-field'
import { TablePage } from './table-page'
import { UserRules } from './user-rules'
import { VirtualTable } from './virtual-table'

/** The host's firewall, read along the packet's way. */
export function Iptables() {
  const { parameters } = useAddressState()
  const family: Family = parameters.get('family') === 'ipv6' ? 'ipv6' : 'ipv4'
  return <FamilyTables key={family} family={family} />
}

/** ip6tables is read only while its side is open. */
function FamilyTables({ family }: { family: Family }) {
  const t = useTranslations('tables.iptables')
  const { feed, state, setPaused } = useFirewall(family)
  return (
    <TablePage
      title="iptables"
      aside={feed && <span className="font-mono text-faint text-xs">{feed.firewall.variant}</span>}
      tools={
        <>
          <UserRules family={family} />
          <RuleFilters family={family} parameter="table" />
          <LiveControl state={state} onPause={setPaused} />
        </>
      }
    >
      {feed === undefined ? (
        <EmptyState icon={<Spinner />} title={t('waiting')} />
      ) : (
        <Rules feed={feed} program={family === 'ipv6' ? 'ip6tables' : 'iptables'} isHeld={state === 'paused'} />
      )}
    </TablePage>
  )
}

/** Family, filters and search, kept in the address. */
export function RuleFilters({ family, parameter }: { family: Family; parameter: string }) {
  const t = useTranslations('tables.iptables')
  const { parameters, change } = useAddressState()
  const filters = [...parameters.getAll('owner'), ...(parameters.get('counted') === 'yes' ? ['counted'] : [])]
  return (
    <>
      <Choice
        label={t('family')}
        showLabel={false}
        value={family}
        onValueChange={(next) => change({ family: next === 'ipv6' ? next : '', [parameter]: '', chain: '' })}
        options={[
          { value: 'ipv4', label: 'IPv4' },
          { value: 'ipv6', label: 'IPv6' },
        ]}
      />
      <FilterChips
        label={t('filter')}
        chips={[...ownerFilters, 'counted' as const].map((value) => ({ value, label: t(`filters.${value}`) }))}
        selected={filters}
        onChange={(selected) =>
          change({
            owner: selected.filter((value) => value !== 'counted'),
            counted: selected.includes('counted') ? 'yes' : '',
          })
        }
      />
      <SearchField label={t('search')} initial={parameters.get('q') ?? ''} onSearch={(q) => change({ q })} />
    </>
  )
}

/** `parameter`: what the table of the open chain is called in the address. */
export function Rules({
  feed,
  program,
  isHeld,
  parameter = 'table',
}: {
  feed: FirewallFeed
  program: RuleRowProps['program']
  isHeld: boolean
  parameter?: string
}) {
  const t = useTranslations('tables.iptables')
  const now = useClock(!isHeld)
  const { parameters, change } = useAddressState()
  const table = parameters.get(parameter)
  const trail = parameters.getAll('chain')
  const chain = trail.at(-1)
  const current = table !== null && chain !== undefined ? { table, chain } : null
  const items = useRuleItems(feed, parameter)
  const explain = useExplain()

  const open = useCallback(
    (to: string, name: string) => change({ [parameter]: to, chain: name }, { push: true }),
    [change, parameter],
  )
  const follow = useCallback(
    (to: string, name: string) => change(followJump(to, name, parameter), { push: true }),
    [change, parameter],
  )

  return (
    <>
      <HookRail feed={feed} now={now} current={current} onOpen={open} />
      <ChainPath
        firewall={feed.firewall}
        table={table}
        trail={trail}
        onOpen={(to, chains) => change({ [parameter]: to ?? '', chain: chains }, { push: true })}
      />
      <VirtualTable<RuleItem>
        key={`${table} ${chain}`}
        label="iptables"
        className="min-h-0 flex-1"
        minWidth={960}
        columns={[
          { key: 'number', header: t('number'), width: '52px', align: 'right' },
          { key: 'packets', header: t('packets'), width: '88px', align: 'right' },
          { key: 'bytes', header: t('bytes'), width: '88px', align: 'right' },
          { key: 'match', header: t('match') },
          { key: 'target', header: t('target'), width: '176px' },
          { key: 'owner', header: t('owner'), width: '168px' },
          { key: 'copy', header: <span className="sr-only">{t('copy')}</span>, width: '66px' },
        ]}
        items={items}
        itemKey={(item) => item.key}
        estimateHeight={(item) => (item.type === 'chain' ? 33 : 51)}
        empty={<NoRules isNarrowed={parameters.has('q') || parameters.has('owner') || parameters.has('counted')} />}
        renderItem={(item, rowProps) =>
          item.type === 'chain' ? (
            <ChainRow
              key={item.key}
              item={item}
              counter={feed.policies.get(item.key)}
              rowProps={rowProps}
              onOpen={open}
            />
          ) : (
            <RuleRow
              key={item.key}
              program={program}
              table={item.table}
              rule={item.rule}
              counter={feed.rules.get(item.rule.key)}
              moves={isMoving(feed.rules.get(item.rule.key), now)}
              glow={glowOf(feed.rules.get(item.rule.key), now)}
              sentence={explain(item.rule)}
              rowProps={rowProps}
              onOpen={follow}
            />
          )
        }
      />
    </>
  )
}

/** One step further along the jumps; a chain that the trail leads over already is gone back to. */
function followJump(table: string, chain: string, parameter: string): Record<string, string | string[]> {
  const address = new URLSearchParams(window.location.search)
  const trail = address.get(parameter) === table ? address.getAll('chain') : []
  const at = trail.indexOf(chain)
  return { [parameter]: table, chain: [...(at < 0 ? trail : trail.slice(0, at)), chain] }
}

function NoRules({ isNarrowed }: { isNarrowed: boolean }) {
  const t = useTranslations('tables.iptables')
  const { change } = useAddressState()
  return (
    <EmptyState
      icon={<Funnel />}
      title={isNarrowed ? t('noneFound') : t('none')}
      actions={
        isNarrowed && (
          <button
            type="button"
            className="rounded text-accent hover:underline"
            onClick={() => change({ q: '', owner: '', counted: '' })}
          >
            {t('showAll')}
          </button>
        )
      }
    >
      {isNarrowed ? t('noneFoundHint') : t('noneHint')}
    </EmptyState>
  )
}

/** Only what is counted at all depends on the counters, so that a second's tick does not list 4,000 rules anew. */
function useRuleItems({ firewall, rules }: FirewallFeed, parameter: string): RuleItem[] {
  const { parameters } = useAddressState()
  const explain = useExplain()
  const address = useDeferredValue(parameters.toString())
  const onlyCounted = parameters.get('counted') === 'yes'
  const counters = onlyCounted ? rules : noCounters
  return useMemo(() => {
    const asked = new URLSearchParams(address)
    const table = asked.get(parameter)
    const chain = asked.getAll('chain').at(-1)
    return listRuleItems(
      firewall,
      counters,
      {
        chain: table !== null && chain !== undefined ? { table, chain } : null,
        owners: asked.getAll('owner'),
        onlyCounted,
        search: (asked.get('q') ?? '').trim().toLowerCase(),
      },
      (rule) => `${explain(rule)} ${rule.owner?.name ?? ''}`,
    )
  }, [firewall, counters, address, onlyCounted, explain, parameter])
}

const noCounters: ReadonlyMap<string, Counter> = new Map()

/** A rule's sentence, worked out once as long as the rule and the language stay. */
function useExplain(): (rule: RuleView) => string {
  const t = useTranslations('tables.explain')
  const bridges = useSnapshot(({ networks }) =>
    Object.fromEntries(
      Object.values(networks).flatMap(({ device, name }) => (device === null ? [] : [[device, name]])),
    ),
  )
  return useMemo(() => {
    const networkOf = (device: string): string | undefined => bridges[device]
    const sentences = new Map<string, string>()
    return (rule) => {
      const known = sentences.get(rule.key)
      if (known !== undefined) return known
      const sentence = explainRule(rule, t, networkOf)
      sentences.set(rule.key, sentence)
      return sentence
    }
  }, [t, bridges])
}

'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import type { FirewallView } from '@/server/observe/snapshot'
import { Tooltip } from '../ui/tooltip'
import { type Counter, type FirewallFeed, isMoving, policyKey } from './firewall-feed'
import { type Hook, hooks, tablesAt } from './hook'

export interface HookRailProps {
  feed: FirewallFeed
  now: number
  current: { table: string; chain: string } | null
  onOpen: (table: string, chain: string) => void
}

const cells: Record<Hook['key'], string> = {
  prerouting: 'col-start-1 row-span-2 row-start-1',
  forward: 'col-start-3 row-start-1',
  input: 'col-start-2 row-start-2',
  output: 'col-start-4 row-start-2',
  postrouting: 'col-start-5 row-span-2 row-start-1',
}

/** The way of a packet through the host: five hooks, the tables on each, and what passes there now. */
export function HookRail({ feed, now, current, onOpen }: HookRailProps) {
  const t = useTranslations('tables.hooks')
  const passes = (key: Hook['key']) => hooks.some((hook) => hook.key === key && passesAt(feed, hook, now))
  return (
    <section aria-label={t('label')} className="relative shrink-0 overflow-x-auto border-line border-b bg-ground">
      <div className="relative mx-auto grid min-w-[800px] max-w-[1180px] grid-cols-5 grid-rows-2 items-center justify-items-center gap-x-2 gap-y-2.5 px-4 py-3">
        <Ways through={passes('forward')} inward={passes('input')} outward={passes('output')} />
        {hooks.map((hook) => (
          <HookCard key={hook.key} hook={hook} feed={feed} now={now} current={current} onOpen={onOpen} />
        ))}
        <p className="relative col-start-3 row-start-2 justify-self-center rounded-full border border-line-strong border-dashed bg-ground px-3 py-1 text-center text-faint text-xs max-[1100px]:max-w-28">
          {t('host')}
        </p>
      </div>
    </section>
  )
}

function Ways({ through, inward, outward }: { through: boolean; inward: boolean; outward: boolean }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
      fill="none"
      className="absolute inset-x-4 inset-y-3 h-[calc(100%-24px)] w-[calc(100%-32px)]"
    >
      <Way path="M10 50 C 22 50 18 25 32 25 L 68 25 C 82 25 78 50 90 50" isLit={through} />
      <Way path="M10 50 C 22 50 18 75 28 75 L 50 75" isLit={inward} />
      <Way path="M50 75 L 72 75 C 82 75 78 50 90 50" isLit={outward} />
    </svg>
  )
}

function Way({ path, isLit }: { path: string; isLit: boolean }) {
  return (
    <>
      <path d={path} vectorEffect="non-scaling-stroke" strokeWidth="1.5" stroke="var(--line-strong)" />
      <path
        d={path}
        vectorEffect="non-scaling-stroke"
        strokeWidth="2"
        stroke="var(--accent)"
        strokeDasharray="3 7"
        strokeLinecap="round"
        className={clsx('transition-opacity duration-500', isLit ? 'animate-flow opacity-100' : 'opacity-0')}
      />
    </>
  )
}

function HookCard({ hook, feed, now, current, onOpen }: HookRailProps & { hook: Hook }) {
  return (
    <div
      className={clsx(
        'relative rounded-lg border border-line bg-surface px-2 pt-1 pb-1.5 max-[1100px]:px-1.5',
        cells[hook.key],
      )}
    >
      <h2 className="mb-0.5 font-medium font-mono text-ink text-xs">{hook.key}</h2>
      <div className="flex gap-1">
        {tablesAt(feed.firewall, hook).map((table) => (
          <TableChip
            key={table}
            table={table}
            chain={hook.chain}
            rate={rateAt(feed, table, hook.chain, now)}
            isMoving={movesAt(feed, table, hook.chain, now)}
            isCurrent={current?.table === table && current.chain === hook.chain}
            onOpen={onOpen}
          />
        ))}
      </div>
    </div>
  )
}

function TableChip(props: {
  table: string
  chain: string
  rate: number
  isMoving: boolean
  isCurrent: boolean
  onOpen: (table: string, chain: string) => void
}) {
  const t = useTranslations('tables.hooks')
  const { table, chain, rate, isMoving: isLit, isCurrent, onOpen } = props
  return (
    <Tooltip content={isLit ? t('passing', { table, chain, rate: Math.round(rate) }) : t('quiet', { table, chain })}>
      <button
        type="button"
        aria-pressed={isCurrent}
        onClick={() => onOpen(table, chain)}
        className={clsx(
          'flex h-5 items-center gap-1.5 rounded border px-1.5 max-[1100px]:gap-1 max-[1100px]:px-1 font-mono text-2xs transition-colors duration-300',
          isCurrent
            ? 'border-accent bg-accent-soft text-accent'
            : 'border-line text-muted hover:border-line-strong hover:text-ink',
        )}
      >
        <span
          aria-hidden="true"
          className={clsx(
            'size-1.5 rounded-full transition-colors duration-500',
            isLit ? 'bg-accent' : 'bg-line-strong',
          )}
        />
        {table}
      </button>
    </Tooltip>
  )
}

/** Counters of a built-in chain: its rules' and its policy's. */
function countersAt({ firewall, rules, policies }: FirewallFeed, table: string, chainName: string): Counter[] {
  const chain = findChain(firewall, table, chainName)
  const counters = [
    policies.get(policyKey(table, chainName)),
    ...(chain?.rules.map((rule) => rules.get(rule.key)) ?? []),
  ]
  return counters.filter((counter) => counter !== undefined)
}

function findChain(firewall: FirewallView, table: string, chain: string) {
  return firewall.tables.find(({ name }) => name === table)?.chains.find(({ name }) => name === chain)
}

function movesAt(feed: FirewallFeed, table: string, chain: string, now: number): boolean {
  return countersAt(feed, table, chain).some((counter) => isMoving(counter, now))
}

function rateAt(feed: FirewallFeed, table: string, chain: string, now: number): number {
  return countersAt(feed, table, chain)
    .filter((counter) => isMoving(counter, now))
    .reduce((sum, counter) => sum + counter.packetsPerSecond, 0)
}

function passesAt(feed: FirewallFeed, hook: Hook, now: number): boolean {
  return tablesAt(feed.firewall, hook).some((table) => movesAt(feed, table, hook.chain, now))
}

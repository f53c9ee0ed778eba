'use client'

import clsx from 'clsx'
import { CornerDownRight } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { memo, type ReactNode } from 'react'
import type { RuleView } from '@/server/observe/snapshot'
import { questionOfRule } from '../trace/rule-question'
import { TraceLink } from '../trace/trace-link'
import { Badge, type Tone } from '../ui/badge'
import { CopyButton } from '../ui/copy-button'
import { plainText } from '../wiring/plain-text'
import { useAmounts } from './amount'
import type { Counter } from './firewall-feed'
import { OwnerLink } from './owner-link'
import type { RuleItem } from './rule-list'
import type { RowProps } from './virtual-table'

const cellClass = 'border-line border-b px-3 py-1.5 align-top'

/** What stands between chains in the overview. */
export function ChainRow({
  item,
  counter,
  rowProps,
  onOpen,
}: {
  item: Extract<RuleItem, { type: 'chain' }>
  counter: Counter | undefined
  rowProps: RowProps
  onOpen: (table: string, chain: string) => void
}) {
  const t = useTranslations('tables.iptables')
  const amounts = useAmounts()
  const { table, chain } = item
  return (
    <tr {...rowProps}>
      <th scope="colgroup" colSpan={7} className="border-line border-b bg-ground px-3 py-1.5 text-left font-normal">
        <div className="flex items-center gap-2.5">
          <span className="font-mono text-faint text-xs">{table}</span>
          <button
            type="button"
            onClick={() => onOpen(table, chain.name)}
            className="rounded font-medium font-mono text-ink text-sm hover:text-accent hover:underline"
          >
            {plainText(chain.name)}
          </button>
          {chain.policy !== null && <Policy policy={chain.policy} />}
          <span className="text-faint text-xs">{t('ruleCount', { count: chain.rules.length })}</span>
          {counter && (
            <span className="ml-auto font-mono text-faint text-xs">
              {t('policyCounted', { packets: amounts.count(counter.packets), bytes: amounts.bytes(counter.bytes) })}
            </span>
          )}
        </div>
      </th>
    </tr>
  )
}

export function Policy({ policy }: { policy: string }) {
  const t = useTranslations('tables.iptables')
  return (
    <Badge mono tone={policy === 'DROP' ? 'bad' : 'neutral'}>
      {t('policy', { policy })}
    </Badge>
  )
}

export interface RuleRowProps {
  program: 'iptables' | 'ip6tables'
  table: string
  rule: RuleView
  counter: Counter | undefined
  /** True: its rate stands. */
  moves: boolean
  /** Class that lights the row, while it does. */
  glow: string | undefined
  /** What it does, in words. */
  sentence: string
  rowProps: RowProps
  onOpen: (table: string, chain: string) => void
}

export const RuleRow = memo(function RuleRow(props: RuleRowProps) {
  const { program, table, rule, counter, moves, glow, sentence, rowProps, onOpen } = props
  const t = useTranslations('tables.iptables')
  const amounts = useAmounts()
  const packets = counter?.packets ?? rule.packets
  return (
    <tr {...rowProps} className={clsx('group hover:bg-hover', glow)}>
      <td className={clsx(cellClass, 'text-right font-mono text-faint text-xs leading-5')}>{rule.number}</td>
      <Counted isIdle={packets === 0} rate={moves ? amounts.rate(counter?.packetsPerSecond ?? 0) : null}>
        {amounts.count(packets)}
      </Counted>
      <Counted isIdle={packets === 0} rate={moves ? amounts.byteRate(counter?.bytesPerSecond ?? 0) : null}>
        {amounts.bytes(counter?.bytes ?? rule.bytes)}
      </Counted>
      <td className={cellClass}>
        <p className="text-ink leading-5">{plainText(sentence)}</p>
        <code className="block break-words text-faint text-xs leading-[18px]">
          {showMatch(rule.match) || t('anything')}
        </code>
      </td>
      <td className={cellClass}>
        <Target table={table} rule={rule} onOpen={onOpen} />
      </td>
      <td className={clsx(cellClass, 'leading-5')}>
        <OwnerLink owner={rule.owner} />
      </td>
      <td className={clsx(cellClass, 'whitespace-nowrap px-1 text-right')}>
        <TraceLink
          draft={questionOfRule(rule)}
          what="rule"
          look="icon"
          className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        />
        <CopyButton
          text={`${program} -t ${table} ${rule.text}`}
          what={t('ruleAsCommand', { number: rule.number })}
          className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        />
      </td>
    </tr>
  )
})

function Counted({ isIdle, rate, children }: { isIdle: boolean; rate: string | null; children: ReactNode }) {
  return (
    <td className={clsx(cellClass, 'text-right font-mono text-xs leading-5')}>
      <span className={isIdle ? 'text-faint' : 'text-ink'}>{children}</span>
      <span className="block text-2xs text-accent leading-[18px]">{rate}</span>
    </td>
  )
}

const targetTones: Partial<Record<string, Tone>> = { ACCEPT: 'ok', DROP: 'bad', REJECT: 'bad' }

function Target({ table, rule, onOpen }: Pick<RuleRowProps, 'table' | 'rule' | 'onOpen'>) {
  const t = useTranslations('tables.iptables')
  if (rule.isJump) {
    return (
      <button
        type="button"
        onClick={() => onOpen(table, rule.target)}
        aria-label={t('openChain', { chain: plainText(rule.target) })}
        className="inline-flex max-w-full items-center gap-1 rounded font-mono text-accent text-xs leading-5 hover:underline"
      >
        <CornerDownRight aria-hidden="true" className="size-3 shrink-0" />
        <span className="truncate">{plainText(rule.target)}</span>
      </button>
    )
  }
  return (
    <div className="flex flex-col items-start gap-0.5">
      {rule.target !== '' && (
        <Badge mono tone={targetTones[rule.target] ?? 'accent'}>
          {rule.target}
        </Badge>
      )}
      {rule.targetArgs !== '' && (
        <code className="max-w-full break-words text-faint text-xs leading-[18px]">{plainText(rule.targetArgs)}</code>
      )}
    </div>
  )
}

/** Without the mark of its owner, who stands beside it. */
function showMatch(match: string): string {
  return plainText(match.replace(/-m comment --comment "?patchbay:[^" ]*"?/, '').trim())
}

/** Two names for one glow, taken in turn, so that it starts anew when a counter moves while it still fades. */
export function glowOf(counter: Pick<Counter, 'movedAt' | 'moves'> | undefined, now: number): string | undefined {
  if (counter === undefined || counter.movedAt === 0 || now - counter.movedAt > 1_500) return undefined
  return counter.moves % 2 === 0 ? 'animate-glow' : 'animate-glow-again'
}

'use client'

import { ChevronRight } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Fragment } from 'react'
import type { FirewallView } from '@/server/observe/snapshot'
import { Select } from '../ui/select'
import { plainText } from '../wiring/plain-text'
import { Policy } from './rule-row'

export interface ChainPathProps {
  firewall: FirewallView
  table: string | null
  /** The chains that one came by; the last is shown. */
  trail: readonly string[]
  /** A table of null: all chains. */
  onOpen: (table: string | null, trail: string[]) => void
}

const all = 'all'

/** Where in the firewall one is: the way back along the jumps, and a choice of every chain. */
export function ChainPath({ firewall, table, trail, onOpen }: ChainPathProps) {
  const t = useTranslations('tables.iptables')
  const current = firewall.tables.find(({ name }) => name === table)?.chains.find(({ name }) => name === trail.at(-1))
  const choices = firewall.tables.flatMap(({ name, chains }) =>
    chains.map((chain) => ({
      value: JSON.stringify([name, chain.name]),
      label: (
        <span className="font-mono text-xs">
          <span className="text-faint">{name} </span>
          {plainText(chain.name)} <span className="text-faint">{chain.rules.length}</span>
        </span>
      ),
      table: name,
      chain: chain.name,
    })),
  )
  const selected = choices.find((choice) => choice.table === table && choice.chain === trail.at(-1))
  return (
    <div className="flex h-10 shrink-0 items-center gap-2 border-line border-b px-4">
      <nav aria-label={t('path')} className="flex min-w-0 flex-1 items-center gap-1.5 overflow-x-auto text-sm">
        <Crumb isLast={current === undefined} onClick={() => onOpen(null, [])}>
          {t('allChains')}
        </Crumb>
        {table !== null && trail.length > 0 && (
          <>
            <Arrow />
            <span className="font-mono text-faint text-xs">{table}</span>
          </>
        )}
        {table !== null &&
          trail.map((chain, index) => (
            <Fragment key={chain}>
              <Arrow />
              <Crumb
                isMono
                isLast={index === trail.length - 1}
                onClick={() => onOpen(table, trail.slice(0, index + 1))}
              >
                {plainText(chain)}
              </Crumb>
            </Fragment>
          ))}
        {current !== undefined && current.policy !== null && <Policy policy={current.policy} />}
      </nav>
      <Select
        aria-label={t('chooseChain')}
        value={selected?.value ?? all}
        options={[{ value: all, label: t('allChains') }, ...choices]}
        onValueChange={(value) => {
          const choice = choices.find((candidate) => candidate.value === value)
          if (choice) onOpen(choice.table, [choice.chain])
          else onOpen(null, [])
        }}
        className="h-7! w-64! shrink-0 text-sm"
      />
    </div>
  )
}

function Arrow() {
  return <ChevronRight aria-hidden="true" className="size-3 shrink-0 text-faint" />
}

function Crumb(props: { isLast: boolean; isMono?: boolean; onClick: () => void; children: string }) {
  const font = props.isMono ? 'font-mono text-xs' : ''
  if (props.isLast) {
    return (
      <span aria-current="page" className={`whitespace-nowrap font-medium text-ink ${font}`}>
        {props.children}
      </span>
    )
  }
  return (
    <button
      type="button"
      onClick={props.onClick}
      className={`whitespace-nowrap rounded text-muted hover:text-accent hover:underline ${font}`}
    >
      {props.children}
    </button>
  )
}

'use client'

import clsx from 'clsx'
import { ChevronDown, ChevronUp, Ear, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { IconButton } from '../ui/icon-button'
import { NewTerminal } from './new-terminal'
import { TerminalView } from './terminal-view'
import { leaveKey, type TerminalTab, useTerminals } from './terminals'

const [lowest, step, initialHeight] = [120, 24, 300]

/** Terminals at the bottom of every page: a tab each, as high as one likes. Nothing of it is there while none is open. */
export function TerminalDock() {
  const t = useTranslations('terminal')
  const terminals = useTerminals()
  const { tabs, active, isUnfolded } = terminals
  const [height, setHeight] = useState(initialHeight)
  const [isReadAloud, setReadAloud] = useState(false)
  const bar = useRef<HTMLDivElement>(null)
  if (tabs.length === 0) return null
  const current = tabs.find(({ id }) => id === active)
  const leave = () => bar.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus()
  return (
    <section aria-label={t('dock')} className="flex flex-col border-line-strong border-t bg-surface">
      {isUnfolded && <Grip height={height} onChange={setHeight} />}
      <div className="flex h-8 shrink-0 items-center gap-1 border-line border-b pr-2 pl-1">
        <div ref={bar} role="tablist" aria-label={t('dock')} className="flex min-w-0 items-center overflow-x-auto">
          {tabs.map((tab) => (
            <DockTab key={tab.id} tab={tab} />
          ))}
        </div>
        <NewTerminal />
        <p className="min-w-0 flex-1 truncate text-right text-faint text-xs">{t('keys', { leave: leaveKey })}</p>
        <IconButton
          label={t('readAloud')}
          size="small"
          aria-pressed={isReadAloud}
          className={clsx(isReadAloud && 'bg-accent-soft text-accent!')}
          onClick={() => setReadAloud(!isReadAloud)}
        >
          <Ear />
        </IconButton>
        <IconButton
          label={isUnfolded ? t('fold') : t('unfold')}
          size="small"
          aria-expanded={isUnfolded}
          onClick={() => terminals.setUnfolded(!isUnfolded)}
        >
          {isUnfolded ? <ChevronDown /> : <ChevronUp />}
        </IconButton>
        {current && (
          <IconButton
            label={t('close', { container: current.container.name })}
            size="small"
            onClick={() => terminals.close(current.id)}
          >
            <X />
          </IconButton>
        )}
      </div>
      <div className="flex min-h-0 flex-col" style={{ height: isUnfolded ? height : 0 }} hidden={!isUnfolded}>
        {tabs.map((tab) => (
          <TerminalView
            key={tab.id}
            tab={tab}
            isActive={tab.id === active && isUnfolded}
            isReadAloud={isReadAloud}
            onLeave={leave}
            onClose={() => terminals.close(tab.id)}
          />
        ))}
      </div>
    </section>
  )
}

/** Tabs of the same words are told apart by numbers. */
const wordsOf = ({ container, command }: TerminalTab) => [container.id, ...command].join(' ')

function DockTab({ tab }: { tab: TerminalTab }) {
  const { tabs, active, select, close } = useTerminals()
  const isActive = tab.id === active
  const alike = tabs.filter((other) => wordsOf(other) === wordsOf(tab))

  function move(event: KeyboardEvent<HTMLElement>) {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = way === 0 ? undefined : tabs[tabs.indexOf(tab) + way]
    if (event.key === 'Delete') close(tab.id)
    if (!next) return
    event.preventDefault()
    select(next.id)
    const tablist = event.currentTarget.closest('[role="tablist"]')
    tablist?.querySelector<HTMLElement>(`[aria-controls="terminal-${next.id}"]`)?.focus()
  }

  return (
    <button
      type="button"
      role="tab"
      aria-selected={isActive}
      aria-controls={`terminal-${tab.id}`}
      tabIndex={isActive ? 0 : -1}
      onClick={() => select(tab.id)}
      onKeyDown={move}
      className={clsx(
        'h-8 max-w-56 shrink-0 truncate border-b-2 px-2.5 text-sm hover:text-ink focus-visible:-outline-offset-2',
        isActive ? 'border-accent text-ink' : 'border-transparent text-muted',
      )}
    >
      <bdi>{tab.container.name}</bdi>
      {alike.length > 1 && <span className="ml-1.5 text-faint text-xs">{alike.indexOf(tab) + 1}</span>}
      {tab.command.length > 0 && <bdi className="ml-1.5 font-mono text-faint text-xs">{tab.command.join(' ')}</bdi>}
    </button>
  )
}

/** Its height, by pointer or by arrow keys. */
function Grip({ height, onChange }: { height: number; onChange: (height: number) => void }) {
  const t = useTranslations('terminal')
  const highest = () => Math.max(lowest, window.innerHeight - 260)
  const change = (next: number) => onChange(Math.round(Math.min(highest(), Math.max(lowest, next))))

  function drag(event: PointerEvent<HTMLElement>) {
    const grip = event.currentTarget
    const from = event.clientY
    grip.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => change(height + from - moved.clientY)
    grip.addEventListener('pointermove', move)
    grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), { once: true })
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule that one moves is no thematic break
    <div
      role="separator"
      aria-orientation="horizontal"
      aria-label={t('height')}
      aria-valuenow={height}
      aria-valuemin={lowest}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={({ key }) => {
        if (key === 'ArrowUp') change(height + step)
        if (key === 'ArrowDown') change(height - step)
      }}
      className="-mt-1 h-1.5 shrink-0 cursor-row-resize touch-none hover:bg-accent focus-visible:bg-accent"
    />
  )
}

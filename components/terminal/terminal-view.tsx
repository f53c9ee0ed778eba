'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { useTRPCClient } from '../trpc/client'
import { Button } from '../ui/button'
import { type TerminalApi, TerminalConnection, type TerminalState } from './connection'
import type { XtermScreen } from './screen'
import { leaveKey, type TerminalTab } from './terminals'

/** One terminal, from when it is drawn to when it is closed. */
export function TerminalView({
  tab,
  isActive,
  isReadAloud,
  onLeave,
  onClose,
}: {
  tab: TerminalTab
  isActive: boolean
  isReadAloud: boolean
  onLeave: () => void
  onClose: () => void
}) {
  const t = useTranslations('terminal')
  const [round, setRound] = useState(0)
  const [state, setState] = useState<TerminalState>({ state: 'opening' })
  const element = useRef<HTMLDivElement>(null)
  const screen = useRef<XtermScreen>(null)
  const label = t('label', { container: tab.container.name })
  const api = useTerminalApi(tab)
  const keys = t('keys', { leave: leaveKey })
  const latest = useRef({ onLeave, isReadAloud, isActive, label, keys, api })
  latest.current = { onLeave, isReadAloud, isActive, label, keys, api }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round begins anew
  useEffect(() => {
    let close: () => void = () => undefined
    let isOver = false
    void (async () => {
      // Large, and of use only here.
      const { createScreen } = await import('./screen')
      if (isOver || !element.current) return
      const made = createScreen(element.current, {
        ...latest.current,
        onLeave: () => latest.current.onLeave(),
        onType: (text) => connection.type(text),
        onResize: (size) => connection.resize(size),
      })
      const connection = new TerminalConnection(latest.current.api, {
        show: (bytes, shown) => made.write(bytes, shown),
        tell: (next) => {
          setState(next)
          // What it was opened from, a menu or the palette, has given the focus back to its button meanwhile.
          if (next.state === 'open' && latest.current.isActive) made.focus()
        },
      })
      screen.current = made
      close = () => {
        connection.close()
        made.dispose()
        screen.current = null
      }
      made.focus()
      await connection.open(made.size)
    })()
    return () => {
      isOver = true
      close()
    }
  }, [round])

  useEffect(() => screen.current?.setReadAloud(isReadAloud), [isReadAloud])
  useEffect(() => {
    if (isActive) screen.current?.focus()
  }, [isActive])

  return (
    <div
      id={`terminal-${tab.id}`}
      role="tabpanel"
      aria-label={label}
      hidden={!isActive}
      className="flex min-h-0 flex-1 flex-col bg-sunken"
    >
      <div ref={element} className="min-h-0 flex-1 overflow-hidden px-2 pt-1" data-testid={`terminal:${tab.id}`} />
      {state.state !== 'open' && state.state !== 'opening' && (
        <div role="status" className="flex shrink-0 items-center gap-3 border-line border-t px-3 py-1.5 text-sm">
          <span className={state.state === 'failed' ? 'text-bad' : 'text-muted'}>
            {state.state === 'failed' && t('failed', { reason: state.message })}
            {state.state === 'gone' && t('gone')}
            {state.state === 'ended' &&
              (state.exitCode === null ? t('ended') : t('endedWith', { code: state.exitCode }))}
          </span>
          <Button size="small" onClick={() => setRound(round + 1)}>
            {t('again')}
          </Button>
          <Button size="small" variant="ghost" onClick={onClose}>
            {t('close', { container: tab.container.name })}
          </Button>
        </div>
      )}
    </div>
  )
}

function useTerminalApi({ container, command }: TerminalTab): TerminalApi {
  const { terminal: calls } = useTRPCClient()
  return {
    open: async (size) => {
      const opened = await calls.open.mutate({ container: container.id, command: [...command], ...size })
      return opened.terminal
    },
    watch: (terminal, onEvent) => {
      const subscription = calls.watch.subscribe({ terminal }, { onData: ({ data }) => onEvent(data) })
      return () => subscription.unsubscribe()
    },
    write: (terminal, data) => calls.write.mutate({ terminal, data }),
    resize: (terminal, size) => calls.resize.mutate({ terminal, ...size }),
    seen: (terminal, position) => calls.seen.mutate({ terminal, position }),
    close: (terminal) => calls.close.mutate({ terminal }),
  }
}

'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { useTRPC } from '@/components/trpc/client'
import type { LogLineView } from '@/server/api/contract'
import type { Told } from '@/server/cnm/sentence'
import { useSay } from '../i18n/use-say'

const linesKept = 1000

interface Tail {
  readonly lines: readonly (LogLineView & { readonly id: string })[]
  readonly end: 'following' | 'ended' | 'failed'
  readonly message: Told
}

/** The container's log as it grows; it keeps to its end unless one scrolled up. */
export function ContainerLog({ id }: { id: string }) {
  const t = useTranslations('panel.log')
  const say = useSay()
  const trpc = useTRPC()
  const [tail, setTail] = useState<Tail>({ lines: [], end: 'following', message: '' })
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useSubscription(
    trpc.container.log.watch.subscriptionOptions(
      { container: id, tail: 200 },
      {
        onData: ({ id: lineId, data }) =>
          setTail((before) => {
            if (data.type === 'end') return { ...before, end: 'ended' }
            if (data.type === 'failed') return { ...before, end: 'failed', message: data.message }
            if (before.lines.some((line) => line.id === lineId)) return before
            return { ...before, lines: [...before.lines, { ...data.line, id: lineId }].slice(-linesKept) }
          }),
      },
    ),
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [tail.lines])
  return (
    <div
      ref={box}
      role="log"
      aria-label={t('label')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24
      }}
      className="min-h-40 flex-1 overflow-auto rounded-md border border-line bg-sunken p-2.5 font-mono text-xs leading-[17px]"
    >
      {tail.lines.map((line) => (
        <p key={line.id} className={`whitespace-pre-wrap break-words ${line.stream === 'stderr' ? 'text-warn' : ''}`}>
          <time dateTime={line.time} className="mr-2 select-none text-faint">
            {line.time.slice(11, 19)}
          </time>
          <bdi>{line.text}</bdi>
        </p>
      ))}
      {tail.lines.length === 0 && tail.end === 'following' && <p className="text-faint">{t('empty')}</p>}
      {tail.end === 'ended' && <p className="text-faint">{t('ended')}</p>}
      {tail.end === 'failed' && <p className="text-bad">{say(tail.message)}</p>}
    </div>
  )
}

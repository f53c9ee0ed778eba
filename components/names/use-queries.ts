'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { useRef, useState } from 'react'
import { liveState } from '../tables/firewall'
import { useTRPC } from '../trpc/client'
import { mergeQueryEvent, type QueryFeed } from './query-feed'

/** What containers ask the resolver, as long as this is on the page. */
export function useQueries() {
  const trpc = useTRPC()
  const latest = useRef<QueryFeed>(undefined)
  const [shown, setShown] = useState<QueryFeed>()
  const [isPaused, setIsPaused] = useState(false)
  const { status } = useSubscription(
    trpc.dns.watch.subscriptionOptions(undefined, {
      onData(event) {
        latest.current = mergeQueryEvent(latest.current, event)
        if (!isPaused) setShown(latest.current)
      },
    }),
  )
  return {
    feed: shown,
    state: liveState(isPaused, status === 'pending', shown !== undefined),
    setPaused(paused: boolean) {
      setIsPaused(paused)
      setShown(latest.current)
    },
  }
}

'use client'

import { useMutation } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useState } from 'react'
import type { PointRequest } from '@/server/observe/capture/contract'
import { useHeldFeed } from '../tables/held-feed'
import { type ApiError, useTRPC, useTRPCClient } from '../trpc/client'
import { type CaptureFeed, mergeCaptureEvent } from './capture-feed'

export interface CaptureAsked {
  readonly points: readonly PointRequest[]
  readonly filter: string
  readonly seconds: number
  readonly bytes: number
  readonly packets: number
}

/** One capture at a time, which ends with the page. */
export function useCapture() {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [capture, setCapture] = useState<string | null>(null)
  const [isEnded, setIsEnded] = useState(true)
  const { take, live } = useHeldFeed<CaptureFeed>()
  const starting = useMutation(trpc.capture.start.mutationOptions())
  const subscription = useSubscription(
    trpc.capture.watch.subscriptionOptions(
      { capture: capture ?? '' },
      {
        enabled: capture !== null,
        onData: ({ data }) => {
          if (data.type === 'ended' || data.type === 'gone') setIsEnded(true)
          take((feed) => mergeCaptureEvent(feed, data, Date.now()))
        },
      },
    ),
  )
  useEffect(() => {
    if (capture === null) return
    // What the browser gives no time for, the daemon does by itself a few seconds later.
    return () => void client.capture.close.mutate({ capture }).catch(() => undefined)
  }, [capture, client])
  const held = live(subscription.status)

  return {
    ...held,
    capture,
    isRunning: capture !== null && !isEnded,
    isStarting: starting.isPending,
    error: starting.error as ApiError | null,
    start(asked: CaptureAsked): void {
      starting.mutate(
        { ...asked, points: [...asked.points] },
        {
          onSuccess: (started) => {
            take(() => undefined)
            held.setPaused(false)
            setIsEnded(false)
            setCapture(started.capture)
          },
        },
      )
    },
    stop(): void {
      if (capture !== null) void client.capture.stop.mutate({ capture }).catch(() => undefined)
    },
  }
}

'use client'

import { skipToken } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState } from 'react'
import type { ReachRequest, VerifiedCell, VerifyEvent, VerifyState } from '@/server/observe/reach/contract'
import { useLatestChange } from '../trace/use-explanation'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { type Matrix, mergeReach, verifiedByKey } from './matrix'

export type AskedReach = Omit<ReachRequest, 'containers'>

/** Who reaches whom, anew when somebody changes something by Patchbay. */
export function useReach(asked: AskedReach) {
  const [matrix, setMatrix] = useState<Matrix | null>(null)
  const subscription = useSubscription(
    useTRPC().reach.watch.subscriptionOptions(asked, {
      onData: (event) => setMatrix((before) => mergeReach(before, event)),
    }),
  )
  const change = useLatestChange()
  const { reset } = subscription
  const first = useRef(change)
  useEffect(() => {
    if (first.current === change) return
    first.current = change
    reset()
  }, [change, reset])
  return { matrix, reset, error: subscription.error?.message ?? null }
}

/** Probes for all cells of what is asked, from this page. */
export function useVerification(asked: AskedReach) {
  const client = useTRPCClient()
  const [run, setRun] = useState<{ id: string; of: string } | null>(null)
  const [state, setState] = useState<VerifyState | null>(null)
  const [cells, setCells] = useState<ReadonlyMap<string, VerifiedCell>>(new Map())
  const [error, setError] = useState<string | null>(null)
  const text = JSON.stringify(asked)
  const running = useRef<string | null>(null)

  useSubscription(
    useTRPC().reach.follow.subscriptionOptions(run ? { id: run.id } : skipToken, {
      onData: (event: VerifyEvent) => {
        setState(event.state)
        if (!isBusyStage(event.state)) running.current = null
        const fresh = verifiedByKey(event.cells)
        setCells((before) => (event.type === 'state' ? fresh : new Map([...before, ...fresh])))
      },
      onError: ({ message }) => setError(message),
    }),
  )

  // What a page began ends with it.
  useEffect(
    () => () => {
      if (running.current) void client.reach.cancel.mutate({ id: running.current }).catch(() => undefined)
    },
    [client],
  )

  async function verify(): Promise<void> {
    setError(null)
    setState(null)
    setCells(new Map())
    try {
      const { id } = await client.reach.verify.mutate(asked)
      running.current = id
      setRun({ id, of: text })
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    }
  }

  async function cancel(): Promise<void> {
    if (run) await client.reach.cancel.mutate({ id: run.id }).catch(() => undefined)
  }

  const isOfAsked = run?.of === text
  return {
    ...{ verify, cancel, error },
    state: isOfAsked ? state : null,
    cells: isOfAsked ? cells : none,
    isBusy: isOfAsked && error === null && (state === null || isBusyStage(state)),
  }
}

const none: ReadonlyMap<string, VerifiedCell> = new Map()

function isBusyStage({ stage }: VerifyState): boolean {
  return stage === 'explaining' || stage === 'sending'
}

'use client'

import { skipToken } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReachEvent, ReachRequest, VerifiedCell, VerifyEvent, VerifyState } from '@/server/observe/reach/contract'
import { useLatestChange } from '../trace/use-explanation'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { cellKey, type Matrix, mergeReach } from './matrix'

export type AskedReach = Omit<ReachRequest, 'containers'>

/** What came within this is drawn at once. */
const drawEveryMs = 100

/** Who reaches whom, anew when somebody changes something by Patchbay, or other containers are there. */
export function useReach(asked: AskedReach, containers: string) {
  const { matrix, take } = useMatrix(JSON.stringify(asked))
  const subscription = useSubscription(useTRPC().reach.watch.subscriptionOptions(asked, { onData: take }))
  const change = `${useLatestChange()} ${containers}`
  const { reset } = subscription
  const first = useRef(change)
  useEffect(() => {
    if (first.current === change) return
    first.current = change
    reset()
  }, [change, reset])
  return { matrix, reset, error: subscription.error?.message ?? null }
}

/** Thousands of cells come a second: they are put in their places as they come, and drawn now and then. */
function useMatrix(asked: string) {
  const [drawn, setDrawn] = useState<{ matrix: Matrix | null; asked: string }>({ matrix: null, asked })
  const latest = useRef(drawn)
  const draw = useNowAndThen(() => setDrawn(latest.current))
  const take = useCallback(
    (event: ReachEvent) => {
      const before = latest.current.asked === asked ? latest.current.matrix : null
      latest.current = { matrix: mergeReach(before, event), asked }
      draw()
    },
    [asked, draw],
  )
  return { matrix: drawn.asked === asked ? drawn.matrix : null, take }
}

/** Calls it soon after it is asked to, once however often that is. */
function useNowAndThen(work: () => void): () => void {
  const timer = useRef<number | undefined>(undefined)
  const latest = useRef(work)
  latest.current = work
  useEffect(
    () => () => {
      window.clearTimeout(timer.current)
      timer.current = undefined
    },
    [],
  )
  return useCallback(() => {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined
      latest.current()
    }, drawEveryMs)
  }, [])
}

/** Probes for all cells of what is asked, from this page. */
export function useVerification(asked: AskedReach) {
  const client = useTRPCClient()
  const [run, setRun] = useState<{ id: string; of: string } | null>(null)
  const [{ state, cells }, setDrawn] = useState<Verified>(nothing)
  const latest = useRef<Verified>(nothing)
  const draw = useNowAndThen(() => setDrawn({ ...latest.current }))
  const [error, setError] = useState<string | null>(null)
  const text = JSON.stringify(asked)
  const running = useRef<string | null>(null)

  useSubscription(
    useTRPC().reach.follow.subscriptionOptions(run ? { id: run.id } : skipToken, {
      onData: (event: VerifyEvent) => {
        if (!isBusyStage(event.state)) running.current = null
        const known = event.type === 'state' ? new Map<string, VerifiedCell>() : latest.current.cells
        for (const cell of event.cells) known.set(cellKey(cell.row, cell.column), cell)
        latest.current = { state: event.state, cells: known }
        draw()
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
    latest.current = { state: null, cells: new Map() }
    setDrawn(latest.current)
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
    cells: isOfAsked ? cells : nothing.cells,
    isBusy: isOfAsked && error === null && (state === null || isBusyStage(state)),
  }
}

interface Verified {
  readonly state: VerifyState | null
  /** By their places; events write into it. */
  readonly cells: Map<string, VerifiedCell>
}

const nothing: Verified = { state: null, cells: new Map() }

function isBusyStage({ stage }: VerifyState): boolean {
  return stage === 'explaining' || stage === 'sending'
}

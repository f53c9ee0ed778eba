'use client'

import { skipToken } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useState } from 'react'
import type { TraceQuestion } from '@/server/observe/trace/contract'
import type { ProbeState } from '@/server/observe/trace/prober-contract'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { useLatestChange } from './use-explanation'

/** A probe that was sent from this page, while its question is the one that is asked, and nothing has been changed since. */
export function useProbe(question: TraceQuestion | undefined) {
  const client = useTRPCClient()
  const [sent, setSent] = useState<{ id: string; of: string } | null>(null)
  const [state, setState] = useState<ProbeState | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isAsking, setAsking] = useState(false)
  const text = `${JSON.stringify(question)} ${useLatestChange()}`
  useSubscription(
    useTRPC().trace.follow.subscriptionOptions(sent ? { id: sent.id } : skipToken, {
      onData: setState,
      onError: ({ message }) => setError(message),
    }),
  )

  async function send(): Promise<void> {
    if (!question) return
    setAsking(true)
    setError(null)
    setState(null)
    try {
      setSent({ id: (await client.trace.send.mutate(question)).id, of: text })
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    } finally {
      setAsking(false)
    }
  }

  const isOfQuestion = sent?.of === text
  const isBusy = isAsking || (isOfQuestion && error === null && !isOver(state))
  return { send, isBusy, state: isOfQuestion ? state : null, error }
}

function isOver(state: ProbeState | null): boolean {
  return state?.stage === 'done' || state?.stage === 'failed'
}

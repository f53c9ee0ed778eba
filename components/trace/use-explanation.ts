'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { TraceQuestion } from '@/server/observe/trace/contract'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'

const typingMs = 150
/** A change has to have come to the kernel, and several are one. */
const changeMs = 400

/** An explanation of what is asked now, anew when somebody changes something by Patchbay. */
export function useExplanation(question: TraceQuestion | undefined) {
  const asked = useSettled(question, typingMs)
  const change = useLatestChange()
  const query = useQuery(
    useTRPC().trace.explain.queryOptions(asked ?? nowhere, {
      enabled: asked !== undefined,
      placeholderData: keepPreviousData,
      staleTime: 0,
      retry: false,
    }),
  )
  const { refetch } = query
  const explained = useRef(change)
  useEffect(() => {
    if (explained.current === change) return
    explained.current = change
    if (asked) void refetch()
  }, [change, asked, refetch])
  return { ...query, data: asked ? query.data : undefined }
}

/** Another text after every change that somebody makes by Patchbay. */
export function useLatestChange(): string {
  const latest = useSnapshot(({ operations }) => newest(operations))
  return useSettled(latest, changeMs)
}

const nowhere: TraceQuestion = { from: { kind: 'host' }, to: { kind: 'host' }, protocol: 'icmp' }

/** Probes change nothing. */
function newest(
  operations: Readonly<Record<string, { id: string; verb: string; status: string; startedAt: string }>>,
): string {
  let best = { id: '', startedAt: '', status: '' }
  for (const one of Object.values(operations)) {
    if (!/^(trace|reach)\./.test(one.verb) && one.startedAt > best.startedAt) best = one
  }
  return `${best.id} ${best.status}`
}

/** A value once it has stood still. */
export function useSettled<Value>(value: Value, delayMs: number): Value {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal values are one, whatever object holds them
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [text, delayMs])
  return settled
}

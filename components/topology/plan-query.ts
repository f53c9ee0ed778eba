'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ApiError } from '@/components/trpc/client'
import type { Told } from '@/server/cnm/sentence'
import { useSay } from '../i18n/use-say'

const debounceMs = 220

/** What a change would do, asked of the daemon without changing anything. */
export interface PlanState<Result> {
  readonly commands: readonly string[]
  /** What running containers notice of it, a sentence each. */
  readonly interruptions: readonly string[]
  readonly result: Result | undefined
  /** What may go wrong with it later. */
  readonly warnings: readonly string[]
  /** The error that the change would end with. */
  readonly error: PlanError | null
  readonly isPending: boolean
}

export interface PlanError {
  readonly message: string
  /** Path of the input that it is about; null: the whole. */
  readonly field: string | null
}

/**
 * The plan of a change, asked anew when the input has rested for a moment. `null` asks nothing.
 * While the next plan is on its way the last one stays, so that nothing jumps.
 */
export function usePlan<Input, Result>(
  name: string,
  input: Input | null,
  ask: (input: Input) => Promise<{
    result: Result
    commands: readonly string[]
    interruptions?: readonly Told[]
    warnings?: readonly Told[]
  }>,
): PlanState<Result> {
  const say = useSay()
  const settled = useDebounced(input)
  const query = useQuery({
    queryKey: ['plan', name, settled],
    queryFn: () => (settled === null ? null : ask(settled)),
    enabled: settled !== null,
    retry: false,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })
  const error = query.error ? planError(query.error) : null
  return {
    commands: error ? [] : (query.data?.commands ?? []),
    interruptions: error ? [] : (query.data?.interruptions ?? []).map(say),
    result: query.data?.result,
    warnings: error ? [] : (query.data?.warnings ?? []).map(say),
    error,
    isPending: query.isFetching || JSON.stringify(settled) !== JSON.stringify(input),
  }
}

/** The daemon's sentence, and where it belongs. */
export function planError(error: unknown): PlanError {
  const message = error instanceof Error ? error.message : String(error)
  const data = (error as Partial<ApiError>).data
  return { message, field: data?.patchbay?.field ?? null }
}

/** The sentence, if it is about one of these fields. */
export function errorAt(error: PlanError | null, ...fields: readonly string[]): string | null {
  const root = error?.field?.split('.')[0]
  return error && root !== undefined && fields.includes(root) ? error.message : null
}

/** The sentence, if it is about none of these fields. */
export function errorElsewhere(error: PlanError | null, fields: readonly string[]): string | null {
  if (!error) return null
  const root = error.field?.split('.')[0]
  return root !== undefined && fields.includes(root) ? null : error.message
}

function useDebounced<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal values are the same value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), debounceMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  isTRPCClientError,
  splitLink,
  type TRPCClientError,
  type TRPCLink,
} from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { useTranslations } from 'next-intl'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { AppRouter } from '@/server/api/router'
import { loadCatalogue, sayHere } from '../i18n/use-say'
import { TRPCProvider } from './client'

const url = '/api/trpc'
const signInPath = '/sign-in'

/** Queries, mutations and subscriptions for everything below it. Who is not signed in is sent to sign in. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const t = useTranslations('frame.unanswered')
  const words = useRef(t)
  useEffect(() => {
    words.current = t
  }, [t])
  const [queryClient] = useState(createQueryClient)
  const [client] = useState(() => createClient((key) => words.current(key)))
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

function createClient(say: SayUnanswered) {
  return createTRPCClient<AppRouter>({
    links: [
      signInLink,
      languageLink(say),
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url }),
        false: httpBatchLink({ url, maxURLLength: 8_000 }),
      }),
    ],
  })
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The browser calls itself offline when the last link of its machine goes down; the daemon is still there.
      queries: { networkMode: 'always', staleTime: 2_000, retry: (failures, error) => failures < 3 && mayMend(error) },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

/** True: the daemon or the way to it was at fault, not the question. */
function mayMend(error: unknown): boolean {
  const status: unknown = isTRPCClientError<AppRouter>(error) ? error.data?.httpStatus : undefined
  return typeof status !== 'number' || status >= 500
}

/** What is said where the daemon itself said nothing. */
type SayUnanswered = (key: 'away' | 'changing' | 'reading') => string

/** The message of an error is its sentence in the language that is read whenever it is looked at. */
function languageLink(say: SayUnanswered): TRPCLink<AppRouter> {
  const speak = (error: Error, message: () => string) =>
    void Object.defineProperty(error, 'message', { configurable: true, get: message })
  return linkOfErrors(async (error, type) => {
    const told = error.data?.patchbay?.told
    if (told !== undefined) {
      await loadCatalogue()
      speak(error, () => sayHere(told))
    } else if (!error.data) speak(error, () => say(type === 'mutation' ? 'changing' : 'reading'))
    else if (error.data.code === 'SERVICE_UNAVAILABLE') speak(error, () => say('away'))
  })
}

const signInLink = linkOfErrors(async (error) => goToSignIn(error))

/** Does something with errors before whoever called hears of them. */
function linkOfErrors(
  handle: (error: TRPCClientError<AppRouter>, type: 'query' | 'mutation' | 'subscription') => Promise<void>,
): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) =>
        next(op).subscribe({
          next: (result) => observer.next(result),
          error: (error) => void handle(error, op.type).then(() => observer.error(error)),
          complete: () => observer.complete(),
        }),
      )
}

function goToSignIn(error: unknown): void {
  if (!isTRPCClientError<AppRouter>(error) || error.data?.code !== 'UNAUTHORIZED') return
  if (window.location.pathname !== signInPath) window.location.assign(signInPath)
}

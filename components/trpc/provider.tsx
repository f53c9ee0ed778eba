'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  isTRPCClientError,
  splitLink,
  type TRPCLink,
} from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { type ReactNode, useState } from 'react'
import type { AppRouter } from '@/server/api/router'
import { TRPCProvider } from './client'

const url = '/api/trpc'
const signInPath = '/sign-in'

/** Queries, mutations and subscriptions for everything below it. Who is not signed in is sent to sign in. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const [client] = useState(createClient)
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

function createClient() {
  return createTRPCClient<AppRouter>({
    links: [
      signInLink,
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

const signInLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (result) => observer.next(result),
        error: (error) => {
          goToSignIn(error)
          observer.error(error)
        },
        complete: () => observer.complete(),
      }),
    )

function goToSignIn(error: unknown): void {
  if (!isTRPCClientError<AppRouter>(error) || error.data?.code !== 'UNAUTHORIZED') return
  if (window.location.pathname !== signInPath) window.location.assign(signInPath)
}

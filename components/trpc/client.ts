import type { TRPCClientError } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import type { AppRouter } from '@/server/api/router'

/**
 * `useTRPC()` gives `queryOptions`, `mutationOptions` and `subscriptionOptions` of every procedure:
 * `useQuery(useTRPC().network.list.queryOptions())`. `useTRPCClient()` calls without React.
 */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

/** What a failed call throws: `message` is the sentence to show, `data?.patchbay.field` the input it belongs to. */
export type ApiError = TRPCClientError<AppRouter>

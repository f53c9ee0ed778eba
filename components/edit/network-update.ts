'use client'

import { useTRPCClient } from '@/components/trpc/client'

type Client = ReturnType<typeof useTRPCClient>
type NetworkUpdate = Omit<Parameters<Client['network']['update']['mutate']>[0], 'network' | 'dryRun'>

/** Sends what is to become another of a network, or only asks what would run for it. */
export function useNetworkUpdate(network: string) {
  const client = useTRPCClient()
  return (input: NetworkUpdate, dryRun?: boolean) => client.network.update.mutate({ network, ...input, dryRun })
}

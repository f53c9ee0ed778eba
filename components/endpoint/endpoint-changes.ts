'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { toast } from '@/components/ui/toast'
import type { EndpointView } from '@/server/observe/snapshot'
import { formatDuration } from '../topology/bit-rate'
import { planError } from '../topology/plan-query'
import { type JointRequest, sameAgain } from './joint'

/** Names for people, of what is connected. */
export type JointNames = {
  readonly network: string
  readonly container: string
}

interface ChangeAnswer {
  readonly operation: { readonly durationMs: number | null } | null
  readonly result: EndpointView
}

/** Connecting and disconnecting, with a word about it afterwards. Each gives whether it succeeded. */
export function useEndpointChanges() {
  const client = useTRPCClient()
  const t = useTranslations('panel.change')
  return useMemo(() => {
    const detailsOf = ({ operation, result }: ChangeAnswer) =>
      [
        result.ipv4Address && t('address', { address: result.ipv4Address, ifname: result.ifname ?? '' }),
        tookOf(operation),
      ]
        .filter(Boolean)
        .join(' · ')

    async function connect(request: JointRequest, names: JointNames): Promise<void> {
      const answer = await client.network.connect.mutate(request)
      toast.done(t('connected', names), { description: detailsOf(answer) })
    }

    /** Connects to the new place first; only then is the old one given up. If that fails, nothing has changed. */
    async function move(endpoint: EndpointView, request: JointRequest, names: JointNames): Promise<void> {
      const answer = await client.network.connect.mutate(request)
      try {
        await client.network.disconnect.mutate({ network: endpoint.networkId, container: endpoint.containerId })
      } catch (error) {
        await client.network.disconnect.mutate({ network: request.network, container: request.container })
        throw error
      }
      toast.done(t('moved', names), { description: detailsOf(answer) })
    }

    async function disconnect(endpoint: EndpointView, names: JointNames): Promise<void> {
      try {
        const answer = await client.network.disconnect.mutate({
          network: endpoint.networkId,
          container: endpoint.containerId,
        })
        const took = tookOf(answer.operation)
        toast.done(t('disconnected', names), {
          ...(took === undefined ? {} : { description: took }),
          action: { label: t('undo'), onClick: () => void undo(endpoint, names) },
        })
      } catch (error) {
        toast.failed(t('disconnectFailed', names), { description: planError(error).message })
      }
    }

    async function undo(endpoint: EndpointView, names: JointNames): Promise<void> {
      try {
        await connect(sameAgain(endpoint), names)
      } catch (error) {
        toast.failed(t('connectFailed', names), { description: planError(error).message })
      }
    }

    return { connect, move, disconnect }
  }, [client, t])
}

function tookOf(operation: ChangeAnswer['operation']): string | undefined {
  return operation?.durationMs == null ? undefined : formatDuration(operation.durationMs)
}

'use client'

import { useTranslations } from 'next-intl'
import { useCallback, useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { toast } from '@/components/ui/toast'
import { planError } from './plan-query'

const networks = ['backend', 'frontend'] as const
const containers = [
  { name: 'container1', network: 'backend' },
  { name: 'container2', network: 'backend' },
  { name: 'container3', network: 'frontend' },
] as const

export interface ExampleProgress {
  readonly done: number
  readonly of: number
  /** Name of what is being made. */
  readonly making: string
}

/**
 * The example that the lessons begin with: two networks and three containers; what is left to do by
 * hand is the cable from container2 to frontend.
 */
export function useExample() {
  const client = useTRPCClient()
  const t = useTranslations('panel.empty')
  const [progress, setProgress] = useState<ExampleProgress | null>(null)

  const make = useCallback(async () => {
    const steps = [
      ...networks.map((name) => ({ making: name, run: () => client.network.create.mutate({ name }) })),
      ...containers.map(({ name, network }) => ({
        making: name,
        run: () =>
          client.container.create.mutate({
            name,
            network,
            image: 'busybox:latest',
            command: ['sleep', 'infinity'],
            start: true,
          }),
      })),
    ]
    try {
      for (const [done, { making, run }] of steps.entries()) {
        setProgress({ done, of: steps.length, making })
        await run()
      }
    } catch (reason) {
      toast.failed(t('failed'), { description: planError(reason).message })
    } finally {
      setProgress(null)
    }
  }, [client, t])

  return { make, progress }
}

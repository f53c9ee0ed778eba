'use client'

import { useMutation } from '@tanstack/react-query'
import { useFormatter, useTranslations } from 'next-intl'
import type { ContainerView } from '@/server/observe/snapshot'
import { useTRPC } from '../trpc/client'
import { toast } from '../ui/toast'

export type ContainerAction = 'start' | 'stop' | 'restart' | 'pause' | 'unpause'

/** Which of them make sense for a container now; none for what is not ours to change. */
export function possibleActions({ origin, status }: Pick<ContainerView, 'origin' | 'status'>): ContainerAction[] {
  if (origin !== 'patchbay') return []
  switch (status) {
    case 'running':
      return ['stop', 'restart', 'pause']
    case 'paused':
      return ['unpause', 'stop', 'restart']
    case 'restarting':
      return ['stop', 'restart']
    default:
      return ['start']
  }
}

/** Runs an action on a container and says in a toast how it went. */
export function useContainerAction(): (action: ContainerAction, container: Pick<ContainerView, 'id' | 'name'>) => void {
  const trpc = useTRPC()
  const t = useTranslations('frame.containerAction')
  const format = useFormatter()
  const mutations = {
    start: useMutation(trpc.container.start.mutationOptions()),
    stop: useMutation(trpc.container.stop.mutationOptions()),
    restart: useMutation(trpc.container.restart.mutationOptions()),
    pause: useMutation(trpc.container.pause.mutationOptions()),
    unpause: useMutation(trpc.container.unpause.mutationOptions()),
  }
  return (action, { id, name }) => {
    const toastId = `${action} ${id}`
    // What takes longer than this shows that it is under way.
    const working = setTimeout(() => toast.working(t(`${action}.running`, { name }), { id: toastId }), 300)
    mutations[action].mutate(
      { container: id },
      {
        onSuccess: ({ operation }) => {
          const took = operation?.durationMs
          const description =
            took == null ? undefined : t('took', { ms: format.number(took, { maximumFractionDigits: 1 }) })
          toast.done(t(`${action}.done`, { name }), {
            id: toastId,
            ...(description === undefined ? {} : { description }),
          })
        },
        onError: (error) => toast.failed(t(`${action}.failed`, { name }), { id: toastId, description: error.message }),
        onSettled: () => clearTimeout(working),
      },
    )
  }
}

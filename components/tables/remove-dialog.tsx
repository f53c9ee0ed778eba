'use client'

import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import type { ContainerView, NetworkView } from '@/server/observe/snapshot'
import { isUp } from '../sandbox/container-status'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { Button } from '../ui/button'
import { CommandBlock } from '../ui/command-block'
import { Dialog } from '../ui/dialog'
import { Spinner } from '../ui/spinner'
import { toast } from '../ui/toast'

export type Removable =
  | { readonly type: 'network'; readonly view: Pick<NetworkView, 'id' | 'name'> }
  | { readonly type: 'container'; readonly view: Pick<ContainerView, 'id' | 'name' | 'status'> }

/** Asks before something goes, and shows what would run; says why where it cannot go. */
export function RemoveDialog({ subject, onClose }: { subject: Removable | null; onClose: () => void }) {
  const t = useTranslations('tables.remove')
  const tCommon = useTranslations('common')
  const plan = useRemovalPlan(subject)
  const remove = useRemoval(subject, onClose)
  const name = subject?.view.name ?? ''
  const isRunning = subject?.type === 'container' && isUp(subject.view.status)
  return (
    <Dialog
      open={subject !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t(subject?.type === 'container' ? 'containerTitle' : 'networkTitle', { name })}
      description={isRunning ? t('stopsFirst') : undefined}
      footer={
        <>
          <Button variant="ghost" data-autofocus="" onClick={onClose}>
            {tCommon('cancel')}
          </Button>
          <Button variant="danger" busy={remove.isPending} disabled={!plan.isSuccess} onClick={() => remove.mutate()}>
            {tCommon('remove')}
          </Button>
        </>
      }
    >
      {plan.isPending && <Spinner className="size-4 text-muted" />}
      {plan.data && <CommandBlock commands={plan.data.commands} />}
      {(plan.error ?? remove.error) && (
        <p role="alert" className="text-bad text-sm">
          {(plan.error ?? remove.error)?.message}
        </p>
      )}
    </Dialog>
  )
}

function useRemovalPlan(subject: Removable | null) {
  const client = useTRPCClient()
  return useQuery({
    queryKey: ['removal plan', subject?.type, subject?.view.id],
    enabled: subject !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: async () => {
      if (subject === null) return { commands: [] }
      const { id } = subject.view
      return subject.type === 'network'
        ? client.network.remove.mutate({ network: id, dryRun: true })
        : client.container.remove.mutate({ container: id, force: true, dryRun: true })
    },
  })
}

function useRemoval(subject: Removable | null, onDone: () => void) {
  const t = useTranslations('tables.remove')
  const trpc = useTRPC()
  const network = useMutation(trpc.network.remove.mutationOptions())
  const container = useMutation(trpc.container.remove.mutationOptions())
  const { isPending, error } = subject?.type === 'network' ? network : container
  return {
    isPending,
    error,
    mutate() {
      if (subject === null) return
      const { id, name } = subject.view
      const onSuccess = () => {
        toast.done(t('done', { name }))
        onDone()
      }
      if (subject.type === 'network') network.mutate({ network: id }, { onSuccess })
      else container.mutate({ container: id, force: true }, { onSuccess })
    },
  }
}

'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { toast } from '@/components/ui/toast'
import type { ContainerView, NetworkView, Snapshot } from '@/server/observe/snapshot'
import { takersOf } from '../network/configuration'
import { isUp } from '../sandbox/container-status'
import { formatDuration } from './bit-rate'
import { type Subject, usePanelStore } from './panel-state'
import { PlanBlock } from './plan-block'
import { type PlanError, planError, usePlan } from './plan-query'

/** Asks before a network or a container goes, says what is in the way and what will run. */
export function RemoveDialog({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  const client = useTRPCClient()
  const network = useSnapshot((snapshot) => snapshot.networks[subject.id])
  const container = useSnapshot((snapshot) => snapshot.containers[subject.id])
  const holders = useSnapshot((snapshot) => (network ? holdersOf(snapshot, network) : []))
  if (network) {
    const remove = (dryRun?: boolean) => client.network.remove.mutate({ network: network.id, dryRun })
    const kind = network.configuration ? 'configuration' : 'network'
    return <Removal kind={kind} object={network} holders={holders} force={false} remove={remove} onClose={onClose} />
  }
  if (container) {
    const force = isUp(container.status)
    const remove = (dryRun?: boolean) => client.container.remove.mutate({ container: container.id, force, dryRun })
    return <Removal kind="container" object={container} holders={[]} force={force} remove={remove} onClose={onClose} />
  }
  return null
}

interface RemovalProps {
  kind: 'network' | 'configuration' | 'container'
  object: NetworkView | ContainerView
  /** Names of the containers that are still connected, or of the networks made from it. */
  holders: readonly string[]
  /** It runs, and will be stopped first. */
  force: boolean
  remove: (dryRun?: boolean) => Promise<{
    commands: readonly string[]
    result: unknown
    operation: { durationMs: number | null } | null
  }>
  onClose: () => void
}

function Removal({ kind, object, holders, force, remove, onClose }: RemovalProps) {
  const t = useTranslations('panel.remove')
  const store = usePanelStore()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<PlanError | null>(null)
  const plan = usePlan(`${kind}.remove`, { id: object.id, force, holders }, () => remove(true))
  const error = failure ?? plan.error

  async function submit() {
    setBusy(true)
    try {
      const { operation } = await remove()
      store.set({ selectedNodes: new Set(), selectedCables: new Set() })
      toast.done(t(`${kind}.done`, { name: object.name }), {
        ...(operation?.durationMs == null ? {} : { description: formatDuration(operation.durationMs) }),
      })
      onClose()
    } catch (reason) {
      setFailure(planError(reason))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      size="medium"
      onOpenChange={(open) => !open && onClose()}
      title={<bdi className="break-all">{t(`${kind}.title`, { name: object.name })}</bdi>}
      description={force ? t('runs') : t(`${kind}.text`)}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button variant="danger" busy={isBusy} disabled={error !== null} onClick={() => void submit()}>
            {t('confirm')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {holders.length > 0 && (
          <div className="rounded-md border border-line px-3 py-2 text-sm">
            <p className="text-muted">
              {t(kind === 'configuration' ? 'madeFromIt' : 'inTheWay', { count: holders.length })}
            </p>
            <ul className="mt-1 flex max-h-28 flex-wrap gap-1 overflow-y-auto">
              {holders.map((holder) => (
                <li key={holder} className="max-w-full truncate rounded border border-line-strong px-1.5 text-xs">
                  <bdi>{holder}</bdi>
                </li>
              ))}
            </ul>
          </div>
        )}
        <PlanBlock plan={plan} error={error} fields={[]} />
      </div>
    </Dialog>
  )
}

function holdersOf({ endpoints, containers, networks }: Snapshot, network: NetworkView): string[] {
  if (network.configuration) return takersOf(network, networks).map(({ name }) => name)
  return Object.values(endpoints)
    .filter(({ networkId }) => networkId === network.id)
    .flatMap(({ containerId }) => containers[containerId]?.name ?? [])
}

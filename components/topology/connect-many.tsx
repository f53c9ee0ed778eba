'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { Sheet } from '@/components/ui/sheet'
import { toast } from '@/components/ui/toast'
import type { ContainerView, NetworkView } from '@/server/observe/snapshot'
import { placeBesideNodes } from './connect-place'
import type { Joint } from './panel-state'
import { planError } from './plan-query'

interface Failure {
  readonly name: string
  readonly message: string
}

/** Several sandboxes to one network, one after the other; what fails is named and the others go on. */
export function ConnectMany({
  joint,
  network,
  containers,
  onClose,
}: {
  joint: Joint
  network: NetworkView
  containers: readonly ContainerView[]
  onClose: () => void
}) {
  const t = useTranslations('panel.connect')
  const client = useTRPCClient()
  const [place] = useState(() => placeBesideNodes([joint.networkId, ...joint.containerIds], joint.at))
  const [done, setDone] = useState<number | null>(null)
  const [failures, setFailures] = useState<readonly Failure[]>([])

  async function submit() {
    const failed: Failure[] = []
    for (const [index, container] of containers.entries()) {
      setDone(index)
      try {
        await client.network.connect.mutate({ network: network.id, container: container.id })
      } catch (error) {
        failed.push({ name: container.name, message: planError(error).message })
      }
    }
    setDone(null)
    setFailures(failed)
    if (failed.length > 0) return
    toast.done(t('manyDone', { count: containers.length, network: network.name }))
    onClose()
  }

  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('manyTitle', { count: containers.length, network: network.name })}
      placement="free"
      style={place}
      onSubmit={() => void submit()}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" variant="primary" busy={done !== null}>
            {t('connect')}
          </Button>
        </>
      }
    >
      <ul className="flex max-h-40 flex-col gap-1 overflow-y-auto text-sm">
        {containers.map(({ id, name }) => (
          <li key={id} className="truncate">
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
      <p className="text-faint text-xs">{t('manyHint')}</p>
      {done !== null && <Progress value={done} max={containers.length} label={t('manyProgress')} />}
      {failures.map(({ name, message }) => (
        <p key={name} role="alert" className="text-bad text-sm">
          <bdi>{name}</bdi>: {message}
        </p>
      ))}
    </Sheet>
  )
}

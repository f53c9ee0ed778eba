'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import type { ContainerView } from '@/server/observe/snapshot'
import { isUp } from '../sandbox/container-status'
import { portInputs, portRows } from '../sandbox/port-draft'
import { PortRows } from '../sandbox/port-rows'
import { errorAt } from '../topology/plan-query'
import { changedFields } from './changed-fields'
import { EditSheet } from './edit-sheet'

/** Which ports of the host lead to a container, also while it runs. */
export function EditPorts({ container, onClose }: { container: ContainerView; onClose: () => void }) {
  const t = useTranslations('panel.edit')
  const client = useTRPCClient()
  const [before] = useState(() => portRows(container))
  const [rows, setRows] = useState(before)
  const { request, former } = changedFields({ ports: portInputs(rows) }, { ports: portInputs(before) })
  return (
    <EditSheet
      title={<bdi className="break-all">{t('portsTitle', { container: container.name })}</bdi>}
      name={container.name}
      request={request}
      former={former}
      send={(input, dryRun) => client.container.update.mutate({ container: container.id, ...input, dryRun })}
      fields={['ports']}
      empty={isUp(container.status) ? t('recordOnly') : t('nextStart')}
      onClose={onClose}
    >
      {(error) => <PortRows rows={rows} onChange={setRows} error={errorAt(error, 'ports')} />}
    </EditSheet>
  )
}

'use client'

import { useSnapshot } from '@/components/trpc/snapshot'
import type { Subject } from '../topology/panel-state'
import { EditEndpoint } from './edit-endpoint'
import { EditNetwork } from './edit-network'
import { EditPorts } from './edit-ports'

/** The sheet in which a subject of the panel is changed; nothing once it is gone. */
export function Editing({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  const endpoint = useSnapshot((snapshot) => snapshot.endpoints[subject.id])
  const network = useSnapshot((snapshot) => snapshot.networks[endpoint?.networkId ?? subject.id])
  const container = useSnapshot((snapshot) => snapshot.containers[endpoint?.containerId ?? subject.id])
  if (endpoint && network && container) return <EditEndpoint {...{ endpoint, network, container, onClose }} />
  if (network) return <EditNetwork network={network} onClose={onClose} />
  return container ? <EditPorts container={container} onClose={onClose} /> : null
}

'use client'

import { Pencil, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { IconButton } from '@/components/ui/icon-button'
import { toast } from '@/components/ui/toast'
import type { PortBinding } from '@/server/cnm/container'
import type { ContainerView } from '@/server/observe/snapshot'
import { useChange } from '../edit/edit-sheet'
import { Section } from '../topology/facts'
import { describePort, portKey } from '../topology/nodes/port-plugs'
import { usePanelStore } from '../topology/panel-state'
import { planError } from '../topology/plan-query'
import { mergeFamilies } from '../topology/ports'
import { type PortRow, parseHost, portInputs, portRows } from './port-draft'

/** Ports of the host that lead to a container: each can be closed here, all be changed in a sheet. */
export function PublishedPorts({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.sandbox')
  const store = usePanelStore()
  const close = useClosing(container)
  const obeysHost = useSnapshot(({ endpoints, networks }) =>
    Object.values(endpoints).some(
      ({ containerId, networkId, isDefaultGateway, isIpv6DefaultGateway }) =>
        containerId === container.id &&
        (isDefaultGateway || isIpv6DefaultGateway) &&
        networks[networkId]?.options['patchbay.bridge.obey_host_firewall'] === 'true',
    ),
  )
  const isRelayed = useRelayed(container)
  const { ports, networkMode, origin } = container
  const isOurs = origin === 'patchbay' && !networkMode.startsWith('container:') && networkMode !== 'host'
  if (ports.length === 0 && !isOurs) return null
  return (
    <Section
      title={t('ports')}
      aside={
        isOurs && (
          <Button
            size="small"
            variant="ghost"
            onClick={() => store.set({ editing: { kind: 'container', id: container.id } })}
          >
            <Pencil className="size-3.5" aria-hidden="true" />
            {t('changePorts')}
          </Button>
        )
      }
    >
      {ports.length === 0 && <p className="text-faint text-sm">{t('noPorts')}</p>}
      <ul className="flex flex-col gap-1 font-mono text-xs">
        {mergeFamilies(ports).map((port) => (
          <li key={portKey(port)} className="group flex min-h-6 items-center gap-1">
            {describePort(port)}
            {isRelayed(port) && <Badge title={t('relayedHint')}>{t('relayed')}</Badge>}
            {obeysHost && <Badge title={t('obeysHostHint')}>{t('obeysHost')}</Badge>}
            {isOurs && rowOf(container, port) && (
              <IconButton
                label={t('closePort', { port: `${port.hostPort}` })}
                size="small"
                className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
                onClick={() => void close(port)}
              >
                <X />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Whether a port leads to an address of the other family, so that a socket of the daemon's hands on what comes. */
function useRelayed({ id }: ContainerView): (port: PortBinding) => boolean {
  const [ipv4, ipv6] = useSnapshot(({ endpoints }) => {
    const own = Object.values(endpoints).filter(({ containerId }) => containerId === id)
    return [
      own.some(({ isDefaultGateway }) => isDefaultGateway),
      own.some(({ isIpv6DefaultGateway }) => isIpv6DefaultGateway),
    ] as const
  })
  return ({ hostIp }) => (hostIp.includes(':') ? ipv4 && !ipv6 : ipv6 && !ipv4)
}

/** What was asked for, of a port that is published; undefined where the image alone asks for it. */
function rowOf(container: ContainerView, port: PortBinding): PortRow | undefined {
  const ofPort = portRows(container).filter(
    ({ containerPort, protocol }) => Number(containerPort) === port.containerPort && protocol === port.protocol,
  )
  const holds = ({ host }: PortRow) => {
    const { hostIp = '', hostPort = 0, hostPortEnd = hostPort } = parseHost(host)
    const isThere = hostIp === '' || hostIp === port.hostIp
    return isThere && (hostPort === 0 || (hostPort <= port.hostPort && port.hostPort <= hostPortEnd))
  }
  const fixed = ({ host }: PortRow) => parseHost(host).hostPort === port.hostPort
  return ofPort.find((row) => fixed(row) && holds(row)) ?? ofPort.find(holds)
}

function useClosing(container: ContainerView) {
  const t = useTranslations('panel.edit')
  const client = useTRPCClient()
  const change = useChange((input: { ports: ReturnType<typeof portInputs> }) =>
    client.container.update.mutate({ container: container.id, ...input }),
  )
  return async (port: PortBinding): Promise<void> => {
    const rows = portRows(container)
    const kept = rows.filter(({ key }) => key !== rowOf(container, port)?.key)
    try {
      const name = t('portOf', { port: `${port.hostPort}`, name: container.name })
      await change(name, { ports: portInputs(kept) }, { ports: portInputs(rows) })
    } catch (error) {
      toast.failed(t('failed', { name: container.name }), { description: planError(error).message })
    }
  }
}

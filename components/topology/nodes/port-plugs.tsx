import type { PortBinding } from '@/server/cnm/container'
import { mergeFamilies } from '../ports'

/** Published ports as plugs at the card's side. */
export function PortPlugs({ ports }: { ports: readonly PortBinding[] }) {
  const merged = mergeFamilies(ports)
  if (merged.length === 0) return null
  const shown = merged.length === 2 ? 2 : 1
  return (
    <p className="panel-ports">
      {merged.length > shown && <span className="panel-more">+{merged.length - shown}</span>}
      {merged.slice(0, shown).map((port) => (
        <span key={portKey(port)} className="panel-port" title={describePort(port)}>
          {port.hostPort} → {port.containerPort}
          {port.protocol === 'tcp' ? '' : `/${port.protocol}`}
        </span>
      ))}
    </p>
  )
}

export function portKey(port: PortBinding): string {
  return `${port.hostIp}:${port.hostPort}:${port.containerPort}/${port.protocol}`
}

export function describePort({ hostIp, hostPort, containerPort, protocol }: PortBinding): string {
  const host = hostIp.includes(':') ? `[${hostIp}]` : hostIp
  return `${host}:${hostPort} → ${containerPort}/${protocol}`
}

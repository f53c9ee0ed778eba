import type { PortBinding } from '@/server/cnm/container'

/** Published ports as plugs at the card's side. */
export function PortPlugs({ ports }: { ports: readonly PortBinding[] }) {
  if (ports.length === 0) return null
  const shown = ports.length === 2 ? 2 : 1
  return (
    <p className="panel-ports">
      {ports.length > shown && <span className="panel-more">+{ports.length - shown}</span>}
      {ports.slice(0, shown).map((port) => (
        <span key={portKey(port)} className="panel-port" title={describePort(port)}>
          {port.hostPort} → {port.containerPort}
          {port.protocol === 'udp' ? '/udp' : ''}
        </span>
      ))}
    </p>
  )
}

export function portKey(port: PortBinding): string {
  return `${port.hostIp}:${port.hostPort}:${port.containerPort}/${port.protocol}`
}

export function describePort({ hostIp, hostPort, containerPort, protocol }: PortBinding): string {
  return `${hostIp}:${hostPort} → ${containerPort}/${protocol}`
}

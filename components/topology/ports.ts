import type { PortBinding } from '@/server/cnm/container'

/**
 * Ports as one reads them: what is published at every address of the host's is one port, though each family has a binding
 * of its own.
 */
export function mergeFamilies<Port extends PortBinding>(ports: readonly Port[]): Port[] {
  const everywhere = new Set(ports.filter(({ hostIp }) => hostIp === '0.0.0.0').map(placeOf))
  return ports.filter((port) => port.hostIp !== '::' || !everywhere.has(placeOf(port)))
}

function placeOf({ hostPort, containerPort, protocol }: PortBinding): string {
  return `${hostPort}:${containerPort}/${protocol}`
}

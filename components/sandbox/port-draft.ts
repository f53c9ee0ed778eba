import type { PortProtocol } from '@/server/cnm/container'
import type { ContainerView } from '@/server/observe/snapshot'

/** A published port as it is being typed. */
export interface PortRow {
  readonly key: number
  /** As one types it behind `docker run -p`: "8080", "8000-8010", "127.0.0.1:8080", "[::1]:8080"; empty: of the host's choice. */
  readonly host: string
  readonly containerPort: string
  readonly protocol: PortProtocol
  /** Of a port of the host's choice that is published: the one that it has now. */
  readonly automatic?: string
}

/** What a container is asked to publish, to be changed. */
export function portRows({
  portRequests = [],
  ports,
}: Pick<ContainerView, 'portRequests' | 'ports'>): readonly PortRow[] {
  return portRequests.map(({ hostIp, hostPort, hostPortEnd, containerPort, protocol }, key) => {
    const now = ports.find((port) => port.containerPort === containerPort && port.protocol === protocol)
    const place = hostIp === '' ? '' : `${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:`
    const range = hostPortEnd === undefined ? '' : `-${hostPortEnd}`
    return {
      ...{ key, protocol, containerPort: String(containerPort), host: `${place}${hostPort || ''}${range}` },
      ...(hostPort === 0 && now ? { automatic: String(now.hostPort) } : {}),
    }
  })
}

/** What the daemon is asked for; rows without a container port are not meant yet. */
export function portInputs(rows: readonly PortRow[]) {
  return rows
    .filter(({ containerPort }) => containerPort !== '')
    .map(({ host, containerPort, protocol }) => ({
      protocol,
      containerPort: Number(containerPort),
      ...parseHost(host),
    }))
}

/** What cannot be read is given as an address, which the daemon then has a sentence for. */
export function parseHost(text: string): { hostIp?: string; hostPort?: number; hostPortEnd?: number } {
  const typed = text.trim()
  const match = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d{0,5})(?:-(\d{1,5}))?$/.exec(typed)
  if (!match) return { hostIp: typed.replace(/^\[(.*)\]$/, '$1') }
  const [, bracketed, plain, first = '', last] = match
  const hostIp = bracketed ?? plain ?? ''
  return {
    ...(hostIp === '' ? {} : { hostIp }),
    ...(first === '' ? {} : { hostPort: Number(first) }),
    ...(last === undefined ? {} : { hostPortEnd: Number(last) }),
  }
}

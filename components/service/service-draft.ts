import type { ServiceView } from '@/server/observe/snapshot'

/** A service as it is being typed. */
export interface ServiceDraft {
  readonly name: string
  readonly ipv4Address: string
  readonly ipv6Address: string
  readonly ports: readonly ServicePortRow[]
  /** Ids of containers that were ticked. */
  readonly containers: readonly string[]
  /** By container's id; what is not there counts 1. */
  readonly weights: Readonly<Record<string, string>>
  readonly alias: string
  readonly labels: string
  readonly affinity: 'none' | 'client'
}

export interface ServicePortRow {
  readonly key: number
  readonly port: string
  readonly targetPort: string
  readonly hostPort: string
  readonly protocol: 'tcp' | 'udp'
  readonly hostIp: string
}

const plainPort: Omit<ServicePortRow, 'key'> = { port: '', targetPort: '', hostPort: '', protocol: 'tcp', hostIp: '' }

export const emptyService: ServiceDraft = {
  ...{ name: '', ipv4Address: '', ipv6Address: '', alias: '', labels: '', affinity: 'none' },
  ports: [{ ...plainPort, key: 0, port: '80' }],
  containers: [],
  weights: {},
}

export function serviceDraft(service: ServiceView): ServiceDraft {
  const { containers, labels, alias, weights } = service.selection
  return {
    name: service.name,
    ipv4Address: service.ipv4Address ?? '',
    ipv6Address: service.ipv6Address ?? '',
    ports: service.ports.map(({ port, targetPort, hostPort, hostIp, protocol }, key) => ({
      ...{ key, port: String(port), protocol, hostIp },
      targetPort: targetPort === port ? '' : String(targetPort),
      hostPort: hostPort === null ? '' : String(hostPort),
    })),
    containers,
    weights: Object.fromEntries(Object.entries(weights).map(([id, weight]) => [id, String(weight)])),
    alias,
    labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    affinity: service.affinity,
  }
}

export function addPort(draft: ServiceDraft): ServiceDraft {
  const key = Math.max(-1, ...draft.ports.map((row) => row.key)) + 1
  return { ...draft, ports: [...draft.ports, { ...plainPort, key }] }
}

/** What the daemon is asked for: all of it, so that the same makes and changes. Rows without a port are not meant yet. */
export function serviceInput(draft: ServiceDraft) {
  const { name, ipv4Address, ipv6Address, ports, containers, weights, alias, labels, affinity } = draft
  return {
    name: name.trim(),
    ...(ipv4Address.trim() === '' ? {} : { ipv4Address: ipv4Address.trim() }),
    ...(ipv6Address.trim() === '' ? {} : { ipv6Address: ipv6Address.trim() }),
    ports: ports
      .filter(({ port }) => port !== '')
      .map(({ port, targetPort, hostPort, hostIp, protocol }) => ({
        ...{ protocol, port: Number(port), hostIp },
        ...(targetPort === '' ? {} : { targetPort: Number(targetPort) }),
        hostPort: hostPort === '' ? null : Number(hostPort),
      })),
    containers: [...containers],
    memberLabels: parseLabels(labels),
    memberAlias: alias.trim(),
    weights: Object.fromEntries(
      Object.entries(weights)
        .filter(([, weight]) => weight.trim() !== '')
        .map(([id, weight]) => [id, Number.isFinite(Number(weight)) ? Number(weight) : -1]),
    ),
    affinity,
  }
}

/** "app=web, tier=front"; a name alone stands for one with an empty value. */
function parseLabels(text: string): Record<string, string> {
  const pairs = text.split(/[,\n]/).flatMap((part) => {
    const [name = '', ...value] = part.trim().split('=')
    return name === '' ? [] : [[name, value.join('=')] as const]
  })
  return Object.fromEntries(pairs)
}

/** Shares of a hundred by container; all 0 where nothing was counted. */
export function shares(connections: Readonly<Record<string, number>>): Record<string, number> {
  const total = Object.values(connections).reduce((sum, one) => sum + one, 0)
  return Object.fromEntries(
    Object.entries(connections).map(([id, one]) => [id, total === 0 ? 0 : Math.round((one / total) * 100)]),
  )
}

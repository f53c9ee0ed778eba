import type { ContainerView, EndpointView, NetworkView, Snapshot } from '@/server/observe/snapshot'

/** Pictures for tests: `network('web')`, `container('c1')`, `endpoint('c1', 'web', 2)`; ids are made of the names. */
export function network(name: string, more: Partial<NetworkView> = {}): NetworkView {
  const colour = more.colour ?? 0
  return {
    id: `net-${name}`,
    name,
    driver: 'bridge',
    origin: 'patchbay',
    predefined: false,
    internal: false,
    pools: [{ subnet: `172.${18 + colour}.0.0/16`, gateway: `172.${18 + colour}.0.1` }],
    device: `br-${name}`,
    parent: null,
    deviceState: 'up',
    options: {},
    labels: {},
    names: { upstreams: [], records: [] },
    colour,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  }
}

export function container(name: string, more: Partial<ContainerView> = {}): ContainerView {
  return {
    id: `con-${name}`,
    name,
    image: 'busybox:latest',
    origin: 'patchbay',
    status: 'running',
    pid: 4182,
    exitCode: null,
    oomKilled: false,
    error: '',
    command: ['sleep', 'infinity'],
    hostname: name,
    networkMode: 'default',
    ports: [],
    pidsLimit: null,
    memoryBytes: null,
    nanoCpus: null,
    restartPolicy: { name: 'no', maximumRetryCount: 0 },
    restartCount: 0,
    health: null,
    mounts: [],
    sandbox: { id: `box-${name}`, key: `/run/patchbay/netns/${name}` },
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    finishedAt: null,
    ...more,
  }
}

export function endpoint(
  containerName: string,
  networkName: string,
  number: number,
  more: Partial<EndpointView> = {},
): EndpointView {
  return {
    id: `end-${containerName}-${networkName}`,
    networkId: `net-${networkName}`,
    containerId: `con-${containerName}`,
    ifname: 'eth0',
    hostIfname: `veth-${containerName}`,
    ipv4Address: `172.18.0.${number}/16`,
    ipv6Address: null,
    ipv6Gateway: null,
    isIpv6DefaultGateway: false,
    macAddress: `02:42:ac:12:00:${number.toString(16).padStart(2, '0')}`,
    gateway: '172.18.0.1',
    isDefaultGateway: true,
    aliases: [],
    dnsNames: [containerName],
    state: 'up',
    ...more,
  }
}

export function snapshot(
  parts: { networks?: NetworkView[]; containers?: ContainerView[]; endpoints?: EndpointView[] } & Partial<
    Pick<Snapshot, 'positions' | 'drift' | 'services'>
  >,
): Snapshot {
  return {
    host: {
      name: 'lab-01',
      kernel: '6.18',
      uplinks: [{ name: 'eth0', up: true, addresses: ['192.168.60.1/24'] }],
      docker: 'absent',
      ruleCount: 12,
    },
    networks: byId(parts.networks ?? []),
    containers: byId(parts.containers ?? []),
    endpoints: byId(parts.endpoints ?? []),
    services: parts.services ?? {},
    positions: parts.positions ?? {},
    operations: {},
    drift: parts.drift ?? {},
  }
}

function byId<Entity extends { id: string }>(entities: readonly Entity[]): Record<string, Entity> {
  return Object.fromEntries(entities.map((entity) => [entity.id, entity]))
}

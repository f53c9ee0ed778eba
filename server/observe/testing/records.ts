import { type Container, createdState, defaultContainerOptions } from '../../cnm/container'
import { type Endpoint, plainRequest } from '../../cnm/endpoint'
import type { ContainerId, EndpointId, NetworkId, OperationId, SandboxId } from '../../cnm/ids'
import { type Network, plainNetwork } from '../../cnm/network'
import type { Operation } from '../../cnm/operation'

/** An id that can be told apart by eye: the digit, 64 times. */
export function idOf<Id extends string>(digit: string): Id {
  return digit.repeat(64) as Id
}

const createdAt = new Date('2026-01-02T03:04:05.000Z')

export function networkRecord(part: Partial<Network> = {}): Network {
  return {
    id: idOf<NetworkId>('a'),
    name: 'frontend',
    driver: 'bridge',
    scope: 'local',
    internal: false,
    attachable: false,
    ...plainNetwork,
    pools: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.1', auxAddresses: {} }],
    options: {},
    labels: {},
    colour: 3,
    createdAt,
    ...part,
  }
}

export function containerRecord(part: Partial<Container> = {}): Container {
  return {
    id: idOf<ContainerId>('c'),
    name: 'web',
    image: 'busybox:latest',
    imageId: 'sha256:1',
    command: ['sleep', '1d'],
    env: [],
    workingDir: '/',
    user: '',
    hostname: 'web',
    domainname: '',
    labels: {},
    networkMode: 'frontend',
    ports: [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 }],
    published: [],
    dns: [],
    dnsSearch: [],
    extraHosts: [],
    pidsLimit: null,
    memoryBytes: null,
    capAdd: [],
    capDrop: [],
    autoRemove: false,
    sandbox: { id: idOf<SandboxId>('5'), key: '/run/patchbay/netns/555555555555' },
    options: defaultContainerOptions,
    state: { ...createdState, status: 'running', pid: 4711, startedAt: createdAt },
    createdAt,
    ...part,
  }
}

export function endpointRecord(part: Partial<Endpoint> = {}): Endpoint {
  return {
    id: idOf<EndpointId>('e'),
    networkId: idOf<NetworkId>('a'),
    containerId: idOf<ContainerId>('c'),
    requested: { ...plainRequest, aliases: ['www'] },
    assigned: {
      ifname: 'eth0',
      hostIfname: 'vetheeeeeee',
      ipv4Address: '172.18.0.2/16',
      macAddress: '02:42:ac:12:00:02',
      gateway: '172.18.0.1',
      isDefaultGateway: true,
      isIpv6DefaultGateway: false,
    },
    createdAt,
    ...part,
  }
}

export function operationRecord(part: Partial<Operation> = {}): Operation {
  return {
    id: idOf<OperationId>('0'),
    verb: 'network.connect',
    subjects: ['web', 'frontend'],
    records: {},
    actor: 'admin',
    status: 'done',
    commands: ['ip link add …'],
    error: null,
    startedAt: createdAt,
    durationMs: 5,
    ...part,
  }
}

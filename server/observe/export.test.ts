import { expect, test } from 'vitest'
import { exportGraph, exportMermaid } from './export'
import type { ContainerView, EndpointView, NetworkView, Snapshot } from './snapshot'

const hostile = 'x"]]; click n0 "javascript:alert(1)" %% <script>\n\u202e'
const picture = {
  host: {
    name: 'lab',
    kernel: '6.1',
    uplinks: [{ name: 'eth0', up: true, addresses: [] }],
    docker: 'absent',
    ruleCount: 3,
  },
  networks: {
    n: {
      ...{
        id: 'n',
        name: 'front',
        driver: 'bridge',
        origin: 'patchbay',
        internal: false,
        device: 'br-1',
        parent: null,
      },
      ...{ deviceState: 'up', pools: [{ subnet: '10.1.0.0/24', gateway: '10.1.0.1' }] },
    } as unknown as NetworkView,
  },
  containers: {
    c: {
      ...{ id: 'c', name: hostile, image: 'busybox', origin: 'patchbay', status: 'running' },
      ports: [{ hostIp: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
    } as unknown as ContainerView,
  },
  endpoints: {
    e: {
      ...{
        id: 'e',
        networkId: 'n',
        containerId: 'c',
        ifname: 'eth0',
        hostIfname: 'veth1',
        macAddress: '02:00:00:00:00:01',
      },
      ...{ ipv4Address: '10.1.0.2/24', ipv6Address: null, state: 'down' },
    } as unknown as EndpointView,
    lost: { id: 'lost', networkId: 'gone', containerId: 'c', state: 'up' } as unknown as EndpointView,
  },
  ...{ services: {}, positions: {}, operations: {}, drift: { k: { key: 'k', subjectId: 'e' } } },
} as unknown as Snapshot

test('as JSON, the graph has its networks, containers and cables, and what drifts', () => {
  const graph = exportGraph(picture, new Date(1_000), new Date(2_000))
  expect(graph).toMatchObject({
    ...{ format: 'patchbay-graph', version: 1, exportedAt: '1970-01-01T00:00:02.000Z', at: '1970-01-01T00:00:01.000Z' },
    host: { name: 'lab', uplinks: ['eth0'] },
    networks: [{ id: 'n', name: 'front', subnets: ['10.1.0.0/24'], gateways: ['10.1.0.1'], state: 'up' }],
    containers: [{ name: hostile, ports: ['0.0.0.0:8080->80/tcp'] }],
    cables: [{ id: 'e', network: 'n', container: 'c', ipv4: '10.1.0.2/24', state: 'down', drift: true }],
  })
})

test('as Mermaid, a name is a name whatever it says', () => {
  const text = exportMermaid(picture)
  expect(text.split('\n')).toEqual([
    'flowchart LR',
    '  host(["lab"])',
    '  n0[["front<br/>bridge 10.1.0.0/24"]]',
    expect.stringMatching(
      /^ {2}c0\["x#34;#93;#93;#59; click n0 #34;javascript:alert#40;1#41;#34; #37;#37; #60;script#62;#10;#8238;<br\/>busybox · running"\]$/,
    ),
    '  host --- n0',
    '  n0 -.-|"10.1.0.2/24"| c0',
    '  host -->|"8080 → 80/tcp"| c0',
    '',
  ])
})

test('a configuration says that it is one, and who has it, and leads nowhere', () => {
  const networks = {
    conf: {
      ...picture.networks.n,
      id: 'conf',
      name: 'conf',
      driver: 'null',
      configuration: { ipv4: true, ipv6: false },
    },
    n: { ...picture.networks.n, configFrom: 'conf' },
  } as unknown as Snapshot['networks']
  expect(exportGraph({ ...picture, networks }).networks).toMatchObject([
    { name: 'conf', configOnly: true, configFrom: null },
    { name: 'front', configOnly: false, configFrom: 'conf' },
  ])
  const mermaid = exportMermaid({ ...picture, networks })
  expect(mermaid).toContain('n0[["conf<br/>configuration 10.1.0.0/24"]]')
  expect(mermaid).not.toContain('host --- n0')
})

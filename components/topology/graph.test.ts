import { expect, test } from 'vitest'
import type { DriftView, Snapshot } from '@/server/observe/snapshot'
import { quickest } from '@/server/testing/quickest'
import { pointOnCable } from './cable-path'
import { toGraph } from './graph'
import type { CableEdge, GraphLabels, HostNode, NetworkNode, PanelNode, SandboxNode } from './graph-model'
import type { Point } from './measure'
import { container, endpoint, network, snapshot } from './snapshot.fixture'

const labels: GraphLabels = {
  roles: { host: 'host', network: 'network', sandbox: 'sandbox', cable: 'cable' },
  host: (host) => `host ${host.name}`,
  tray: (tray) => `tray ${tray.name}`,
  network: (strip, endpoints) => `network ${strip.name}, ${endpoints}`,
  sandbox: (card, networks) => `sandbox ${card.name} on ${networks.join(', ')}`,
  endpoint: (_, card, strip) => `cable ${card} to ${strip}`,
}

const picture = snapshot({
  networks: [
    network('backend'),
    network('frontend', { colour: 1 }),
    network('store', { internal: true }),
    network('host', { driver: 'host', predefined: true, pools: [], device: null }),
    network('none', { driver: 'null', predefined: true, pools: [], device: null }),
  ],
  containers: [
    container('c1'),
    container('c2', { ports: [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 }] }),
    container('c3'),
    container('agent', { networkMode: 'host' }),
    container('alone', { networkMode: 'none' }),
  ],
  endpoints: [
    endpoint('c1', 'backend', 2),
    endpoint('c2', 'backend', 3),
    endpoint('c2', 'frontend', 3, { ifname: 'eth1' }),
    endpoint('c3', 'frontend', 4),
    endpoint('agent', 'host', 0, { ipv4Address: null, ifname: null }),
  ],
})

function graphOf(of = picture) {
  return toGraph(of, {}, labels)
}

function node<Node>(id: string, of = picture): Node {
  return graphOf(of).nodes.find((candidate) => candidate.id === id) as Node
}

test('node id is the domain id, edge id the endpoint id, the host has its own', () => {
  const { nodes, edges } = graphOf()
  expect(nodes.map(({ id }) => id).toSorted()).toEqual(
    [
      'host',
      'net-none',
      'net-backend',
      'net-frontend',
      'net-store',
      'con-c1',
      'con-c2',
      'con-c3',
      'con-agent',
      'con-alone',
    ].toSorted(),
  )
  expect(edges.filter(({ type }) => type === 'cable').map(({ id }) => id)).toEqual([
    'end-c1-backend',
    'end-c2-backend',
    'end-c2-frontend',
    'end-c3-frontend',
  ])
})

test('every cable ends at a handle of both its nodes', () => {
  const { nodes, edges } = graphOf()
  const has = (id: string, handle: string | null | undefined) =>
    nodes.find((candidate) => candidate.id === id)?.handles?.some((own) => own.id === handle)
  for (const edge of edges) {
    expect(has(edge.source, edge.sourceHandle)).toBe(true)
    expect(has(edge.target, edge.targetHandle)).toBe(true)
  }
})

test('a strip has one jack an endpoint, in the order of the cards below, and a free one at the end', () => {
  const { data } = node<NetworkNode>('net-backend')
  expect(data.jacks.map(({ endpointId }) => endpointId)).toEqual(['end-c1-backend', 'end-c2-backend'])
  expect(data.freeJack.x).toBeGreaterThan(data.jacks[1]?.x ?? Number.POSITIVE_INFINITY)
})

test('a card shows its interfaces in order with the colours of their networks', () => {
  const { data } = node<SandboxNode>('con-c2')
  expect(data.interfaces.map(({ networkName, colour }) => [networkName, colour])).toEqual([
    ['backend', 0],
    ['frontend', 1],
  ])
})

test('containers with the host network sit on the host, those without one in the tray, and have no cable', () => {
  expect(node<SandboxNode>('con-agent')).toMatchObject({ parentId: 'host', draggable: false, data: { seat: 'host' } })
  expect(node<SandboxNode>('con-alone')).toMatchObject({ parentId: 'net-none', data: { seat: 'none' } })
})

test('only networks that reach outside have an uplink to the host', () => {
  const uplinks = graphOf().edges.filter(({ type }) => type === 'uplink')
  expect(uplinks.map(({ target }) => target)).toEqual(['net-backend', 'net-frontend'])
})

test('the host names published ports and what it masquerades', () => {
  expect(node('host')).toMatchObject({
    data: {
      ports: [{ containerName: 'c2', hostIp: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
      masquerade: ['172.18.0.0/16', '172.19.0.0/16'],
    },
  })
})

test('a place that a person chose is where the node stands', () => {
  const moved = { ...picture, positions: { 'con-c1': { x: -400, y: 900 } } }
  expect(node<SandboxNode>('con-c1', moved).position).toEqual({ x: -400, y: 900 })
})

test('drift stands at the object that it is about', () => {
  const drift = {
    key: 'link host veth-c1',
    kind: 'missing',
    subjectId: 'end-c1-backend',
    summary: 'the veth of c1 is gone',
    ...{ keys: [], about: null, words: [], hurts: 'cable', mends: 'flows', byHand: false, commands: [] },
  } as DriftView
  const { edges } = graphOf({ ...picture, drift: { [drift.key]: drift } })
  expect(edges.find(({ id }) => id === 'end-c1-backend')?.data).toMatchObject({ drift: [drift] })
  const ofHost = { ...drift, key: 'chain host filter PATCHBAY', subjectId: null } as DriftView
  expect(node<HostNode>('host', { ...picture, drift: { [ofHost.key]: ofHost } }).data.drift).toEqual([ofHost])
})

test('what is in the way stands at every network where it hurts', () => {
  const obstacle = { key: 'obstacle', kind: 'obstacle', subjectId: null, at: ['net-backend', 'net-frontend'] }
  const drift = { obstacle } as unknown as Snapshot['drift']
  const marked = graphOf({ ...picture, drift }).nodes.flatMap(({ id, data }) =>
    'drift' in data && (data.drift as DriftView[]).length > 0 ? id : [],
  )
  expect(marked).toEqual(['net-backend', 'net-frontend'])
})

test('an endpoint whose network or container is not in the picture yet draws nothing', () => {
  const partial = snapshot({ containers: [container('c1')], endpoints: [endpoint('c1', 'gone', 2)] })
  expect(graphOf(partial).edges).toEqual([])
})

test('test ids are made of names alone', () => {
  const { nodes, edges } = graphOf()
  const cables = edges.filter((edge): edge is CableEdge => edge.type === 'cable')
  const named = [...nodes.map(({ domAttributes }) => domAttributes), ...cables.map(({ data }) => data?.domNames)]
  const ids = named.flatMap((names) => names && Object.entries(names))
  expect(ids).toContainEqual(['data-testid', 'network:backend'])
  expect(ids).toContainEqual(['data-testid', 'sandbox:c1'])
  expect(ids).toContainEqual(['data-testid', 'endpoint:c2:frontend'])
})

test('hostile names are carried as they are', () => {
  const name = '"><img src=x onerror=alert(1)> $(rm -rf /) \u202Eevil'
  const hostile = snapshot({ networks: [network('n', { name })] })
  expect(node<NetworkNode>('net-n', hostile).data.network.name).toBe(name)
})

test('cables of cards in lower rows go through the gaps between the upper ones', () => {
  const many = snapshot({
    networks: [network('n')],
    containers: Array.from({ length: 60 }, (_, index) => container(`c${index}`)),
    endpoints: Array.from({ length: 60 }, (_, index) => endpoint(`c${index}`, 'n', index + 2)),
  })
  const { nodes, edges } = graphOf(many)
  const rows = new Set(nodes.filter(({ type }) => type === 'sandbox').map(({ position }) => position.y))
  expect(rows.size).toBeGreaterThan(1)
  const lanes = edges.filter((edge) => edge.type === 'cable' && edge.data?.lane)
  expect(lanes.length).toBeGreaterThan(0)
})

test('every cable of 200 sandboxes has a grip that no card and no other grip covers', () => {
  const { nodes, edges } = toGraph(crowd(), {}, labels)
  const boxes = nodes.filter(({ parentId }) => parentId === undefined)
  const cables = edges.filter((edge): edge is CableEdge => edge.type === 'cable')
  const grips = cables.flatMap(({ source, target, sourceHandle, targetHandle, data }) => {
    const [from, to] = [jackAt(nodes, source, sourceHandle), jackAt(nodes, target, targetHandle)]
    return data && from && to ? [pointOnCable(from, to, data.lane, data.grip)] : []
  })
  expect(grips).toHaveLength(250)
  const covered = grips.filter((grip) =>
    boxes.some(({ position: { x, y }, width = 0, height = 0 }) => {
      return grip.x >= x && grip.x <= x + width && grip.y >= y && grip.y <= y + height
    }),
  )
  expect(covered).toEqual([])
  const met = grips.filter((grip, index) =>
    grips.slice(index + 1).some((other) => Math.max(Math.abs(grip.x - other.x), Math.abs(grip.y - other.y)) <= 12),
  )
  expect(met).toEqual([])
})

function jackAt(nodes: readonly PanelNode[], id: string, handle: string | null | undefined): Point | undefined {
  const node = nodes.find((candidate) => candidate.id === id)
  const at = node?.handles?.find((own) => own.id === handle)
  return node && at && { x: node.position.x + at.x, y: node.position.y + at.y }
}

function crowd(): Snapshot {
  const networks = Array.from({ length: 10 }, (_, index) => network(`n${index}`))
  const containers = Array.from({ length: 200 }, (_, index) => container(`c${index}`))
  const endpoints = containers.flatMap(({ name }, index) => [
    endpoint(name, `n${index % 10}`, index),
    ...(index % 4 === 0 ? [endpoint(name, `n${(index + 3) % 10}`, index, { ifname: 'eth1' })] : []),
  ])
  return snapshot({ networks, containers, endpoints })
}

test('a picture of 200 sandboxes takes no time that one would notice', () => {
  const many = crowd()
  const { places } = toGraph(many, {}, labels)
  expect(quickest(() => toGraph(many, places, labels))).toBeLessThan(150)
})

test('a configuration is a strip without a jack that knows what was made from it, and no tray', () => {
  const configuration = { ipv4: true, ipv6: false }
  const picture = snapshot({
    networks: [
      network('conf', { driver: 'null', configuration, device: null }),
      network('none', { driver: 'null', predefined: true, pools: [], device: null }),
      network('two', { configFrom: 'conf' }),
      network('one', { configFrom: 'conf' }),
      network('theirs', { configFrom: 'conf', origin: 'docker' }),
    ],
  })
  const { nodes, edges } = toGraph(picture, {}, labels)
  const node = nodes.find(({ id }) => id === 'net-conf')
  expect(node).toMatchObject({ type: 'network', handles: [], data: { takers: ['one', 'two'] } })
  expect(nodes.filter(({ type }) => type === 'tray').map(({ id }) => id)).toEqual(['net-none'])
  expect(edges.some(({ source, target }) => source === 'net-conf' || target === 'net-conf')).toBe(false)
})

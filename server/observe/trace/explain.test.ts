import { expect, test } from 'vitest'
import type { NetnsState } from '../../cnm/netns-state'
import type { ContainerView } from '../snapshot'
import type { TraceQuestion } from './contract'
import { explain } from './explain'
import { emptyState, testLink, testRoute, testWorld } from './testing/paper'

const address = (index: number, text: string) => ({
  ...{ index, family: 'ipv4' as const, address: text, prefixLength: 24, peer: null, scope: 'global', flags: [] },
})
const local = (index: number, text: string) => testRoute(`${text}/32`, index, { table: 255, type: 'local' })
const rules = [0, 32766].map((priority) => ({
  ...{ family: 'ipv4' as const, priority, from: null, to: null, iif: null, oif: null, mark: null, mask: null },
  ...{ action: 'lookup', table: priority === 0 ? 255 : 254, inverted: false },
}))

/** Two namespaces at the ends of one veth. */
function pair(): readonly NetnsState[] {
  const end = (id: string, text: string, index: number, opposite: number): NetnsState => ({
    ...emptyState(id),
    links: [testLink(index, 'eth0', { link: opposite, linkNetnsId: 0 })],
    addresses: [address(index, text)],
    routes: [local(index, text), testRoute('10.0.0.0/24', index, { source: text })],
    rules,
  })
  return [end('1', '10.0.0.1', 2, 3), end('2', '10.0.0.2', 3, 2)]
}

function container(name: string, more: Pick<ContainerView, 'ports'>): ContainerView {
  return { id: name, name, sandbox: { id: name, key: `/run/${name}` }, ...more } as ContainerView
}

const question: TraceQuestion = {
  ...{ from: { kind: 'namespace', id: '1' }, to: { kind: 'address', address: '10.0.0.2' }, protocol: 'icmp' },
}
const told = (states: readonly NetnsState[], more: Partial<TraceQuestion> = {}) => {
  const world = { ...testWorld(states), peers: (netns: string) => new Map([[0, netns === '1' ? '2' : '1']]) }
  return explain(world, { ...question, ...more })
}

test('an echo goes over a cable and comes back', () => {
  const { verdict, there, back } = told(pair())
  expect(verdict).toMatchObject({ outcome: 'answered', at: { leg: 'back', step: 4 } })
  expect(there.steps.map(({ said }) => said.code)).toEqual([
    ...['route-direct', 'source-chosen', 'neighbour-answers', 'link-crosses', 'link-arrives', 'route-local'],
    'echo-answers',
  ])
  expect(back?.steps.at(-1)).toMatchObject({ netns: '1', isEnd: true })
})

test('a question that makes no sense is refused in a sentence', () => {
  expect(() => told(pair(), { to: { kind: 'address', address: '10.0.0.300' } })).toThrow('10.0.0.300 is no IP address')
  for (const address of ['224.0.0.1', '255.255.255.255', '0.0.0.0', 'ff02::1', '::']) {
    expect(() => told(pair(), { to: { kind: 'address', address } })).toThrow(`${address} is nobody's or everybody's`)
  }
  expect(() => told(pair(), { from: { kind: 'namespace', id: '7' } })).toThrow('no such namespace: 7')
  const both = { from: { kind: 'address', address: 'fd00::1' }, to: { kind: 'address', address: '10.0.0.2' } } as const
  expect(() => told(pair(), both)).toThrow('fd00::1 and 10.0.0.2 are not of the same family')
})

test('the packet is told as it is after every step, and what went by in it', () => {
  const { there } = told(pair(), { protocol: 'udp', port: 53, sourcePort: 5000, size: 512 })
  expect(there.steps.at(-1)?.packet).toMatchObject({
    ...{ source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 5000, destinationPort: 53, size: 512 },
    ...{ sourceMac: '02:00:00:00:00:02', destinationMac: '02:00:00:00:00:03', inLink: 'eth0' },
  })
})

test('a command that would mend it is safe to be typed, however a link is called', () => {
  const [one, other] = pair()
  const name = "a;reboot$(id)'"
  const link = testLink(3, name, { link: 2, linkNetnsId: 0, up: false })
  const { verdict } = told([one ?? emptyState('1'), { ...(other ?? emptyState('2')), links: [link] }])
  expect(verdict.cause).toEqual({ code: 'link-down', values: { link: name, place: '2' } })
  expect(verdict.remedies).toEqual([
    { code: 'command-inside', values: { command: `ip link set dev 'a;reboot$(id)'\\''' up`, place: '2' } },
  ])
})

test('of what is remembered between two ends, one that is over is taken last', () => {
  const nat = { name: 'nat' as const, chains: [] }
  const kept = (state: string, sourcePort: number) => ({
    ...{ id: null, family: 'ipv4' as const, protocol: 'tcp', state, timeout: 60, flags: [], mark: 0, zone: null },
    original: side('10.0.0.1', sourcePort, '10.0.0.2', 80),
    reply: side('10.0.0.2', 80, '10.0.0.1', sourcePort),
  })
  const side = (source: string, sourcePort: number, destination: string, destinationPort: number) => ({
    ...{ source, destination, sourcePort, destinationPort, packets: null, bytes: null },
  })
  const world = {
    ...testWorld(pair()),
    peers: (netns: string) => new Map([[0, netns === '1' ? '2' : '1']]),
    firewalls: () => [{ variant: 'nf_tables' as const, firewall: { tables: [nat] } }],
    flows: () => [kept('TIME_WAIT', 4001), kept('ESTABLISHED', 4002)],
  }
  const { there } = explain(world, { ...question, protocol: 'tcp', port: 80, isExisting: true })
  const entry = there.steps.find(({ said }) => said.code === 'flow-kept')
  expect(entry).toMatchObject({ said: { values: { state: 'ESTABLISHED' } }, packet: { sourcePort: 4002 } })
})

test('a published port to which no rule leads is told as that, not as one that nobody listens on', () => {
  const web = container('web', { ports: [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 }] })
  const base = testWorld(pair())
  const world = {
    ...base,
    peers: (netns: string) => new Map([[0, netns === '1' ? '2' : '1']]),
    records: { ...base.records, containers: { [web.id]: web } },
  }
  const asked = { from: { kind: 'namespace', id: '2' }, to: { kind: 'address', address: '10.0.0.1' } } as const
  const { verdict } = explain(world, { ...asked, protocol: 'tcp', port: 8080 })
  expect(verdict.cause).toEqual({ code: 'publication-missing', values: { port: 8080, container: 'web' } })
  expect(explain(world, { ...asked, protocol: 'tcp', port: 8081 }).verdict.cause.code).toBe('nobody-listens')
})

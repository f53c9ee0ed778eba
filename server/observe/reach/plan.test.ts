import { expect, test } from 'vitest'
import type { NetSocket } from '../../kernel/netns-contract'
import type { ReachRequest } from './contract'
import { listeningPorts, planReach, questionOf } from './plan'

const request: ReachRequest = {
  containers: [
    { id: 'a', name: 'web', key: '/run/a', published: [] },
    { id: 'b', name: 'db', key: '/run/b', published: [] },
  ],
  ...{ outside: ['192.0.2.1'], by: 'name', what: { kind: 'listening' } },
}

test('every container and the host ask every other, the host and outside, port by port', () => {
  const ports = Array.from({ length: 8 }, (_, index) => ({ protocol: 'tcp' as const, port: 80 + index }))
  const plan = planReach(request, { containers: new Map([['a', ports]]), host: [] })
  expect(plan.rows.map(({ name }) => name)).toEqual(['web', 'db', '', '192.0.2.1'])
  expect(plan.columns.map(({ name, port }) => `${name} ${port}`)).toEqual([
    ...['web 80', 'web 81', 'web 82', 'web 83', 'web 84', 'web 85'],
    ...['db null', ' null', '192.0.2.1 null'],
  ])
  expect(plan.cut).toBe(2)
})

test('containers are asked for by name where that is wanted, and nobody asks itself', () => {
  const { rows, columns } = planReach(
    { ...request, what: { kind: 'port', protocol: 'udp', port: 53 } },
    { containers: new Map(), host: [] },
  )
  const [web, , host] = rows
  const [toWeb, toDb, toHost] = columns
  if (!web || !host || !toWeb || !toDb || !toHost) throw new Error('rows and columns are missing')
  expect(questionOf(web, toWeb, 'name')).toBeUndefined()
  expect(questionOf(host, toHost, 'name')).toBeUndefined()
  expect(questionOf(web, toDb, 'name')).toEqual({
    ...{
      from: { kind: 'container', id: 'a' },
      to: { kind: 'name', name: 'db' },
      protocol: 'udp',
      port: 53,
    },
  })
  expect(questionOf(web, toDb, 'address')?.to).toEqual({ kind: 'container', id: 'b' })
  expect(questionOf(host, toDb, 'name')?.to).toEqual({ kind: 'container', id: 'b' })
})

test('what the host publishes is asked for there, by everybody and by the host itself, and told whom it leads to', () => {
  const binding = { protocol: 'tcp', containerPort: 80, hostPort: 8080 } as const
  const published = [
    { ...binding, hostIp: '0.0.0.0' },
    { ...binding, hostIp: '::' },
    { ...binding, hostIp: '127.0.0.1', hostPort: 9090 },
    { ...binding, hostIp: '2001:db8::1', hostPort: 7070 },
  ]
  const [web] = request.containers
  const host = [8080, 22].map((port) => ({ protocol: 'tcp' as const, port }))
  const asked = { ...request, containers: web ? [{ ...web, published }] : [] }
  const { rows, columns } = planReach(asked, { containers: new Map(), host })
  expect(columns.map(({ place, port, leadsTo }) => [place.kind, port, leadsTo?.name])).toEqual([
    ['container', null, undefined],
    ['host', 8080, 'web'],
    ['host', 22, undefined],
    ['address', 9090, 'web'],
    ['address', 7070, 'web'],
    ['address', null, undefined],
  ])
  const askers = columns.map((column) =>
    rows.filter((row) => questionOf(row, column, 'address')).map(({ place }) => place.kind),
  )
  expect(askers).toEqual([
    ['host', 'address'],
    ['container', 'host', 'address'],
    ['container', 'address'],
    ['host'],
    ['container', 'host'],
    ['container', 'host'],
  ])
  expect(planReach({ ...asked, what: { kind: 'echo' } }, { containers: new Map(), host }).columns).toHaveLength(3)
})

test('what listens on the loopback only is no port for others', () => {
  const socket = (more: Partial<NetSocket>): NetSocket => ({
    ...{ protocol: 'tcp', family: 'ipv4', state: 'listen', localAddress: '0.0.0.0', localPort: 80 },
    ...{ remoteAddress: null, remotePort: null, link: null, receiveQueue: 0, sendQueue: 0, inode: null },
    ...{ ipv6Only: false, processes: [] },
    ...more,
  })
  const rows = [
    ...[socket({}), socket({ localAddress: '::' }), socket({ localPort: 22, state: 'established' })],
    ...[
      socket({ localAddress: '127.0.0.11', localPort: 53 }),
      socket({ protocol: 'udp', state: 'unconnected', localPort: 53 }),
      socket({ protocol: 'udp', state: 'unconnected', localPort: 40_000 }),
    ],
  ]
  expect(listeningPorts(rows)).toEqual([
    { protocol: 'tcp', port: 80 },
    { protocol: 'udp', port: 53 },
  ])
})

import { expect, test } from 'vitest'
import { diff } from './diff'
import { inverse, inversePlan } from './inverse'
import { type KernelObject, keyOf } from './object'
import type { Step } from './plan'
import { renderPlan } from './render'
import { baseObjects, bridge, cable, endpointObjects, networkObjects, rule, sandboxObjects } from './testing/objects'

const directory = '/run/patchbay/netns'
const netns = `${directory}/0123456789ab`
const sandbox = sandboxObjects(directory)
const endpoint = endpointObjects(directory)
const everything = [...baseObjects, ...networkObjects, ...sandbox, ...endpoint]
const socket: KernelObject = {
  kind: 'socket',
  netns: `/${netns.slice(1)}`,
  protocol: 'udp',
  address: '127.0.0.11',
  port: 53,
  service: 'dns',
}

test('nothing differs: an empty plan', () => {
  expect(diff(everything, everything).steps).toEqual([])
  expect(diff([], []).steps).toEqual([])
})

test('everything is added after what it stands on', () => {
  expect(renderPlan(diff([...everything, socket], []))).toMatchSnapshot()
})

test('what a thing stands on comes first, whatever order it is described in', () => {
  const kinds = diff([socket, ...everything.toReversed()], []).steps.map(({ object }) =>
    object.kind === 'link' ? object.type : object.kind,
  )
  const firstOf = (kind: (typeof kinds)[number]) => kinds.indexOf(kind)
  expect(firstOf('namespace')).toBe(0)
  expect(firstOf('bridge')).toBeLessThan(firstOf('veth'))
  expect(firstOf('veth')).toBeLessThan(firstOf('inner'))
  expect(kinds.lastIndexOf('chain')).toBeLessThan(firstOf('rule'))
  expect(kinds.at(-1)).toBe('socket')
})

test('everything is removed the other way round, and what goes along needs no command', () => {
  expect(renderPlan(diff([], [...everything, socket]))).toMatchSnapshot()
})

test('a sandbox keeps its steps together, one sandbox after the other', () => {
  const other = JSON.parse(JSON.stringify([...sandbox, ...endpoint]).replaceAll('0123456', '9876543')) as KernelObject[]
  const places = diff([...sandbox, ...other, ...endpoint], []).steps.map(({ object }) =>
    object.kind === 'link' || object.kind === 'address' || object.kind === 'route' ? object.netns : '',
  )
  const inside = places.filter((place) => place !== 'host' && place !== '')
  expect(inside).toEqual([...inside].sort())
})

test('a cable takes along what is on its other end', () => {
  const { steps } = diff([], endpoint)
  const removal = steps.find(({ object }) => keyOf(object) === keyOf(cable(directory)))
  expect(steps.map(({ object }) => object.kind)).toEqual(['rule', 'link'])
  expect(removal).toMatchObject({
    verb: 'remove',
    along: [
      { kind: 'sysctl', name: 'net/ipv4/conf/eth0/arp_notify' },
      { kind: 'link', name: 'eth0' },
      { kind: 'address' },
      { kind: 'route' },
    ],
  })
})

test('a socket is closed before its namespace goes', () => {
  const { steps } = diff([], [...sandbox, socket])
  expect(steps.map(({ verb, object }) => `${verb} ${object.kind}`)).toEqual(['remove socket', 'remove namespace'])
})

test('a route that another link takes over is removed before it is added', () => {
  const route = (link: string, via: string): KernelObject => {
    return { kind: 'route', netns: `/${netns.slice(1)}`, destination: 'default', via, link }
  }
  expect(renderPlan(diff([route('eth1', '10.90.0.1')], [route('eth0', '10.89.0.1')]))).toEqual([
    `nsenter --net=${netns} ip route delete default via 10.89.0.1 dev eth0`,
    `nsenter --net=${netns} ip route add default via 10.90.0.1 dev eth1`,
  ])
  expect(renderPlan(diff([route('eth0', '10.89.0.9')], [route('eth0', '10.89.0.1')]))).toEqual([
    `nsenter --net=${netns} ip route replace default via 10.89.0.9 dev eth0`,
  ])
})

test.each([
  ['mtu', { ...bridge, mtu: 1400 }, ['ip link set dev br-0123456789ab mtu 1400']],
  ['state', { ...bridge, up: false }, ['ip link set dev br-0123456789ab down']],
  ['mark', { ...bridge, alias: 'patchbay:x' }, ['ip link set dev br-0123456789ab alias patchbay:x']],
])('a bridge with another %s is changed in place', (_, wanted, commands) => {
  expect(renderPlan(diff([wanted], [bridge]))).toEqual(commands)
})

test('a cable that fell out of its bridge is put back, hairpin too', () => {
  const wanted = cable(directory)
  expect(renderPlan(diff([wanted], [{ ...wanted, master: '', hairpin: false }]))).toEqual([
    'ip link set dev veth0123456 master br-0123456789ab',
    'ip link set dev veth0123456 type bridge_slave hairpin on',
  ])
  expect(renderPlan(diff([wanted], [{ ...wanted, hairpin: false }]))).toEqual([
    'ip link set dev veth0123456 type bridge_slave hairpin on',
  ])
})

test('a cable with another end is replaced, with all that was on it', () => {
  const wanted = endpoint.map((object) =>
    object.kind === 'link' && object.type === 'veth' ? { ...object, peer: { ...object.peer, name: 'eth7' } } : object,
  )
  const steps = diff(wanted, endpoint).steps
  expect(steps.map(({ verb, object }) => `${verb} ${object.kind}`)).toEqual([
    'remove link',
    'add link',
    'add sysctl',
    'add link',
    'add address',
    'add route',
  ])
})

test('a cable gets another MAC and another MTU in place, at both its ends', () => {
  const present = cable(directory)
  const wanted = { ...present, mtu: 1400, peer: { ...present.peer, mac: '02:42:0a:59:00:09' } }
  expect(renderPlan(diff([wanted], [present]))).toEqual([
    'ip link set dev veth0123456 mtu 1400',
    `nsenter --net=${netns} sysctl -w net/ipv4/conf/eth0/arp_notify=1`,
    `nsenter --net=${netns} sysctl -w net/ipv6/conf/eth0/ndisc_notify=1`,
    `nsenter --net=${netns} ip link set dev eth0 mtu 1400 address 02:42:0a:59:00:09`,
    `nsenter --net=${netns} sysctl -w net/ipv4/conf/eth0/arp_notify=0`,
    `nsenter --net=${netns} sysctl -w net/ipv6/conf/eth0/ndisc_notify=0`,
  ])
})

test('the routes of a link are put back when one of its addresses becomes another, those of other families stay', () => {
  const ipv6: KernelObject = { kind: 'route', netns: `/${netns.slice(1)}`, destination: 'fd00:9::/64', link: 'eth0' }
  const moved = endpoint.map((object) => (object.kind === 'address' ? { ...object, address: '10.89.0.9/24' } : object))
  const inside = `nsenter --net=${netns} ip`
  expect(renderPlan(diff([...moved, ipv6], [...endpoint, ipv6]))).toEqual([
    `${inside} route delete default via 10.89.0.1 dev eth0`,
    `${inside} address delete 10.89.0.2/24 dev eth0`,
    `${inside} address add 10.89.0.9/24 broadcast + dev eth0`,
    `${inside} route add default via 10.89.0.1 dev eth0`,
  ])
})

test('a missing rule comes back before the later rules of its owner', () => {
  const rules = ['a', 'b', 'c'].map((name) => rule('filter', 'PATCHBAY', 'net', ['-i', name, '-j', 'DROP']))
  const other = rule('filter', 'PATCHBAY', 'other', ['-i', 'd', '-j', 'DROP'])
  const [first, , third] = rules
  if (first === undefined || third === undefined) throw new Error('three rules')
  const { steps } = diff([...rules, other], [first, third, other])
  expect(steps.map(({ verb, object }) => (object.kind === 'rule' ? `${verb} ${object.args[1]}` : ''))).toEqual([
    'remove c',
    'add b',
    'add c',
  ])
})

test('of a rule that is there twice, one is removed', () => {
  const twice = rule('filter', 'PATCHBAY', 'net', ['-j', 'ACCEPT'])
  expect(diff([twice], [twice, twice]).steps).toEqual([{ verb: 'remove', object: twice }])
})

test('a sysctl or policy that somebody changed is set again', () => {
  const [sysctl, policy] = [baseObjects.at(0), baseObjects.at(-1)]
  if (sysctl?.kind !== 'sysctl' || policy?.kind !== 'policy') throw new Error('a sysctl and a policy')
  const present: KernelObject[] = [
    { ...sysctl, value: '0' },
    { ...policy, policy: 'ACCEPT' },
  ]
  expect(renderPlan(diff([sysctl, policy], present))).toEqual([
    'sysctl -w net/ipv4/ip_forward=1',
    'iptables -P FORWARD DROP',
  ])
})

test('the inverse of the inverse is the step itself', () => {
  const steps: Step[] = [...diff(everything, []).steps, ...diff([], everything).steps]
  expect(steps.map(inverse).map(inverse)).toEqual(steps)
  expect(inversePlan(inversePlan(steps))).toEqual(steps)
})

test('the inverse of a removal brings back what went along', () => {
  expect(renderPlan({ steps: inversePlan(diff([], [...sandbox, ...endpoint]).steps) })).toEqual(
    expect.arrayContaining([
      `nsenter --net=${netns} ip link set dev lo up`,
      `nsenter --net=${netns} ip address add 10.89.0.2/24 broadcast + dev eth0`,
      `nsenter --net=${netns} ip route add default via 10.89.0.1 dev eth0`,
    ]),
  )
})

test('a cable that comes back has its queues and their filters, behind what these lead to', () => {
  const veth = cable('/run/netns')
  const at = { netns: 'host', link: veth.name } as const
  const clsact = { kind: 'qdisc', ...at, parent: 'clsact', type: 'clsact' } as const
  const loss = { kind: 'filter', ...at, hook: 'egress', type: 'loss', threshold: 7 } as const
  const ifb = { kind: 'link', type: 'ifb', netns: 'host', name: 'ifb0123456', alias: veth.alias, up: true } as const
  const redirect = { kind: 'filter', ...at, hook: 'ingress', type: 'redirect', to: ifb.name } as const
  const back = renderPlan({ steps: inversePlan(diff([], [veth, clsact, loss, redirect, ifb]).steps) })
  expect(back.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    ...['ip link add', 'ip link set', 'ip link add', 'ip link set'],
    ...['tc qdisc add', 'tc filter add', 'tc filter add'],
  ])
  expect(back[0]).toContain('type ifb')
})

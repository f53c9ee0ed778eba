import { expect, test } from 'vitest'
import type { EndpointId, ServiceId } from '../cnm/ids'
import { diff } from '../plan/diff'
import { renderPlan } from '../plan/render'
import { describeService, type ServicePolicy } from './service'

const policy: ServicePolicy = {
  service: { id: 'a1b2c3d4e5f60718'.repeat(4) as ServiceId, affinity: 'none' },
  address: '172.18.0.200',
  device: 'br-0',
  subnets: ['172.18.0.0/16'],
  internal: false,
  icc: true,
  gateway: 'nat',
  ports: [{ protocol: 'tcp', port: 80, targetPort: 8080, hostPort: null, hostIp: '' }],
  members: ['172.18.0.2', '172.18.0.3', '172.18.0.4'].map((address, at) => ({
    id: `${at + 1}`.repeat(64) as EndpointId,
    ...{ address, weight: 1, isWayOut: true },
  })),
}
const lines = (change: Partial<ServicePolicy> = {}) =>
  renderPlan(diff(describeService({ ...policy, ...change }), [])).map((line) =>
    line.replace(/-m comment --comment \S+ /, '').replaceAll('a1b2c3d4e5f6', 'ID'),
  )
/** The rules that choose a member. */
const isChoice = (line: string) => /-A PATCHBAY-ID-80t .*-j PATCHBAY-/.test(line)
const given = (change: Partial<ServicePolicy> = {}) => lines(change).filter(isChoice)
const weighing = (...weights: number[]) =>
  policy.members.slice(0, weights.length).map((member, at) => ({ ...member, weight: weights[at] ?? 1 }))

test('an address, a chain for its ports, one for its members, and no way to anything else', () => {
  expect(lines()).toMatchInlineSnapshot(`
    [
      "ip address add 172.18.0.200/32 dev br-0",
      "iptables -t nat -N PATCHBAY-ID",
      "iptables -t nat -N PATCHBAY-ID-80t",
      "iptables -t nat -N PATCHBAY-b0a3d2c5f4e7-80t",
      "iptables -t nat -N PATCHBAY-8390e1f6c7d4-80t",
      "iptables -t nat -N PATCHBAY-9281f0e7d6c5-80t",
      "iptables -t nat -A PATCHBAY-ID -p tcp -m tcp --dport 80 -j PATCHBAY-ID-80t",
      "iptables -t nat -A PATCHBAY-ID -j ACCEPT",
      "iptables -t nat -A PATCHBAY-ID-80t -p tcp -m statistic --mode nth --every 3 --packet 0 -j PATCHBAY-b0a3d2c5f4e7-80t",
      "iptables -t nat -A PATCHBAY-b0a3d2c5f4e7-80t -p tcp -j DNAT --to-destination 172.18.0.2:8080",
      "iptables -t nat -A PATCHBAY-ID-80t -p tcp -m statistic --mode nth --every 2 --packet 0 -j PATCHBAY-8390e1f6c7d4-80t",
      "iptables -t nat -A PATCHBAY-8390e1f6c7d4-80t -p tcp -j DNAT --to-destination 172.18.0.3:8080",
      "iptables -t nat -A PATCHBAY-ID-80t -p tcp -j PATCHBAY-9281f0e7d6c5-80t",
      "iptables -t nat -A PATCHBAY-9281f0e7d6c5-80t -p tcp -j DNAT --to-destination 172.18.0.4:8080",
      "iptables -t nat -I PATCHBAY 1 -d 172.18.0.200/32 -j PATCHBAY-ID",
      "iptables -I INPUT 1 -d 172.18.0.200/32 '!' -p icmp -m conntrack --ctstate NEW -j REJECT --reject-with icmp-port-unreachable",
    ]
  `)
})

test('members of unlike weight are chosen by chance, each out of what the ones before have left', () => {
  expect(given({ members: weighing(2, 4, 2) }).map((line) => /--probability (\S+)|-j/.exec(line)?.[1])).toEqual([
    ...['0.25000000000', '0.66666666651', undefined],
  ])
  expect(given({ members: weighing(10, 10) })[0]).toContain('--mode nth --every 2 --packet 0')
})

test('with affinity each client belongs to a member, in proportion', () => {
  const service = { ...policy.service, affinity: 'client' } as const
  expect(given({ service, members: weighing(2, 1) }).map((line) => line.match(/nodemask \S+|nodes \d/g))).toEqual([
    ['nodemask 0x00000003', 'nodes 3'],
    ['nodemask 0x00000004', 'nodes 3'],
  ])
  expect(given({ service, members: weighing(5) })[0]).not.toContain('cluster')
})

test('a member that goes takes its own rule along; those of the others, and what they counted, stay', () => {
  const fewer = { ...policy, members: policy.members.slice(1) }
  const { steps } = diff(describeService(fewer), describeService(policy))
  const touched = renderPlan({ steps }).filter((line) => line.includes('--to-destination'))
  expect(touched).toHaveLength(1)
  expect(touched[0]).toMatch(/-D PATCHBAY-b0a3d2c5f4e7-80t .* 172\.18\.0\.2:8080$/)
})

test('without members nothing is given to anybody', () => {
  expect(given({ members: [] })).toEqual([])
  expect(lines({ members: [] })).toContain('iptables -t nat -A PATCHBAY-ID-80t -j ACCEPT')
})

test('a published one lets strangers in, and sends back what members answer by another way', () => {
  const [port] = policy.ports
  if (!port) throw new Error('no port')
  const [first, second] = policy.members
  if (!first || !second) throw new Error('no members')
  const change = { ports: [{ ...port, hostPort: 8080 }], members: [first, { ...second, isWayOut: false }] }
  expect(lines(change).filter((line) => !lines().includes(line) && !isChoice(line))).toEqual([
    'iptables -t nat -A PATCHBAY -p tcp -m tcp --dport 8080 -j PATCHBAY-ID-80t',
    "iptables -I PATCHBAY 1 '!' -i br-0 -o br-0 -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT",
    'iptables -t nat -A POSTROUTING -d 172.18.0.3/32 -o br-0 -m conntrack --ctstate DNAT -j MASQUERADE',
  ])
})

test('containers that are kept apart reach it all the same; those of an internal network are masqueraded', () => {
  expect(lines({ icc: false }).join('\n')).toContain('--ctorigdst 172.18.0.200 -j ACCEPT')
  expect(lines({ internal: true }).join('\n')).toContain(
    '-A POSTROUTING -s 172.18.0.0/16 -d 172.18.0.0/16 -o br-0 -m conntrack --ctstate DNAT -j MASQUERADE',
  )
})

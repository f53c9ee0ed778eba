import { expect, test } from 'vitest'
import { mendAll, mendSome } from './mend'
import { type KernelObject, keyOf, type RuleObject, type VethLink } from './object'
import { renderPlan } from './render'

const netns = '/run/patchbay/netns/a'
const veth: VethLink = {
  ...{ kind: 'link', type: 'veth', netns: 'host', name: 'veth1', alias: 'patchbay:e', mtu: 1500, up: true },
  ...{ master: 'br-1', hairpin: false, peer: { netns, name: 'eth0', mac: '02:00:00:00:00:01' } },
}
const inside: KernelObject[] = [
  { kind: 'link', type: 'inner', netns, name: 'eth0', up: true },
  { kind: 'address', netns, link: 'eth0', address: '10.0.0.2/24' },
  { kind: 'route', netns, destination: 'default', via: '10.0.0.1', link: 'eth0' },
]

function rule(owner: string, match: string, chain = 'PATCHBAY'): RuleObject {
  const args = ['-i', match, '-m', 'comment', '--comment', `patchbay:${owner}`, '-j', 'ACCEPT']
  return { kind: 'rule', netns: 'host', table: 'filter', chain, args }
}

const short = (commands: string[]) => commands.map((line) => line.replace(/ -m comment --comment \S+ -j ACCEPT/, ''))

test('a missing rule is put in before the next of its owner, by its number, and nothing else moves', () => {
  const wanted = [rule('a', '1'), rule('a', '2'), rule('a', '3')]
  const present = [rule('b', 'x'), rule('a', '1'), rule('b', 'y'), rule('a', '3')]
  const all = [...wanted, rule('b', 'x'), rule('b', 'y')]
  expect(short(renderPlan(mendAll(all, present)))).toEqual(['iptables -I PATCHBAY 4 -i 2'])
})

test('numbers count what the same plan takes out and puts in before', () => {
  const wanted = [rule('a', '1'), rule('a', '2'), rule('a', '3'), rule('a', '4')]
  const present = [rule('gone', 'x'), rule('a', '3'), rule('a', '3')]
  expect(short(renderPlan(mendAll(wanted, present)))).toEqual([
    'iptables -D PATCHBAY -i 3',
    'iptables -D PATCHBAY -i x',
    'iptables -I PATCHBAY 1 -i 1',
    'iptables -I PATCHBAY 2 -i 2',
    'iptables -A PATCHBAY -i 4',
  ])
})

test('a repair of one rule leaves other differences alone', () => {
  const wanted = [rule('a', '1'), rule('a', '2'), rule('a', '3')]
  const present = [rule('gone', 'x'), rule('a', '3')]
  const plan = mendSome(wanted, present, new Set([keyOf(rule('a', '2'))]))
  expect(short(renderPlan(plan))).toEqual(['iptables -I PATCHBAY 2 -i 2'])
})

test('a rule that is there twice loses one copy, and one out of its turn is put in order', () => {
  const copy = new Set([keyOf(rule('a', '1'))])
  expect(short(renderPlan(mendSome([rule('a', '1')], [rule('a', '1'), rule('a', '1')], copy)))).toEqual([
    'iptables -D PATCHBAY -i 1',
  ])
  const plan = mendSome(
    [rule('a', '1'), rule('a', '2')],
    [rule('a', '2'), rule('a', '1')],
    new Set([keyOf(rule('a', '2'))]),
  )
  expect(short(renderPlan(plan))).toEqual(['iptables -D PATCHBAY -i 2', 'iptables -A PATCHBAY -i 2'])
})

test('a cable that bears another name at either end only gets its names back', () => {
  const stray = { ...veth, name: 'evil0', peer: { ...veth.peer, name: 'lan0' } }
  const moved = inside.map((object): KernelObject => {
    if (object.kind === 'link') return { ...object, name: 'lan0' }
    return { ...object, link: 'lan0' } as KernelObject
  })
  expect(renderPlan(mendAll([veth, ...inside], [stray, ...moved]))).toEqual([
    'ip link set dev evil0 name veth1',
    `nsenter --net=${netns} ip link set dev lan0 name eth0`,
  ])
})

test('on a kernel that renames no link that is up it rests for a moment, and its routes come back', () => {
  const moved = inside.map((object): KernelObject => {
    return object.kind === 'link' ? { ...object, name: 'lan0' } : ({ ...object, link: 'lan0' } as KernelObject)
  })
  const present = [{ ...veth, peer: { ...veth.peer, name: 'lan0' } }, ...moved]
  const enter = `nsenter --net=${netns} ip`
  expect(renderPlan(mendAll([veth, ...inside], present, { isLive: false }))).toEqual([
    `${enter} link set dev lan0 down`,
    `${enter} link set dev lan0 name eth0`,
    `${enter} link set dev eth0 up`,
    `${enter} route add default via 10.0.0.1 dev eth0`,
  ])
})

test('two links that could be the one that is missing are not guessed at', () => {
  const strays = ['evil0', 'evil1'].map((name) => ({ ...veth, name }))
  const commands = renderPlan(mendAll([veth], strays))
  expect(commands.filter((line) => line.includes(' name evil') && line.includes('set'))).toEqual([])
  expect(commands).toContain('ip link delete dev evil0')
})

test('an address goes without its link’s routes, and stays where that is asked for', () => {
  const stranger: KernelObject = { kind: 'address', netns, link: 'eth0', address: '10.0.0.9/24' }
  expect(renderPlan(mendAll(inside, [...inside, stranger]))).toHaveLength(1)
  expect(renderPlan(mendAll(inside, [...inside, stranger], { stays: ({ kind }) => kind === 'address' }))).toEqual([])
})

test('in a chain of others it is put in by its number among theirs', () => {
  const wanted = [rule('a', '1', 'POSTROUTING'), rule('a', '2', 'POSTROUTING')]
  const present = [{ ...rule('a', '2', 'POSTROUTING'), number: 5 }]
  expect(short(renderPlan(mendAll(wanted, present)))).toEqual(['iptables -I POSTROUTING 5 -i 1'])
})

import { expect, test } from 'vitest'
import { createObstacles } from './obstacles'
import type { EndpointView, NetworkView } from './snapshot'

const network = (name: string, device: string, subnet: string) =>
  ({ id: name, name, device, origin: 'patchbay', pools: [{ subnet, gateway: '' }] }) as unknown as NetworkView
const networks = [network('front', 'br-1', '10.1.0.0/24'), network('back', 'br-2', '10.2.0.0/24')]

test('what is dropped in chains that FORWARD calls is told, with the conditions of the call', () => {
  expect(found('FORWARD -j DOCKER-USER', 'DOCKER-USER -s 10.1.0.0/24 -j DROP')).toEqual([['front', 'front']])
  expect(found('FORWARD -i br-2 -j ufw', 'ufw -j deep', 'deep -j REJECT', 'deep -g deep')).toEqual([['back', 'back']])
  expect(found('FORWARD -j DOCKER-USER', 'DOCKER-USER -j RETURN', 'DOCKER-USER -j DROP')).toEqual([])
  expect(found('FORWARD -j ACCEPT', 'FORWARD -i br-1 -j DROP')).toEqual([])
  expect(found('FORWARD -i docker0 -j ufw', 'ufw -j DROP')).toEqual([['front, back', null]].slice(1))
})

test('what another engine does between its own networks is none', () => {
  const stages = ['FORWARD -j STAGE-1', 'STAGE-1 -i docker0 ! -o docker0 -j STAGE-2', 'STAGE-2 -o docker0 -j DROP']
  expect(found(...stages, 'FORWARD -j DOCKER', 'DOCKER ! -i docker0 -o docker0 -j DROP')).toEqual([])
})

test('it hurts at every network that it is about; at the cable alone, where it asks for one address', () => {
  const end = { id: 'end-7', networkId: 'back', ipv4Address: '10.2.0.7/24', ipv6Address: null } as EndpointView
  const at = (rule: string) => createObstacles()(text([rule]), networks, [end]).map((one) => one.at)
  expect(at('FORWARD -s 10.0.0.0/8 -j DROP')).toEqual([['front', 'back']])
  expect(at('FORWARD -d 10.2.0.7/32 -j DROP')).toEqual([['end-7']])
  expect(at('FORWARD -i br-2 ! -s 10.2.0.7/32 -j DROP')).toEqual([undefined])
})

test('rules for IPv6 concern networks that have it, and a thousand rules are told as one', () => {
  const six = { ...network('six', 'br-6', 'fd00:6::/64') }
  const find = createObstacles('ipv6')
  expect(find(text(['FORWARD -j DROP']), [...networks, six]).map(({ words }) => words[0]?.values)).toEqual([
    { chain: 'FORWARD (ip6tables)', networks: 'six', rule: '-j DROP' },
  ])
  const many = Array.from({ length: 1_000 }, (_, at) => `FORWARD -s 10.1.0.${at % 250}/32 -p tcp --dport ${at} -j DROP`)
  expect(createObstacles()(text(many), networks).map(({ alike }) => alike)).toEqual([999])
})

test('nothing is in the way of a configuration, for no packet is of it', () => {
  const conf = { ...network('conf', '', '10.9.0.0/24'), configuration: { ipv4: true, ipv6: false } }
  expect(createObstacles()(text(['FORWARD -s 10.9.0.0/24 -j DROP']), [conf])).toEqual([])
})

function text(rules: string[]) {
  return `*filter\n${rules.map((rule) => `[0:0] -A ${rule}`).join('\n')}\nCOMMIT\n`
}

function found(...rules: string[]) {
  const lines = rules.map((rule) => `[0:0] -A ${rule}`).join('\n')
  const text = `*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:FORWARD DROP [0:0]\n:PATCHBAY-USER - [0:0]\n${lines}\nCOMMIT\n`
  return createObstacles()(text, networks).map(({ words, subjectId }) => [words[0]?.values.networks, subjectId])
}

test('a rule before Patchbay’s that drops what belongs to a network is told to that network', () => {
  expect(found('FORWARD -i br-1 -j DROP')).toEqual([['front', 'front']])
  expect(found('FORWARD -s 10.0.0.0/8 -p tcp -m tcp --dport 25 -j REJECT')).toEqual([['front, back', null]])
  expect(found('PATCHBAY-USER -d 10.2.0.7/32 -j DROP')).toEqual([['back', 'back']])
  expect(found('FORWARD -i br+ -j DROP')).toEqual([['front, back', null]])
  expect(found('FORWARD -j DROP')).toEqual([['front, back', null]])
})

test('rules behind Patchbay’s, of Patchbay’s, of others’ networks and those that accept are none', () => {
  expect(found('FORWARD -j PATCHBAY-FORWARD', 'FORWARD -j DROP')).toEqual([])
  expect(found('FORWARD -i br-1 -m comment --comment patchbay:beef -j DROP')).toEqual([])
  expect(found('FORWARD -i docker0 -o docker0 -j DROP', 'FORWARD -i eth0 -d 172.17.0.0/16 -j DROP')).toEqual([])
  expect(found('FORWARD -i br-1 -j ACCEPT', 'FORWARD -m conntrack --ctstate INVALID -j DROP')).toEqual([])
})

import { expect, test } from 'vitest'
import { splitArguments } from '../../kernel/firewall-save'
import { judge } from './match'
import { parseRule } from './parse-rule'
import { withLink } from './planned-state'
import { emptyState, testWorld } from './testing/paper'
import type { Moving } from './trip'

const packet: Moving = {
  ...{ family: 'ipv4', protocol: 'tcp', source: '10.0.0.2', destination: '10.0.1.3', sourcePort: 40_000 },
  ...{ destinationPort: 80, sourceMac: '02:00:00:00:00:02', destinationMac: null, mark: 0x15, ttl: 64, size: 60 },
  ...{ inLink: 'br-a', outLink: 'br-b', physIn: 'veth1', physOut: null },
  ...{ state: 'NEW', isReply: false, isAnswer: false, isMidway: false, flow: null },
}

/** Whether a packet from br-a to br-b meets the rule. */
function met(text: string, more: Partial<Moving> = {}) {
  const rule = parseRule({ args: splitArguments(text), text, packets: 0, bytes: 0 })
  const bridge = { kind: 'link', type: 'bridge', netns: 'host', alias: '', mtu: 1500, up: true } as const
  const wiring = { opposite: 0, number: 0 }
  const plain = withLink(emptyState('1'), { ...bridge, name: 'br-a' }, { index: 1, ...wiring })
  const state = withLink(plain, { ...bridge, name: 'br-b', group: 0x5042 }, { index: 2, ...wiring })
  const scene = { world: testWorld([state]), netns: '1', inLink: 'br-a', outLink: 'br-b' }
  return judge(rule, { ...scene, packet: { ...packet, ...more } }).judgement
}

test.each([
  ['', 'yes'],
  ['-s 10.0.0.0/24 -d 10.0.1.3/32', 'yes'],
  ['! -s 10.0.0.0/24', 'no'],
  ['-s 10.0.0.0/255.255.255.0', 'yes'],
  ['-i br-a ! -o br-a', 'yes'],
  ['-i br-+', 'yes'],
  ['! -i br-+', 'no'],
  ['-p udp', 'no'],
  ['-p 6 -m tcp --dport 80', 'yes'],
  ['-p tcp -m tcp --dport 1:79', 'no'],
  ['-p tcp -m tcp ! --dport 443', 'yes'],
  ['-p tcp -m multiport --dports 22,80:90', 'yes'],
  ['-p tcp -m multiport ! --dports 22,80:90', 'no'],
  ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN', 'yes'],
  ['-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN', 'no'],
  ['-m conntrack --ctstate RELATED,ESTABLISHED', 'no'],
  ['-m conntrack ! --ctstate RELATED,ESTABLISHED', 'yes'],
  ['-m conntrack --ctstate INVALID,NEW', 'yes'],
  ['-m mark --mark 0x5/0xf', 'yes'],
  ['-m mark ! --mark 0x5/0xf', 'no'],
  ['-m physdev --physdev-in veth1', 'yes'],
  ['-m physdev --physdev-out veth1', 'no'],
  ['-m physdev ! --physdev-is-bridged', 'yes'],
  ['-m mac --mac-source 02:00:00:00:00:02', 'yes'],
  ['-m iprange --src-range 10.0.0.1-10.0.0.9', 'yes'],
  ['-m iprange --dst-range 10.0.1.30-10.0.1.200', 'no'],
  ['-m length --length 0:100', 'yes'],
  ['-m comment --comment "-s 10.9.9.9 -j DROP" -p tcp', 'yes'],
  ['-m devgroup --dst-group 0x5042', 'yes'],
  ['-m devgroup ! --dst-group 0x5042', 'no'],
  ['-m devgroup --dst-group 0x2/0xf', 'yes'],
  ['-m devgroup --src-group 0x0', 'yes'],
  ['-m devgroup --src-group 0x0 ! --dst-group 0x5043', 'yes'],
  ['-m devgroup --src-group 0x0 ! --dst-group 0x5042', 'no'],
  ['-m devgroup --src-group 0x5042', 'no'],
  ['-m devgroup --src-group trusted', 'maybe'],
  ['-m set --match-set blocked src', 'maybe'],
  ['-p udp -m set --match-set blocked src', 'no'],
  ['-m limit --limit 3/min', 'maybe'],
  ['-m owner --uid-owner 0', 'no'],
])('%s: %s', (text, judgement) => {
  expect(met(text)).toBe(judgement)
})

test('what no port of a bridge has seen meets no condition on ports', () => {
  expect(met('-m physdev --physdev-in veth1', { physIn: null })).toBe('no')
  expect(met('-m physdev ! --physdev-in veth1', { physIn: null })).toBe('yes')
})

test('only what a socket here has sent has an owner', () => {
  expect(met('-m owner --uid-owner 0', { inLink: null })).toBe('yes')
  expect(met('-m owner ! --uid-owner 0', { inLink: null })).toBe('no')
})

test('an answer is no first packet', () => {
  expect(met('-p tcp -m tcp --syn', { isAnswer: true })).toBe('no')
  expect(met('-p icmp -m icmp --icmp-type 8', { protocol: 'icmp' })).toBe('yes')
  expect(met('-p icmp -m icmp --icmp-type 8', { protocol: 'icmp', isAnswer: true })).toBe('no')
})

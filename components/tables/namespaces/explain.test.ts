import { createTranslator } from 'next-intl'
import { expect, test } from 'vitest'
import type { FlowRow, RouteRow, RuleRow, SocketRow } from '@/server/observe/tables/rows'
import type { Locale } from '../../i18n/locale'
import { messages } from '../../i18n/messages'
import { explainFlow, isTranslated } from './explain-flow'
import { explainPolicyRule, explainRoute } from './explain-route'
import { explainSetting } from './explain-setting'
import { explainSocket } from './explain-socket'

const translator = <Area extends 'routes' | 'rules' | 'flows' | 'sockets' | 'sysctls.explain'>(
  area: Area,
  locale: Locale = 'en',
) => createTranslator({ locale, messages: messages[locale], namespace: `namespaces.${area}` })

const via = { gateway: '10.0.0.1', link: 'eth0', weight: 1, flags: [] }
function route(part: Partial<RouteRow>): RouteRow {
  const rest = { from: null, source: null, metric: 0, protocol: 'static', scope: 'global', mtu: null }
  return {
    key: '',
    family: 'ipv4',
    table: 254,
    type: 'unicast',
    destination: '0.0.0.0/0',
    hops: [via],
    ...rest,
    ...part,
  }
}
const onLink = [{ ...via, gateway: null }]

test.each([
  [route({}), 'Everything else by way of 10.0.0.1 on eth0', '其余所有流量，经 eth0 上的 10.0.0.1 转发'],
  [
    route({ destination: '10.1.0.0/16', hops: onLink, source: '10.1.0.1', mtu: 1400 }),
    '10.1.0.0/16 is on eth0 itself, with the sender 10.1.0.1, at most 1400 bytes a packet',
    '10.1.0.0/16 就在 eth0 上，源地址用 10.1.0.1，每个数据包至多 1400 字节',
  ],
  [
    route({ type: 'local', destination: '10.1.0.1/32', hops: onLink, table: 255, source: '10.1.0.1' }),
    '10.1.0.1 is this namespace’s own, on eth0',
    '10.1.0.1 是本命名空间自己的地址，在 eth0 上',
  ],
  [
    route({ type: 'blackhole', destination: 'fd00::/8', hops: [] }),
    'To fd00::/8 is dropped without a word',
    '发往 fd00::/8，静默丢弃',
  ],
  [
    route({ hops: [via, { ...via, gateway: '10.0.0.2', link: 'eth1' }], from: '10.5.0.0/16' }),
    'Everything else is shared among 2 ways: 10.0.0.1 on eth0, 10.0.0.2 on eth1, for packets from 10.5.0.0/16',
    '其余所有流量，分摊到 2 条路径：eth0 上的 10.0.0.1, eth1 上的 10.0.0.2，仅限来自 10.5.0.0/16 的数据包',
  ],
  [
    route({ hops: [{ ...via, link: 'a\u202eb', flags: ['linkdown'] }] }),
    'Everything else by way of 10.0.0.1 on \u2068a⟨202E⟩b\u2069 (the link is down)',
    '其余所有流量，经 \u2068a⟨202E⟩b\u2069 上的 10.0.0.1 转发（接口已断开）',
  ],
])('route %#', (row, en, zh) => {
  expect(explainRoute(row, translator('routes'))).toBe(en)
  expect(explainRoute(row, translator('routes', 'zh'))).toBe(zh)
})

test('a rule says which packets it is about and where they look', () => {
  const rule: RuleRow = {
    ...{ key: '', family: 'ipv4', priority: 50, from: '10.0.0.5/32', to: null, iif: 'eth1', oif: null },
    ...{ mark: 16, mask: 255, action: 'lookup', table: 100, inverted: false },
  }
  const say = (part: Partial<RuleRow>) =>
    explainPolicyRule({ ...rule, ...part }, translator('rules'), (table) => `t${table}`)
  expect(say({})).toBe('Packets from 10.0.0.5 arriving by eth1 with mark 0x10/0xff look in table t100')
  const zh = explainPolicyRule(rule, translator('rules', 'zh'), String)
  expect(zh).toBe('来自 10.0.0.5、从 eth1 进入、带标记 0x10/0xff的数据包：查路由表 100')
  expect(say({ from: null, iif: null, mark: null, action: 'prohibit' })).toBe('All packets are refused as forbidden')
  const others = { from: null, iif: null, mark: null, otherConditions: ['ipproto tcp', 'dport 443'] }
  expect(say(others)).toBe('Packets where ipproto tcp, dport 443 look in table t100')
  expect(say({ ...others, otherConditions: [], action: 'goto', table: null, goto: 200 })).toBe(
    'All packets go on at rule 200',
  )
  expect(say({ iif: null, mark: null, suppressPrefixLength: 0 })).toBe(
    'Packets from 10.0.0.5 look in table t100, where only routes longer than /0 count',
  )
  expect(say({ iif: null, mark: null, inverted: true })).toBe('All packets but those from 10.0.0.5 look in table t100')
})

function flow(part: Partial<FlowRow>): FlowRow {
  const count = { packets: null, bytes: null }
  return {
    ...{ key: '', family: 'ipv4', protocol: 'tcp', state: 'ESTABLISHED', flags: ['ASSURED'], mark: 0, zone: null },
    original: { source: '172.18.0.2', sourcePort: 41000, destination: '203.0.113.5', destinationPort: 80, ...count },
    reply: { source: '203.0.113.5', sourcePort: 80, destination: '172.18.0.2', destinationPort: 41000, ...count },
    expiresAt: null,
    ...part,
  }
}

test('a connection says what becomes of its addresses, which the awaited reply tells', () => {
  const plain = flow({})
  const { original, reply } = plain
  const masqueraded = flow({ reply: { ...reply, destination: '10.0.0.5' } })
  const published = flow({ reply: { ...reply, source: '172.18.0.9', sourcePort: 8080 }, flags: ['UNREPLIED'] })
  const say = (one: FlowRow, locale?: Locale) => explainFlow(one, translator('flows', locale))
  expect(say(plain)).toBe('172.18.0.2:41000 → 203.0.113.5:80')
  expect(say(masqueraded)).toBe('172.18.0.2:41000 → 203.0.113.5:80, leaves as 10.0.0.5 (source NAT)')
  expect(say(published)).toBe(
    '172.18.0.2:41000 → 203.0.113.5:80, goes to 172.18.0.9:8080 instead (destination NAT), no answer yet',
  )
  expect(say(masqueraded, 'zh')).toBe('172.18.0.2:41000 → 203.0.113.5:80，以 10.0.0.5 发出（源 NAT）')
  const otherPort = flow({ reply: { ...reply, destination: '10.0.0.5', destinationPort: 2000 } })
  expect(say(otherPort)).toContain('leaves as 10.0.0.5:2000')
  expect([plain, masqueraded, published].map(isTranslated)).toEqual([false, true, true])
  const echo = flow({ original: { ...original, sourcePort: null, destinationPort: null }, protocol: 'icmp' })
  expect(say({ ...echo, reply: { ...reply, sourcePort: null, destinationPort: null } })).toBe(
    '172.18.0.2 → 203.0.113.5',
  )
})

test('a socket says what it waits for', () => {
  const socket: SocketRow = {
    ...{ key: '', protocol: 'tcp', family: 'ipv6', state: 'listen', receiveQueue: 0, sendQueue: 128 },
    ...{ localAddress: '::', localPort: 80, remoteAddress: null, remotePort: null, link: null, ipv6Only: false },
    processes: [],
  }
  const say = (part: Partial<SocketRow>) => explainSocket({ ...socket, ...part }, translator('sockets'))
  const far = { remoteAddress: 'fd00::5', remotePort: 443, sendQueue: 0 }
  expect(say({})).toBe('Waits for connections at any address, port 80')
  expect(say({ ipv6Only: true, receiveQueue: 3 })).toBe(
    'Waits for connections at any IPv6 address, port 80; 3 wait to be taken',
  )
  expect(say({ ...far, state: 'established', receiveQueue: 9 })).toBe('Connected with [fd00::5]:443; 9 bytes unread')
  expect(say({ ...far, state: 'time-wait' })).toBe('Closed; waits out late packets of [fd00::5]:443')
  expect(say({ protocol: 'packet', family: null, localPort: 2054, link: 'eth0', sendQueue: 0 })).toBe(
    'Sees every frame of type ARP, on eth0 alone',
  )
  expect(say({ protocol: 'udp', state: 'unconnected', family: 'ipv4', localAddress: '0.0.0.0', sendQueue: 0 })).toBe(
    'Takes datagrams at any IPv4 address, port 80',
  )
})

test('a setting says what its value means for its link', () => {
  const say = (name: string, value: string) => explainSetting(name, value, translator('sysctls.explain'))
  expect(say('net.ipv4.ip_forward', '1')).toBe('Packets are forwarded between links')
  expect(say('net.ipv4.conf.eth0/100.rp_filter', '2')).toBe(
    'On eth0.100 packets are taken whose sender can be reached at all',
  )
  expect(say('net.ipv6.conf.all.disable_ipv6', '0')).toBe('IPv6 works on all links')
  expect(say('net.ipv4.tcp_sack', '1')).toBe('')
  expect(say('constructor', '1')).toBe('')
})

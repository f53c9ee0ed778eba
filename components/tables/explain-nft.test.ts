import { createTranslator } from 'next-intl'
import { expect, test } from 'vitest'
import type { Locale } from '../i18n/locale'
import { messages } from '../i18n/messages'
import { explainNft } from './explain-nft'

/** Rules as nft 1.0.6 prints them, their counters taken off. */
const cases: readonly (readonly [rule: string, en: string, zh: string])[] = [
  ['return', 'All packets go back to the chain they came from.', '所有数据包返回上一级链。'],
  [
    'ct state established,related accept comment "in"',
    'Packets of established or related connections are accepted. “in”',
    '属于 established 或 related 连接的数据包被放行。（in）',
  ],
  [
    'iifname "eth*" ip saddr @bad counter drop',
    'Packets from set bad arriving by eth* are dropped.',
    '来自集合 bad、从 eth* 进入的数据包被丢弃。',
  ],
  [
    'ip saddr != { 10.1.0.0/16, 10.2.0.1 } tcp dport { 22, 80-90 } ct state new limit rate 10/second burst 5 packets accept',
    'TCP packets from anywhere but 10.1.0.0/16 or 10.2.0.1 to port 22 or 80–90 of new connections and coming at most 10/second are accepted.',
    '并非来自 10.1.0.0/16 或 10.2.0.1、目的端口为 22 或 80–90、属于 new 连接、速率不超过 10/second 的 TCP 数据包被放行。',
  ],
  [
    'meta l4proto { tcp, udp } th dport 53 jump other',
    'TCP or UDP packets to port 53 go on to chain other.',
    '目的端口为 53 的 TCP 或 UDP 数据包转入链 other。',
  ],
  ['tcp dport vmap @ports', 'All packets are decided by tcp dport: ports.', '所有数据包按 tcp dport 判定：ports。'],
  [
    'tcp dport vmap { 25 : drop, 26 : jump other }',
    'All packets are decided by tcp dport: 25 : drop, 26 : jump other.',
    '所有数据包按 tcp dport 判定：25 : drop, 26 : jump other。',
  ],
  [
    'ip6 nexthdr ipv6-icmp icmpv6 type { echo-request, nd-neighbor-solicit } accept',
    'ICMPv6 packets of ICMP type echo-request or nd-neighbor-solicit are accepted.',
    'ICMP 类型为 echo-request 或 nd-neighbor-solicit 的 ICMPv6 数据包被放行。',
  ],
  [
    'icmp type echo-request limit rate over 5/minute drop',
    'ICMP packets of ICMP type echo-request and matching limit rate over 5/minute are dropped.',
    'ICMP 类型为 echo-request、匹配 limit rate over 5/minute 的 ICMP 数据包被丢弃。',
  ],
  [
    'meta mark 0x00000001 meta mark set 0x00000002 log prefix "hi there: " level warn drop',
    'Packets carrying mark 0x1 are given mark 0x2 and are logged and are dropped.',
    '带有标记 0x1 的数据包被打上标记 0x2、记入日志、被丢弃。',
  ],
  [
    'fib saddr . iif oif missing drop',
    'Packets matching fib saddr . iif oif missing are dropped.',
    '匹配 fib saddr . iif oif missing 的数据包被丢弃。',
  ],
  [
    'fib daddr type local tcp flags syn / fin,syn counter name "c1"',
    'Packets addressed to this host matching tcp flags syn / fin,syn are counted and go on.',
    '目的地是本机、匹配 tcp flags syn / fin,syn 的数据包只计数，然后继续。',
  ],
  [
    'ether saddr 00:11:22:33:44:55 reject with icmpx admin-prohibited',
    'Packets from 00:11:22:33:44:55 are refused with icmpx admin-prohibited.',
    '来自 00:11:22:33:44:55 的数据包被拒绝，并以 icmpx admin-prohibited 应答。',
  ],
  [
    'tcp dport 22 add @dyn { ip saddr timeout 1m }',
    'TCP packets to port 22 are handled by add @dyn { ip saddr timeout 1m }.',
    '目的端口为 22 的 TCP 数据包由 add @dyn { ip saddr timeout 1m } 处理。',
  ],
  ['ip ttl < 4 drop', 'Packets matching ip ttl < 4 are dropped.', '匹配 ip ttl < 4 的数据包被丢弃。'],
  ['meta nfproto ipv4 drop', 'All IPv4 packets are dropped.', '所有 IPv4 数据包被丢弃。'],
  [
    'ip saddr . tcp dport { 10.0.0.1 . 22 } accept',
    'Packets matching ip saddr . tcp dport { 10.0.0.1 . 22 } are accepted.',
    '匹配 ip saddr . tcp dport { 10.0.0.1 . 22 } 的数据包被放行。',
  ],
  [
    'udp dport 5 dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }',
    'UDP packets to port 5 are sent to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 } instead.',
    '目的端口为 5 的 UDP 数据包改发往 numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }。',
  ],
  [
    'numgen random mod 2 vmap { 0 : jump a, 1 : jump b }',
    'All packets are handled by numgen random mod 2 vmap { 0 : jump a, 1 : jump b }.',
    '所有数据包由 numgen random mod 2 vmap { 0 : jump a, 1 : jump b } 处理。',
  ],
  [
    'tcp dport 80 redirect to :8080',
    'TCP packets to port 80 are handed to this host at port 8080.',
    '目的端口为 80 的 TCP 数据包交给本机端口 8080。',
  ],
  [
    'oifname != { "br-a", "b" } masquerade random',
    'Packets leaving by any interface but bridge backend or b leave with this host’s own address.',
    '不从网桥 backend 或 b 离开的数据包以本机自己的地址发出。',
  ],
  [
    'ip daddr 127.0.0.11 udp dport 53 udp dport set 5300 comment "patchbay:ab12"',
    'UDP packets to 127.0.0.11 port 53 get udp dport 5300.',
    '发往 127.0.0.11、目的端口为 53 的 UDP 数据包被改写 udp dport 为 5300。',
  ],
  [
    'tcp dport { 1, 2, 3, 4, 5, 6, 7, 8 } counter',
    'TCP packets to port 1 or 2 or 3 or 4 or 5 or 6 or 2 others are counted and go on.',
    '目的端口为 1 或 2 或 3 或 4 或 5 或 6 或另外 2 项的 TCP 数据包只计数，然后继续。',
  ],
  ['iifname "a,b" drop', 'Packets arriving by a,b are dropped.', '从 a,b 进入的数据包被丢弃。'],
  ['vlan id 5 drop', 'Packets matching vlan id 5 are dropped.', '匹配 vlan id 5 的数据包被丢弃。'],
]

test.each(cases)('%s', (rule, en, zh) => {
  expect({ en: explain('en', rule), zh: explain('zh', rule) }).toEqual({ en, zh })
})

test('a rule that is no rule ends all the same', () => {
  for (const rule of [
    '',
    '{',
    '"',
    'ip',
    'fib',
    'limit',
    'tcp dport',
    'jump',
    'tcp dport vmap',
    '{ { } }',
    'meta mark set',
  ]) {
    expect(explain('en', rule)).toMatch(/\.$/)
  }
})

function explain(locale: Locale, rule: string): string {
  const t = createTranslator({ locale, messages: messages[locale], namespace: 'tables.explain' })
  return explainNft(rule, t, (device) => (device === 'br-a' ? 'backend' : undefined))
}

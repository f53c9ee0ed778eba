import { createTranslator } from 'next-intl'
import { expect, test } from 'vitest'
import type { Locale } from '../i18n/locale'
import { messages } from '../i18n/messages'
import { type ExplainedRule, explainRule } from './explain-rule'

interface Case extends Partial<ExplainedRule> {
  en: string
  zh: string
}

const cases: Case[] = [
  { target: 'RETURN', en: 'All packets go back to the chain they came from.', zh: '所有数据包返回上一级链。' },
  {
    target: 'PATCHBAY-USER',
    isJump: true,
    en: 'All packets go on to chain PATCHBAY-USER.',
    zh: '所有数据包转入链 PATCHBAY-USER。',
  },
  {
    match: '-d 172.18.0.2/32 -m physdev ! --physdev-is-bridged',
    target: 'PATCHBAY-IN-0123456789ab',
    isJump: true,
    en: 'Packets to 172.18.0.2 not passing within a bridge are judged by the policy on what comes in (chain PATCHBAY-IN-0123456789ab).',
    zh: '发往 172.18.0.2、不在网桥内部转发的数据包由入站策略判定（链 PATCHBAY-IN-0123456789ab）。',
  },
  {
    match: '-m conntrack --ctdir REPLY',
    target: 'RETURN',
    en: 'Packets on the REPLY side of their connection go back to the chain they came from.',
    zh: '属于连接的 REPLY 方向的数据包返回上一级链。',
  },
  { match: '-p tcp', target: 'ACCEPT', en: 'All TCP packets are accepted.', zh: '所有 TCP 数据包被放行。' },
  {
    match: '-s 172.18.0.0/16 ! -o br-3f9a',
    target: 'MASQUERADE',
    en: 'Packets from 172.18.0.0/16 leaving by any interface but br-3f9a leave with this host’s own address.',
    zh: '来自 172.18.0.0/16、不从 br-3f9a 离开的数据包以本机自己的地址发出。',
  },
  {
    match: '-d 172.18.0.2/32 ! -i br-3f9a -o br-3f9a -p tcp -m tcp --dport 80 -m comment --comment "patchbay:ab12"',
    target: 'ACCEPT',
    en: 'TCP packets to 172.18.0.2 port 80 arriving by any interface but br-3f9a and leaving by br-3f9a are accepted.',
    zh: '发往 172.18.0.2、目的端口为 80、不从 br-3f9a 进入、从 br-3f9a 离开的 TCP 数据包被放行。',
  },
  {
    match: '-o br-a -m conntrack --ctstate RELATED,ESTABLISHED',
    target: 'ACCEPT',
    en: 'Packets of RELATED or ESTABLISHED connections leaving by br-a are accepted.',
    zh: '属于 RELATED 或 ESTABLISHED 连接、从 br-a 离开的数据包被放行。',
  },
  {
    match: '! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL',
    target: 'DOCKER',
    isJump: true,
    en: 'Packets to anywhere but 127.0.0.0/8 addressed to this host go on to chain DOCKER.',
    zh: '并非发往 127.0.0.0/8、目的地是本机的数据包转入链 DOCKER。',
  },
  {
    match: '-p tcp -m tcp --dport 8080',
    target: 'DNAT',
    targetArgs: '--to-destination 172.18.0.2:80',
    en: 'TCP packets to port 8080 are sent to 172.18.0.2:80 instead.',
    zh: '目的端口为 8080 的 TCP 数据包改发往 172.18.0.2:80。',
  },
  {
    match: '-p udp -m multiport --dports 53,5353:5360',
    target: 'REJECT',
    targetArgs: '--reject-with icmp-port-unreachable',
    en: 'UDP packets to port 53 or 5353–5360 are refused with icmp-port-unreachable.',
    zh: '目的端口为 53 或 5353–5360 的 UDP 数据包被拒绝，并以 icmp-port-unreachable 应答。',
  },
  {
    match: '-i br-a ! -o br-a',
    target: 'DROP',
    en: 'Packets arriving by br-a and leaving by any interface but br-a are dropped.',
    zh: '从 br-a 进入、不从 br-a 离开的数据包被丢弃。',
  },
  {
    match: '-s 10.1.0.0/16 -m comment --comment "let the \\"office\\" in"',
    target: 'ACCEPT',
    en: 'Packets from 10.1.0.0/16 are accepted. “let the "office" in”',
    zh: '来自 10.1.0.0/16 的数据包被放行。（let the "office" in）',
  },
  {
    match: '-m frob --frobnicate 3 ! --level high',
    target: 'FROB',
    targetArgs: '--x y',
    en: 'Packets matching --frobnicate 3 and matching ! --level high are handled by FROB --x y.',
    zh: '匹配 --frobnicate 3、匹配 ! --level high 的数据包由 FROB --x y 处理。',
  },
  {
    match: '! -p tcp',
    target: 'LOG',
    en: 'Packets not TCP are logged and go on.',
    zh: '协议不是 TCP 的数据包记入日志，然后继续。',
  },
  {
    match: '-p icmp',
    target: '',
    en: 'All ICMP packets are counted and go on.',
    zh: '所有 ICMP 数据包只计数，然后继续。',
  },
  {
    match: '-m conntrack ! --ctstate INVALID -m mark --mark 0x1/0x1',
    target: 'MARK',
    targetArgs: '--set-xmark 0x2',
    en: 'Packets of connections that are not INVALID carrying mark 0x1/0x1 are given mark 0x2.',
    zh: '不属于 INVALID 连接、带有标记 0x1/0x1 的数据包被打上标记 0x2。',
  },
  {
    match: '-p tcp',
    target: 'REDIRECT',
    targetArgs: '--to-ports 3128',
    en: 'All TCP packets are handed to this host at port 3128.',
    zh: '所有 TCP 数据包交给本机端口 3128。',
  },
  {
    match: '-s 10.0.0.2/32',
    target: 'SNAT',
    targetArgs: '--to-source 192.0.2.1',
    en: 'Packets from 10.0.0.2 leave with the source address 192.0.2.1.',
    zh: '来自 10.0.0.2 的数据包以源地址 192.0.2.1 发出。',
  },
  {
    match: '-m limit --limit 5/min --limit-burst 10',
    target: 'LOG',
    en: 'Packets coming at most 5/min are logged and go on.',
    zh: '速率不超过 5/min 的数据包记入日志，然后继续。',
  },
]

test.each(cases)('$en', ({ en, zh, ...rule }) => {
  expect({ en: explain('en', rule), zh: explain('zh', rule) }).toEqual({ en, zh })
})

test('a bridge is called by its network where that is known', () => {
  const rule = { match: '! -i br-a -o eth0', target: 'DROP', targetArgs: '', isJump: false }
  const networkOf = (device: string) => (device === 'br-a' ? 'backend' : undefined)
  expect(explainRule(rule, translator('en'), networkOf)).toBe(
    'Packets arriving by any interface but bridge backend and leaving by eth0 are dropped.',
  )
  expect(explainRule(rule, translator('zh'), networkOf)).toBe('不从网桥 backend 进入、从 eth0 离开的数据包被丢弃。')
})

function explain(locale: Locale, rule: Partial<ExplainedRule>): string {
  return explainRule({ match: '', target: '', targetArgs: '', isJump: false, ...rule }, translator(locale))
}

function translator(locale: Locale) {
  return createTranslator({ locale, messages: messages[locale], namespace: 'tables.explain' })
}

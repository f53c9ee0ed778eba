import { randomBytes } from 'node:crypto'
import { encode } from 'dns-packet'
import { expect, test } from 'vitest'
import { decodeFrame } from './frame'

const macs = Buffer.from('02420a0a000302420a0a0002', 'hex')
const [ethernet, raw] = [1, 101]

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2)
  return bytes
}

function frame(type: number, payload: Buffer): Buffer {
  return Buffer.concat([macs, words(type), payload])
}

interface Ipv4 {
  protocol: number
  payload: Buffer
  source?: readonly number[]
  destination?: readonly number[]
  id?: number
  fragment?: number
  ttl?: number
}

function ipv4({ protocol, payload, source, destination, id = 7, fragment = 0x4000, ttl = 64 }: Ipv4): Buffer {
  const addresses = Buffer.from([...(source ?? [10, 10, 0, 2]), ...(destination ?? [10, 10, 0, 3])])
  const head = Buffer.concat([
    words(0x4500, 20 + payload.length, id, fragment),
    Buffer.from([ttl, protocol]),
    words(0),
    addresses,
  ])
  return Buffer.concat([head, payload])
}

const udp = (source: number, destination: number, payload: Buffer) =>
  Buffer.concat([words(source, destination, 8 + payload.length, 0), payload])

function tcp(flags: number, payload = Buffer.alloc(0), options = Buffer.alloc(0), source = 40_000): Buffer {
  const offset = (20 + options.length) / 4
  const head = Buffer.concat([words(source, 80, 0, 100, 0, 9, (offset << 12) | flags, 64_240, 0, 0), options])
  return Buffer.concat([head, payload])
}

const overIpv4 = (protocol: number, payload: Buffer, more: Partial<Ipv4> = {}) =>
  frame(0x0800, ipv4({ protocol, payload, ...more }))
const ping = Buffer.concat([words(0x0800, 0, 5, 1), Buffer.from('abcdefgh')])
const summary = (bytes: Buffer, linkType = ethernet) => decodeFrame(linkType, bytes).summary
const names = (bytes: Buffer) => decodeFrame(ethernet, bytes).layers.map(({ name }) => name)

const query = encode({ type: 'query', id: 4660, flags: 256, questions: [{ type: 'A', name: 'web.lab' }] })
const answer = encode({
  ...{ type: 'response', id: 4660, flags: 384 },
  questions: [{ type: 'A', name: 'web.lab' }],
  answers: [{ type: 'A', name: 'web.lab', ttl: 60, data: '10.10.0.3' }],
})
const missing = encode({ type: 'response', id: 1, flags: 3, questions: [{ type: 'AAAA', name: 'x' }] })
const synOptions = Buffer.from('020405b40402080a00000001000000000103030700000000', 'hex').subarray(0, 20)
const arp = (operation: number, sender: readonly number[], target: readonly number[]) =>
  frame(
    0x0806,
    Buffer.concat([
      words(1, 0x0800, 0x0604, operation),
      macs.subarray(6),
      Buffer.from(sender),
      Buffer.alloc(6),
      Buffer.from(target),
    ]),
  )
const dhcp = Buffer.concat([
  ...[Buffer.from('010106000000002a', 'hex'), Buffer.alloc(20), macs.subarray(6), Buffer.alloc(202)],
  Buffer.from('63825363350101ff', 'hex'),
])
const unreachable = Buffer.concat([
  words(0x0303, 0, 0, 0),
  ipv4({ protocol: 17, payload: udp(5_000, 53, Buffer.alloc(4)), source: [10, 10, 0, 3], destination: [10, 10, 0, 2] }),
])
const ipv6Head = (next: number, payload: Buffer) =>
  Buffer.concat([
    words(0x6000, 0, payload.length, (next << 8) | 64),
    Buffer.from('fd000000000000000000000000000002fd000000000000000000000000000003', 'hex'),
    payload,
  ])
const solicitation = Buffer.concat([
  words(0x8700, 0, 0, 0),
  Buffer.from('fd000000000000000000000000000009', 'hex'),
  Buffer.from([1, 1]),
  macs.subarray(6),
])
const inner = overIpv4(1, ping)
const vxlan = (content: Buffer) =>
  overIpv4(17, udp(33_000, 4_789, Buffer.concat([Buffer.from('0800000000002a00', 'hex'), content])), {
    source: [192, 0, 2, 1],
    destination: [192, 0, 2, 2],
  })

test.each([
  ['arp asks', arp(1, [10, 10, 0, 2], [10, 10, 0, 3]), 'ARP', 'Who has 10.10.0.3? Tell 10.10.0.2'],
  ['arp answers', arp(2, [10, 10, 0, 2], [10, 10, 0, 3]), 'ARP', '10.10.0.2 is at 02:42:0a:0a:00:02'],
  ['arp announces', arp(1, [10, 10, 0, 2], [10, 10, 0, 2]), 'ARP', 'Announcement: 10.10.0.2 is at 02:42:0a:0a:00:02'],
  ['ping', overIpv4(1, ping), 'ICMP', 'Echo request id=5 seq=1'],
  [
    'an ICMP error names the packet that it is about',
    overIpv4(1, unreachable),
    'ICMP',
    'Destination unreachable (port unreachable), about DNS 10.10.0.3:5000 → 10.10.0.2:53',
  ],
  [
    'a SYN with its options',
    overIpv4(6, tcp(2, undefined, synOptions)),
    'TCP',
    '40000 → 80 [SYN] Seq=100 Win=64240 Len=0 MSS=1460 SACK_PERM WS=128',
  ],
  ['data', overIpv4(6, tcp(0x18, Buffer.from([1, 2]))), 'TCP', '40000 → 80 [PSH, ACK] Seq=100 Ack=9 Win=64240 Len=2'],
  [
    'an HTTP request',
    overIpv4(6, tcp(0x18, Buffer.from('GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n'))),
    'HTTP',
    'GET /a?b HTTP/1.1',
  ],
  [
    'an HTTP answer',
    overIpv4(6, tcp(0x18, Buffer.from('HTTP/1.1 404 Not Found\r\n'))),
    'HTTP',
    'HTTP/1.1 404 Not Found',
  ],
  ['a DNS question', overIpv4(17, udp(4_000, 53, query)), 'DNS', 'Query 0x1234 A web.lab'],
  ['a DNS answer', overIpv4(17, udp(53, 4_000, answer)), 'DNS', 'Answer 0x1234 A web.lab → 10.10.0.3'],
  ['a DNS name that is not', overIpv4(17, udp(53, 4_000, missing)), 'DNS', 'Answer 0x0001 AAAA x → NXDOMAIN'],
  ['UDP', overIpv4(17, udp(1, 2, Buffer.from('hello'))), 'UDP', '1 → 2 Len=5'],
  [
    'a later fragment',
    overIpv4(17, Buffer.alloc(8), { fragment: 185 }),
    'IPv4',
    'Fragment of UDP, id 0x0007, offset 1480, the last',
  ],
  ['another protocol', overIpv4(132, Buffer.alloc(8)), 'IPv4', 'SCTP'],
  [
    'IPv4 in GRE',
    overIpv4(47, Buffer.concat([words(0x2000, 0x0800, 0, 7), ipv4({ protocol: 1, payload: ping })])),
    'ICMP',
    'Echo request id=5 seq=1',
  ],
  [
    'IPv6 in IPv4',
    overIpv4(41, ipv6Head(58, solicitation)),
    'ICMPv6',
    'Neighbour solicitation fd00::9 from 02:42:0a:0a:00:02',
  ],
  [
    'a group that is joined',
    overIpv4(2, Buffer.from('1600f9fde0000001', 'hex')),
    'IGMP',
    'Membership report v2 224.0.0.1',
  ],
  ['a DHCP question', overIpv4(17, udp(68, 67, dhcp)), 'DHCP', 'DHCP Discover 0x0000002a of 02:42:0a:0a:00:02'],
  [
    'a fragment of IPv6',
    frame(0x86dd, ipv6Head(44, Buffer.concat([Buffer.from('1100000100000007', 'hex'), udp(3, 4, Buffer.alloc(8))]))),
    'UDP',
    'Fragment of UDP, id 0x00000007, offset 0, more follow',
  ],
  [
    'a neighbour asks',
    frame(0x86dd, ipv6Head(58, solicitation)),
    'ICMPv6',
    'Neighbour solicitation fd00::9 from 02:42:0a:0a:00:02',
  ],
  [
    'IPv6 with an extension header',
    frame(0x86dd, ipv6Head(0, Buffer.concat([Buffer.from('1100050200000100', 'hex'), udp(3, 4, Buffer.alloc(1))]))),
    'UDP',
    '3 → 4 Len=1',
  ],
  [
    'a VLAN tag',
    frame(0x8100, Buffer.concat([words(0x2005, 0x0800), ipv4({ protocol: 1, payload: ping })])),
    'ICMP',
    'Echo request id=5 seq=1',
  ],
  ['a VXLAN shows the frame inside', vxlan(inner), 'ICMP', 'Echo request id=5 seq=1'],
  ['something else', frame(0x1234, Buffer.alloc(4)), 'Ethernet', 'type 0x1234'],
] as const)('%s', (_, bytes, protocol, info) => {
  expect(summary(bytes)).toMatchObject({ protocol, info })
})

test('addresses and ports are those of the innermost packet', () => {
  expect(summary(overIpv4(17, udp(4_000, 53, query)))).toMatchObject({
    ...{ source: '10.10.0.2', destination: '10.10.0.3', sourcePort: 4_000, destinationPort: 53, tunnels: 0 },
  })
  expect(summary(vxlan(inner))).toMatchObject({
    source: '10.10.0.2',
    destination: '10.10.0.3',
    sourcePort: null,
    tunnels: 1,
  })
  expect(summary(frame(0x86dd, ipv6Head(58, solicitation)))).toMatchObject({
    source: 'fd00::2',
    destination: 'fd00::3',
  })
  expect(summary(ipv4({ protocol: 1, payload: ping }), raw)).toMatchObject({ source: '10.10.0.2', protocol: 'ICMP' })
  expect(summary(ipv6Head(58, solicitation), raw)).toMatchObject({ source: 'fd00::2', protocol: 'ICMPv6' })
})

test('layers are in order, and each field knows its bytes', () => {
  const bytes = overIpv4(17, udp(4_000, 53, query))
  expect(names(bytes)).toEqual(['Ethernet II', 'IPv4', 'UDP', 'DNS'])
  expect(names(vxlan(inner))).toEqual(['Ethernet II', 'IPv4', 'UDP', 'VXLAN', 'Ethernet II', 'IPv4', 'ICMP'])
  const [, ip, , dns] = decodeFrame(ethernet, bytes).layers
  expect(ip).toMatchObject({ from: 14, to: 34 })
  expect(ip?.fields.find(({ name }) => name === 'Source')).toEqual({
    name: 'Source',
    value: '10.10.0.2',
    from: 26,
    to: 30,
  })
  expect(dns?.fields.at(-1)).toEqual({ name: 'Question', value: 'A web.lab', from: 54, to: bytes.length })
})

test('a packet keeps its identity where a router or NAT passes it on, and in a tunnel', () => {
  const identity = (bytes: Buffer) => summary(bytes).identity
  const syn = tcp(2, undefined, synOptions)
  const translated = tcp(2, undefined, synOptions, 50_000)
  const sent = overIpv4(6, syn)
  expect(identity(overIpv4(6, translated, { source: [198, 51, 100, 1], ttl: 63 }))).toBe(identity(sent))
  expect(identity(overIpv4(6, syn, { id: 8 }))).not.toBe(identity(sent))
  expect(identity(vxlan(inner))).toBe(identity(inner))
  expect(identity(overIpv4(1, Buffer.concat([words(0x0800, 0, 5, 2), Buffer.from('abcdefgh')])))).not.toBe(
    identity(inner),
  )
})

test('names and lines that a packet brings are shown as text, whatever they hold', () => {
  const name = Buffer.from('<b>\u001b\n\u202ex', 'utf8')
  const message = Buffer.concat([
    words(1, 256, 1, 0, 0, 0),
    Buffer.from([name.length]),
    name,
    Buffer.from([0, 0, 1, 0, 1]),
  ])
  expect(summary(overIpv4(17, udp(4_000, 53, message))).info).toBe('Query 0x0001 A <b>\\x1b\\n\\u{202e}x')
  const line = Buffer.from('GET /\u001b[31m\u202e\u0000 HTTP/1.1\r\n')
  expect(summary(overIpv4(6, tcp(0x18, line))).info).toBe('GET /\\x1b[31m\\u{202e}\\x00 HTTP/1.1')
})

test('what is cut short is decoded as far as it goes, and says so', () => {
  const whole = overIpv4(6, tcp(2, undefined, synOptions))
  expect(summary(whole.subarray(0, 40)).info).toBe('40000 → 80 [cut short]')
  expect(summary(whole.subarray(0, 30)).info).toBe('IPv4 [cut short]')
  expect(summary(Buffer.alloc(0)).info).toBe('Ethernet [cut short]')
  expect(summary(frame(0x0800, Buffer.alloc(30))).info).toBe('IPv4 [malformed]')
})

test('no bytes whatever make it throw, or give text with controls', { timeout: 20_000 }, () => {
  const samples = [
    overIpv4(6, tcp(2, undefined, synOptions)),
    overIpv4(17, udp(53, 4_000, answer)),
    overIpv4(6, tcp(0x18, Buffer.from('GET / HTTP/1.1\r\nA: b\r\n\r\n'))),
    overIpv4(1, unreachable),
    frame(0x86dd, ipv6Head(58, solicitation)),
    arp(1, [1, 2, 3, 4], [1, 2, 3, 4]),
    vxlan(vxlan(vxlan(vxlan(vxlan(vxlan(inner)))))),
  ]
  const check = (bytes: Buffer) => {
    for (const linkType of [ethernet, raw, 113]) {
      const { summary: line, layers } = decodeFrame(linkType, bytes)
      expect(line.info).not.toMatch(/\p{Cc}/u)
      for (const { from, to, fields } of layers) {
        if (
          from > to ||
          to > bytes.length ||
          fields.some((field) => field.from > field.to || field.to > bytes.length)
        ) {
          throw new Error(`a field outside of ${bytes.toString('hex')}`)
        }
      }
    }
  }
  for (const sample of samples) {
    for (let length = 0; length <= sample.length; length++) check(sample.subarray(0, length))
    for (let round = 0; round < 1_000; round++) {
      const bytes = Buffer.from(sample)
      for (const [place = 0, value = 0] of [randomBytes(2), randomBytes(2)]) bytes[place % bytes.length] = value
      check(bytes)
    }
  }
  for (let round = 0; round < 3_000; round++) check(randomBytes(round % 200))
})

import { expect, test } from 'vitest'
import { readFrame } from './frame'

const ipv4 = (protocol: number, body: string) =>
  Buffer.from(`45000028000040004${'0'}${protocol.toString(16).padStart(2, '0')}00000a0000020a000003${body}`, 'hex')
const syn = 'd431005000000001000000005002faf000000000'

test('a segment of TCP shows its ends and flags', () => {
  expect(readFrame(0x0800, ipv4(6, syn))).toEqual({
    ...{ kind: 'tcp', source: '10.0.0.2', destination: '10.0.0.3', sourcePort: 54321, destinationPort: 80 },
    flags: 'SYN',
  })
})

test('an error of ICMP shows whose packet it is about', () => {
  const error = ipv4(1, `030a000000000000${ipv4(6, syn.slice(0, 16)).toString('hex')}`)
  expect(readFrame(0x0800, error)).toMatchObject({
    ...{ kind: 'icmp', type: 3, code: 10, id: 0 },
    about: { kind: 'tcp', destinationPort: 80, flags: '' },
  })
})

test('neighbours ask and answer, by ARP and by ICMPv6', () => {
  const arp = Buffer.from(`00010800060400020242ac1200020a0000020242ac1200030a000003`, 'hex')
  expect(readFrame(0x0806, arp)).toEqual({
    ...{ kind: 'neighbour', isAnswer: true, source: '10.0.0.2', target: '10.0.0.3', mac: '02:42:ac:12:00:02' },
  })
  const [from, to] = [`fd${'00'.repeat(14)}02`, `fd${'00'.repeat(14)}03`]
  const asks = Buffer.from(`6000000000183aff${from}${to}8700000000000000${to}`, 'hex')
  expect(readFrame(0x86dd, asks)).toEqual({
    ...{ kind: 'neighbour', isAnswer: false, source: 'fd00::2', target: 'fd00::3', mac: null },
  })
})

test('what is cut short, or none of these, is no frame', () => {
  expect(readFrame(0x0800, ipv4(6, syn).subarray(0, 22))).toBeUndefined()
  expect(readFrame(0x0800, Buffer.alloc(0))).toBeUndefined()
  expect(readFrame(0x0800, ipv4(47, syn))).toBeUndefined()
  expect(readFrame(0x88cc, ipv4(6, syn))).toBeUndefined()
})

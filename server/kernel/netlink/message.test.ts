import { expect, test } from 'vitest'
import { decodeAddress } from './decode-address'
import { decodeLink } from './decode-link'
import { decodeFdb } from './decode-neighbour'
import { decodeRoute } from './decode-route'
import { parseMounts, parseProcesses } from './find'
import { addressOf, attributesIn, macOf, messagesIn, numberAttribute, textOf } from './message'
import { collectState } from './state'

function message(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16)
  head.writeUInt32LE(16 + body.length, 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(flags, 6)
  return Buffer.concat([head, body])
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(4 + value.length, 0)
  head.writeUInt16LE(type, 2)
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)])
}

test('what is cut off or lies about its length ends the messages and the attributes before it', () => {
  const whole = Buffer.concat([message(16, 2, Buffer.alloc(16)), message(16, 0x12, Buffer.alloc(20))])
  expect([...messagesIn(whole)].map(({ isInterrupted, body }) => [isInterrupted, body.length])).toEqual([
    [false, 16],
    [true, 20],
  ])
  for (let length = 0; length < whole.length; length++) {
    expect([...messagesIn(whole.subarray(0, length))].length).toBe(length < 32 ? 0 : 1)
  }
  const lying = numberAttribute(5, 7)
  lying.writeUInt16LE(2, 0)
  expect(attributesIn(Buffer.concat([numberAttribute(4, 7), lying]), 0).size).toBe(1)
  lying.writeUInt16LE(200, 0)
  expect(attributesIn(Buffer.concat([numberAttribute(4, 7), lying]), 0).size).toBe(1)
})

test('values are read by what they are, and a wrong length is no value', () => {
  expect(addressOf(Buffer.from([10, 0, 0, 255]))).toBe('10.0.0.255')
  expect(addressOf(Buffer.from('fd000000000000000000000000000001', 'hex'))).toBe('fd00::1')
  expect(addressOf(Buffer.from([10, 0, 0]))).toBeNull()
  expect([macOf(Buffer.from([2, 0, 0, 0, 0, 255])), macOf(Buffer.alloc(0))]).toEqual(['02:00:00:00:00:ff', null])
  expect(textOf(Buffer.from('<b>\u202e\u0007\0rest'))).toBe('<b>\u202e\u0007')
})

test('messages without any attribute are read as far as they go', () => {
  expect(decodeLink(Buffer.alloc(16))).toMatchObject({
    name: '',
    kind: null,
    mac: null,
    master: null,
    link: null,
    mtu: 0,
  })
  expect([decodeAddress(Buffer.alloc(8)), decodeFdb(Buffer.alloc(12)), decodeRoute(Buffer.alloc(12))]).toEqual([
    null,
    null,
    null,
  ])
  const route = Buffer.alloc(12)
  route[0] = 2
  expect(decodeRoute(route)).toMatchObject({ destination: '0.0.0.0/0', hops: [{ gateway: null, index: null }] })
  const hops = Buffer.concat([route, attribute(9, Buffer.from([200, 0, 0, 0, 1, 0, 0, 0]))])
  expect(decodeRoute(hops)?.hops).toEqual([])
})

test('an answer tells that it was interrupted or refused; a table that the kernel has not is empty', () => {
  const refusal = (errno: number) => {
    const body = Buffer.alloc(20)
    body.writeInt32LE(-errno, 0)
    return message(2, 0, body)
  }
  const quiet = collectState('1')
  quiet.take(Buffer.concat([message(3, 2, Buffer.alloc(4))]))
  quiet.take(refusal(95))
  expect([quiet.isInterrupted, quiet.errno, quiet.state.links]).toEqual([false, null, []])
  const loud = collectState('1')
  loud.take(message(3, 0x10, Buffer.alloc(4)))
  loud.take(refusal(16))
  expect([loud.isInterrupted, loud.errno]).toEqual([true, 16])
})

test('mounts are found with blanks in their names, processes with any name', () => {
  const mounts = parseMounts(
    [
      '1 2 0:4 net:[4026532001] /run/netns/a\\040b\\134\\303\\244 rw shared:1 - nsfs nsfs rw',
      '1 2 0:4 net:[4026532001] /run/netns/again rw - nsfs nsfs rw',
      '1 2 0:4 mnt:[4026532002] /run/mnt rw - nsfs nsfs rw',
      '1 2 0:4 net:[4026532003] /tmp/no rw - ext4 /dev/vda rw',
      '',
    ].join('\n'),
  )
  expect([...mounts]).toEqual([['4026532001', ['/run/netns/a b\\ä', '/run/netns/again']]])
  const answer = Buffer.from('7\x003\x002\x0010\x00a\nb\x0011\x00\x008\x001\x001\x0012\x00<i>\x00')
  expect([...parseProcesses(answer)]).toEqual([
    [
      '7',
      {
        processCount: 3,
        processes: [
          { pid: 10, name: 'a\nb' },
          { pid: 11, name: '' },
        ],
      },
    ],
    ['8', { processCount: 1, processes: [{ pid: 12, name: '<i>' }] }],
  ])
})

import { expect, test } from 'vitest'
import { readTraceMessages } from './trace-message'

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(4 + value.length)
  head.writeUInt16LE(type, 2)
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)])
}
const number = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function message(...attributes: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([2, 0, 0, 0]), ...attributes])
  const head = Buffer.alloc(16)
  head.writeUInt32LE(16 + body.length)
  head.writeUInt16LE((10 << 8) | 17, 4)
  return Buffer.concat([head, body])
}

const text = (value: string) => Buffer.from(`${value}\0`)

test('a rule that jumps is told with its handle, its verdict and where it jumps to', () => {
  const bytes = message(
    ...[attribute(1, text('filter')), attribute(2, text('FORWARD')), attribute(4, number(3)), attribute(6, number(77))],
    attribute(3, Buffer.concat([number(0), number(12)])),
    attribute(5, Buffer.concat([attribute(1, number(-3)), attribute(2, text('PATCHBAY'))])),
    ...[attribute(10, number(4)), attribute(12, number(5))],
  )
  expect(readTraceMessages(Buffer.concat([bytes, bytes]))).toHaveLength(2)
  expect(readTraceMessages(bytes)).toEqual([
    {
      ...{ id: 77, family: 'ip', table: 'filter', chain: 'FORWARD', type: 'rule', verdict: 'jump' },
      ...{ target: 'PATCHBAY', handle: '12', inLink: 4, outLink: 5, header: null },
    },
  ])
})

test('lengths that lie end the reading', () => {
  const bytes = message(attribute(1, text('filter')))
  bytes.writeUInt32LE(4000)
  expect(readTraceMessages(bytes)).toEqual([])
  expect(readTraceMessages(Buffer.alloc(20))).toEqual([])
  const cut = message(attribute(4, number(3)))
  cut.writeUInt16LE(400, 20)
  expect(readTraceMessages(cut)).toEqual([])
})

import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { packetsOf } from './packets'

test('packets are found again, however the stream was cut', async () => {
  const whole = Buffer.from('\0\0\0\x03abc\0\0\0\0\0\0\0\x02de\0\0\0\x09cut')
  for (const size of [1, 2, 5, 100]) {
    const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
      whole.subarray(at * size, at * size + size),
    )
    const packets: string[] = []
    for await (const packet of packetsOf(Readable.from(parts))) packets.push(packet.toString())
    expect(packets).toEqual(['abc', '', 'de'])
  }
})

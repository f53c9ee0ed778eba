import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { packetsOf, startRelay } from './relay'

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

test('what is still written to a relay that has ended is nobody’s error', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'patchbay-relay-'))
  try {
    const relay = startRelay(dir, false)
    const connected = relay.connect()
    const written = relay.write(Buffer.alloc(1024 * 1024))
    relay.endInput()
    await expect(connected).rejects.toThrow('the streams of the program cannot be reached')
    await expect(written).resolves.toBeUndefined()
  } finally {
    await rm(dir, { recursive: true })
  }
})

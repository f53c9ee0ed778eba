import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startRelay } from './relay'

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

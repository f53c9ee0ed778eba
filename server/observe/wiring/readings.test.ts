import { expect, test } from 'vitest'
import { PatchbayError } from '../../cnm/errors'
import type { FoundNetns } from '../../cnm/netns-state'
import type { NetnsReader } from '../../kernel/netns-contract'
import { createReadings } from './readings'

const covered: FoundNetns = {
  ...{ id: '9', path: '/run/netns/covered', mounts: ['/run/netns/covered'], processes: [], processCount: 0 },
  isHost: false,
}

test('a namespace that nothing leads into is shown as one, and not looked for without end', async () => {
  let looks = 0
  const reader: Partial<NetnsReader> = {
    find: async () => {
      looks += 1
      return [covered]
    },
    watch: (_netns, _changed, lost) => {
      setTimeout(lost)
      return () => undefined
    },
    watchFound: () => () => undefined,
    read: async () => {
      throw new PatchbayError('not-found', 'the network namespace has gone')
    },
  }
  const readings = createReadings({
    ...{ reader: reader as NetnsReader, lookAroundMs: 60_000, changed: () => undefined },
    failed: (error) => expect(error).toBeUndefined(),
  })
  const stop = await readings.start()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(readings.get('9')).toMatchObject({ state: null, failure: 'the network namespace has gone' })
  expect(looks).toBeLessThanOrEqual(3)
  stop()
})

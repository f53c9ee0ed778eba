import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Look } from '../kernel/contract'
import { createDriftCheck } from './drift-check'
import type { DriftView } from './snapshot'

const onHost = viewOf('link host veth0')
const inSandbox = viewOf('rule /run/patchbay/netns/a nat OUTPUT []')

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function viewOf(key: string): DriftView {
  const words = { words: [], hurts: 'unknown', mends: 'quiet', byHand: false } as const
  return { key, keys: [key], kind: 'missing', subjectId: null, summary: key, about: null, ...words, commands: [] }
}

/** A check of a kernel in which `drift` is what is wrong, after its first look at everything. */
async function checkOf(drift: DriftView[] = []) {
  const state = { drift, quietInMs: 0, generation: 0, takesMs: 5, looks: [] as Look[] }
  const check = createDriftCheck({
    intervalMs: 30_000,
    suspect: async () => state.drift.map(({ key }) => key).filter((key) => key.includes(' host ')),
    find: async (look) => {
      state.looks.push(look)
      const found = state.drift.filter(({ key }) => look === 'everything' || key.includes(' host '))
      await new Promise((resolve) => setTimeout(resolve, state.takesMs))
      return found
    },
    quietInMs: () => state.quietInMs,
    generation: () => state.generation,
    changed: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  const stop = check.start()
  await vi.advanceTimersByTimeAsync(200)
  return { state, check, stop }
}

test('nothing is looked for while an operation runs, nor until it has settled', async () => {
  const { state, check, stop } = await checkOf()
  state.looks = []
  state.drift = [onHost]
  state.quietInMs = 300
  check.glance()
  check.check('links')
  await vi.advanceTimersByTimeAsync(1000)
  expect(state.looks).toEqual([])
  state.quietInMs = 0
  await vi.advanceTimersByTimeAsync(400)
  expect(state.looks).toContain('host')
  expect(check.found).toEqual([onHost])
  stop()
})

test('what is found while an operation begins is thrown away, and looked for again', async () => {
  const { state, check, stop } = await checkOf()
  state.looks = []
  state.drift = [onHost]
  state.takesMs = 50
  check.glance()
  await vi.advanceTimersByTimeAsync(30)
  expect(state.looks).toEqual(['host'])
  state.generation += 1
  await vi.advanceTimersByTimeAsync(45)
  expect(check.found).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect(check.found).toEqual([onHost])
  stop()
})

test('an event of the host is answered by a look at the host, which keeps what was found in sandboxes', async () => {
  const { state, check, stop } = await checkOf([inSandbox])
  expect(check.found).toEqual([inSandbox])
  state.looks = []
  state.drift = [onHost]
  check.glance()
  await vi.advanceTimersByTimeAsync(30)
  expect(state.looks[0]).toBe('host')
  expect(check.found).toEqual([onHost, inSandbox])
  await vi.advanceTimersByTimeAsync(40_000)
  expect(check.found).toEqual([onHost])
  stop()
})

test('looks by the clock take no more than a two-hundredth of the time', async () => {
  const { state, stop } = await checkOf()
  state.takesMs = 1000
  await vi.advanceTimersByTimeAsync(31_000)
  state.looks = []
  await vi.advanceTimersByTimeAsync(200_000)
  expect(state.looks.length).toBeLessThanOrEqual(1)
  stop()
})

test('what is new is looked for soon, though a look for what is known was put off for long', async () => {
  const { state, check, stop } = await checkOf()
  state.takesMs = 500
  state.drift = [onHost]
  check.glance()
  await vi.advanceTimersByTimeAsync(3_000)
  expect(check.found).toEqual([onHost])
  check.glance()
  await vi.advanceTimersByTimeAsync(100)
  const orphan = viewOf('link host orphan0')
  state.drift = [onHost, orphan]
  check.glance()
  await vi.advanceTimersByTimeAsync(1_700)
  expect(check.found).toEqual([onHost, orphan])
  stop()
})

test('what was found in a sandbox is looked for again after a change, and not for every event of the host', async () => {
  const { state, check, stop } = await checkOf([inSandbox])
  state.looks = []
  check.glance()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(state.looks).not.toContain('everything')
  state.drift = []
  state.generation += 1
  check.glance()
  await vi.advanceTimersByTimeAsync(200)
  expect(check.found).toEqual([])
  stop()
})

import { expect, test } from 'vitest'
import { type ContainerState, createdState, defaultContainerOptions, type RestartPolicy } from '../cnm/container'
import { containerOf } from '../runtime/testing/container'
import { nextDelayMs, startsAgain, startsWithDaemon } from './restarts'

const boxed = (name: RestartPolicy['name'], state: Partial<ContainerState> = {}, maximumRetryCount = 0) =>
  containerOf({
    options: { ...defaultContainerOptions, restartPolicy: { name, maximumRetryCount } },
    state: { ...createdState, startedAt: new Date(0), ...state },
  })

test('the delay doubles from 100 ms to a minute, and is short again after a long run', () => {
  const delays = [nextDelayMs(undefined, 0)]
  for (let round = 0; round < 11; round++) delays.push(nextDelayMs(delays.at(-1), 5))
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000])
  expect(nextDelayMs(60_000, 9_999)).toBe(60_000)
  expect(nextDelayMs(60_000, 10_000)).toBe(100)
})

test.each([
  ['no', 1, false],
  ['always', 0, true],
  ['unless-stopped', 0, true],
  ['on-failure', 0, false],
  ['on-failure', 1, true],
] as const)('%s after exit code %i: %s', (name, exitCode, again) => {
  expect(startsAgain(boxed(name), exitCode)).toBe(again)
  expect(startsAgain(boxed(name, { stoppedByHand: true }), exitCode)).toBe(false)
})

test('on-failure tries as often as it says', () => {
  expect(startsAgain(boxed('on-failure', { restartCount: 2 }, 3), 1)).toBe(true)
  expect(startsAgain(boxed('on-failure', { restartCount: 3 }, 3), 1)).toBe(false)
})

test('a new daemon starts what its policy wants to run, never what has not run before', () => {
  expect(startsWithDaemon(boxed('always', { stoppedByHand: true }))).toBe(true)
  expect(startsWithDaemon(boxed('unless-stopped', { stoppedByHand: true }))).toBe(false)
  expect(startsWithDaemon(boxed('unless-stopped'))).toBe(true)
  expect(startsWithDaemon(boxed('on-failure'))).toBe(false)
  expect(startsWithDaemon(boxed('on-failure', { restarting: true }))).toBe(true)
  expect(startsWithDaemon(boxed('always', { startedAt: null }))).toBe(false)
})

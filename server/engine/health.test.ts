import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Health, HealthResult } from './contract'
import { nextHealth, startingHealth } from './health'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
const check = { test: ['CMD', 'true'], intervalMs: 20, timeoutMs: 1_000, startPeriodMs: 0, retries: 2 }
const startedAt = new Date(1_000_000)
const after = (ms: number, exitCode: number): HealthResult => {
  const start = new Date(startedAt.getTime() + ms)
  return { start, end: start, exitCode, output: '' }
}
const through = (results: HealthResult[], startPeriodMs = 0) =>
  results.reduce<Health>(
    (health, result) => nextHealth(health, result, { retries: 2, startPeriodMs }, startedAt),
    startingHealth,
  )

test('one success makes it healthy, as many failures in a row as it has tries make it unhealthy', () => {
  expect(through([after(1, 1)])).toMatchObject({ status: 'starting', failingStreak: 1 })
  expect(through([after(1, 1), after(2, 0)])).toMatchObject({ status: 'healthy', failingStreak: 0 })
  expect(through([after(1, 0), after(2, 1)])).toMatchObject({ status: 'healthy', failingStreak: 1 })
  expect(through([after(1, 0), after(2, 1), after(3, 1)])).toMatchObject({ status: 'unhealthy', failingStreak: 2 })
})

test('failures while it starts do not count, and five results are kept', () => {
  const early = [1, 2, 3].map((ms) => after(ms, 1))
  expect(through(early, 100)).toMatchObject({ status: 'starting', failingStreak: 0 })
  expect(through([...early, after(100, 1), after(101, 1)], 100)).toMatchObject({ status: 'unhealthy' })
  const log = through(Array.from({ length: 8 }, (_, ms) => after(ms, 0))).log
  expect(log.map(({ start }) => start.getTime() - startedAt.getTime())).toEqual([3, 4, 5, 6, 7])
})

let host: FakeHost
beforeEach(async () => {
  host = await createFakeHost()
})
afterEach(() => host.end())

const health = () => host.engine.health(host.engine.getContainer('box'))
const execs = () => host.runtime.calls.filter((call) => call.startsWith('exec'))

test('a container is asked while it runs, and not while it is paused or stopped', async () => {
  const told: string[] = []
  host.engine.subscribe((event) => {
    if (event.type === 'health') told.push(event.status)
  })
  await host.engine.runContainer({ name: 'box', options: { healthcheck: check } }, asked)
  expect(health()).toEqual(startingHealth)
  await expect.poll(() => health()?.status).toBe('healthy')
  host.runtime.execResult = { exitCode: 1, stdout: 'out', stderr: 'err' }
  await expect.poll(() => health()?.status).toBe('unhealthy')
  expect(health()?.log.at(-1)).toMatchObject({ exitCode: 1, output: 'outerr' })
  await host.engine.pauseContainer('box', asked)
  const count = execs().length
  await new Promise((resolve) => setTimeout(resolve, 80))
  expect(execs().length).toBeLessThanOrEqual(count + 1)
  host.runtime.execResult = { exitCode: 0, stdout: '', stderr: '' }
  await host.engine.unpauseContainer('box', asked)
  await expect.poll(() => health()?.status).toBe('healthy')
  expect(told).toEqual(['healthy', 'unhealthy', 'healthy'])
  await host.engine.stopContainer('box', asked)
  const last = execs().length
  await new Promise((resolve) => setTimeout(resolve, 80))
  expect(execs().length).toBeLessThanOrEqual(last + 1)
  await host.restart()
  await host.engine.startContainer('box', asked)
  await expect.poll(() => health()?.status).toBe('healthy')
})

test('one that wants none is not asked', async () => {
  await host.engine.runContainer({ name: 'box', options: { healthcheck: { ...check, test: ['NONE'] } } }, asked)
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(health()).toBeUndefined()
  expect(execs()).toEqual([])
})

import { expect, test } from 'vitest'
import { defaultContainerOptions, type LimitOptions } from '../cnm/container'
import type { CgroupFacts } from './cgroup'
import { limitWarnings, resourcesOf } from './limits'

const able: CgroupFacts = { version: 2, swap: true, memory: true, pids: true, cpu: true, cpuset: true }
const unable: CgroupFacts = { version: 1, swap: false, memory: false, pids: false, cpu: false, cpuset: false }
const limited = (
  options: Partial<LimitOptions>,
  memoryBytes: number | null = null,
  pidsLimit: number | null = null,
) => ({
  ...{ memoryBytes, pidsLimit },
  options: { ...defaultContainerOptions, ...options },
})

test('what is not limited is not mentioned', () => {
  expect(resourcesOf(limited({}), able)).toEqual({})
})

test('limits are what the OCI calls them', () => {
  const options = { nanoCpus: 1.5e9, cpuShares: 256, cpusetCpus: '0-1', memoryReservationBytes: 7e6 }
  expect(resourcesOf(limited(options, 8e6, 20), able)).toEqual({
    pids: { limit: 20 },
    memory: { limit: 8e6, swap: 16e6, reservation: 7e6 },
    cpu: { shares: 256, period: 100_000, quota: 150_000, cpus: '0-1' },
  })
  expect(resourcesOf(limited({ cpuQuotaUs: 5000, cpuPeriodUs: 20_000 }), able)).toEqual({
    cpu: { quota: 5000, period: 20_000 },
  })
  expect(resourcesOf(limited({ memorySwapBytes: -1 }, 8e6), able)).toEqual({ memory: { limit: 8e6, swap: -1 } })
})

test('what the host cannot hold is left out, and said', () => {
  const all = limited({ nanoCpus: 1e9, cpuShares: 2, cpusetCpus: '0', memoryReservationBytes: 7e6 }, 8e6, 20)
  expect(resourcesOf(all, unable)).toEqual({})
  expect(limitWarnings(all, unable)).toHaveLength(6)
  expect(limitWarnings(all, able)).toEqual([])
  expect(limitWarnings(all, { ...able, swap: false })).toEqual([
    'Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.',
  ])
  expect(limitWarnings(limited({}), unable)).toEqual([])
})

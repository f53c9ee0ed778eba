import { expect, test } from 'vitest'
import type { KernelObject } from '../plan/object'
import { findDrift } from './drift'

/** 500 cables on ten bridges and 5,000 rules. */
function bigHost(): KernelObject[] {
  const rule = (n: number): KernelObject => ({
    ...{ kind: 'rule', netns: 'host', table: 'filter', chain: 'PATCHBAY' },
    args: ['-i', `br-${n % 10}`, '-p', 'tcp', '--dport', `${n}`, '-m', 'comment', '--comment', `patchbay:${n % 500}`],
  })
  const cable = (n: number): KernelObject[] => {
    const netns = `/run/patchbay/netns/${n}` as const
    const mac = `02:00:00:00:${(n >> 8).toString(16)}:${(n & 255).toString(16)}`
    return [
      { kind: 'namespace', path: netns },
      {
        ...{ kind: 'link', type: 'veth', netns: 'host', name: `veth${n}`, alias: `patchbay:${n}`, mtu: 1500, up: true },
        ...{ master: `br-${n % 10}`, hairpin: true, peer: { netns, name: 'eth0', mac } },
      } as KernelObject,
      { kind: 'link', type: 'inner', netns, name: 'eth0', up: true },
      { kind: 'address', netns, link: 'eth0', address: `10.${n % 10}.${n >> 8}.${n & 255}/16` },
      { kind: 'route', netns, destination: 'default', via: `10.${n % 10}.0.1`, link: 'eth0' },
    ]
  }
  const count = (length: number) => Array.from({ length }, (_, n) => n)
  return [...count(500).flatMap(cable), ...count(5_000).map(rule)]
}

const nobody = { of: () => null }

test('a large host is compared in no time that one would notice, whole or half of it missing', () => {
  const wanted = bigHost()
  findDrift(wanted, wanted, nobody)
  const time = (present: KernelObject[]) => {
    const began = performance.now()
    const views = findDrift(wanted, present, nobody)
    const found = views.reduce((sum, { alike = 0 }) => sum + 1 + alike, 0)
    return { views, found, ms: performance.now() - began }
  }
  const whole = time(wanted)
  const half = time(wanted.filter((_, index) => index % 2 === 0))
  console.log(
    `drift of 500 cables and 5,000 rules: none in ${whole.ms.toFixed(0)} ms, ${half.found} in ${half.ms.toFixed(0)} ms`,
  )
  expect(whole).toMatchObject({ found: 0 })
  expect(half.found).toBeGreaterThan(2_000)
  expect(whole.ms).toBeLessThan(1_000)
  expect(half.ms).toBeLessThan(5_000)
  expect(half.views.length).toBeLessThan(300)
  expect(new Set(half.views.flatMap(({ keys }) => keys)).size).toBeGreaterThanOrEqual(half.found)
})

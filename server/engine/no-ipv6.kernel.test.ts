import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { type Bed, createBed } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }

beforeAll(async () => {
  // As on a kernel that was started with ipv6.disable=1.
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/proc/sys/net/ipv6'])
  bed = await createBed()
}, 30_000)

afterAll(async () => {
  await bed?.end()
  await run('umount', ['/proc/sys/net/ipv6'])
})

test('on a kernel without IPv6 networks and containers work, and IPv6 is refused with the reason', async () => {
  await bed.engine.createNetwork({ name: 'plain' }, asked)
  for (const name of ['one', 'two']) {
    await bed.engine.runContainer({ name, network: 'plain', command: ['sleep', '60'] }, asked)
  }
  expect(await bed.tries('one', 'ping', '-c1', '-W1', 'two')).toBe(0)
  expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  await expect(bed.engine.createNetwork({ name: 'six', ipv6: true }, asked)).rejects.toThrow(
    /this kernel was started without IPv6/,
  )
})

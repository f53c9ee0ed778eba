import { expect, test } from 'vitest'
import { diff } from '../../plan/diff'
import { baseObjects, endpointObjects, networkObjects, rule, sandboxObjects } from '../../plan/testing/objects'
import { ApplyError } from '../apply'
import { createFakeKernel } from './fake'

const directory = '/run/patchbay/netns'
const everything = [...baseObjects, ...networkObjects, ...sandboxObjects(directory), ...endpointObjects(directory)]

test('the fake kernel prints what was made', async () => {
  const kernel = createFakeKernel()
  await kernel.apply(diff(everything, []))
  expect(kernel.print()).toMatchSnapshot()
})

test('what was applied is observed as it was wanted', async () => {
  const kernel = createFakeKernel()
  await kernel.apply(diff(everything, []))
  expect(diff(everything, await kernel.observe(everything)).steps).toEqual([])
  await kernel.apply(diff([], everything))
  expect(await kernel.observe([])).toEqual([])
})

test('a thing made twice fails, and what was there stays', async () => {
  const kernel = createFakeKernel()
  await kernel.apply(diff(networkObjects.slice(0, 2), []))
  const before = kernel.print()
  await expect(kernel.apply(diff(networkObjects.slice(0, 2), []))).rejects.toThrow('File exists')
  expect(kernel.print()).toBe(before)
})

test('a rule cannot jump to a chain that is not there', async () => {
  const kernel = createFakeKernel()
  const jump = rule('filter', 'FORWARD', 'x', ['-j', 'NOWHERE'])
  await expect(kernel.apply(diff([jump], []))).rejects.toThrow("Chain 'NOWHERE' does not exist")
})

const plans = {
  adding: { wanted: everything, present: [] },
  removing: { wanted: [], present: everything },
}

test.each(['before', 'after'] as const)('a failure at any step, %s it ran, leaves all as it was', async (moment) => {
  for (const { wanted, present } of Object.values(plans)) {
    const count = (await applied(wanted, present)).commands.length
    for (let n = 1; n <= count; n++) {
      const kernel = createFakeKernel()
      await kernel.apply(diff(present, []))
      const before = kernel.print()
      kernel.failAt(n, moment)
      const error = await kernel.apply(diff(wanted, present)).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ApplyError)
      expect(error).toMatchObject({ restored: true, leftovers: [] })
      expect(kernel.print().split('\n').sort()).toEqual(before.split('\n').sort())
    }
  }
})

async function applied(wanted: typeof everything, present: typeof everything) {
  const kernel = createFakeKernel()
  await kernel.apply(diff(present, []))
  return kernel.apply(diff(wanted, present))
}

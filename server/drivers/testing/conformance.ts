import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Network } from '../../cnm/network'
import { unshaped } from '../../cnm/shaping'
import { inIpv6 } from '../../firewall/base'
import { createFakeKernel } from '../../kernel/testing/fake'
import { diff } from '../../plan/diff'
import { featuresOf } from '../../plan/feature'
import { type KernelObject, keyOf, ownerOf } from '../../plan/object'
import { emptyPlan } from '../../plan/plan'
import type { Driver, JoinedEndpoint } from '../contract'

/** What a driver is tried with: a network, endpoints on it, and options that it must refuse. */
export interface Sample {
  readonly title: string
  readonly network: Network
  readonly joined: readonly JoinedEndpoint[]
}

/** What every driver promises: see server/drivers/contract.ts. Call it at the top of the driver's test file. */
export function testConformance(driver: Driver, samples: readonly Sample[], badOptions: readonly object[]): void {
  describe(`the ${driver.name} driver keeps the contract`, () => {
    test.each(samples)('$title: describing twice gives equal objects, each key once', (sample) => {
      const objects = describeAll(driver, sample)
      expect(describeAll(driver, sample)).toEqual(objects)
      const keys = objects.map(keyOf)
      expect(new Set(keys).size).toBe(keys.length)
    })

    test.each(samples)(
      '$title: what can carry an owner’s mark carries that of the network or an endpoint',
      (sample) => {
        const parent = driver.parentName?.(sample.network)
        const ids = [sample.network.id, ...sample.joined.map(({ endpoint }) => endpoint.id), parent ?? '']
        const marked = describeAll(driver, sample).filter(
          (object) => object.kind === 'rule' || (object.kind === 'link' && object.type !== 'inner'),
        )
        for (const object of marked) expect(ids.map((id) => `patchbay:${id}`)).toContain(ownerOf(object))
      },
    )

    test.each(samples)('$title: made twice and removed twice is quiet, and leaves nothing', async (sample) => {
      const kernel = await preparedKernel(driver, sample)
      const before = kernel.print()
      const wanted = [...ground(sample), ...describeAll(driver, sample)]
      await kernel.apply(diff(wanted, ground(sample)))
      expect(diff(wanted, await kernel.observe(wanted))).toEqual(emptyPlan)
      await kernel.apply(diff(ground(sample), wanted))
      expect(diff(ground(sample), await kernel.observe(ground(sample)))).toEqual(emptyPlan)
      expect(kernel.print()).toBe(before)
    })

    test.each(samples)('$title: a failure at any command leaves the host as it was', async (sample) => {
      const kernel = await preparedKernel(driver, sample)
      const before = kernel.print()
      const plan = diff([...ground(sample), ...describeAll(driver, sample)], ground(sample))
      for (let place = 1; ; place++) {
        kernel.failAt(place)
        const failed = await kernel.apply(plan).then(
          () => false,
          () => true,
        )
        if (!failed) break
        expect(kernel.print(), `command ${place}`).toBe(before)
      }
    })

    test.each(samples)('$title: who leaves takes along what is its own, and nothing else', async (sample) => {
      const kernel = await preparedKernel(driver, sample)
      const stays = [...ground(sample), ...driver.describeNetwork(sample.network)]
      await kernel.apply(diff(stays, ground(sample)))
      const before = kernel.print()
      const joined = [...stays, ...describeEndpoints(driver, sample)]
      await kernel.apply(diff(joined, stays))
      await kernel.apply(diff(stays, joined))
      expect(kernel.print()).toBe(before)
    })

    test.each(samples)(
      '$title: an endpoint of a stopped container has nothing in the kernel',
      ({ network, joined }) => {
        for (const one of joined) {
          const stopped = { ...one, endpoint: { ...one.endpoint, assigned: null } }
          expect(driver.describeEndpoint(network, stopped)).toEqual([])
        }
      },
    )

    test.each(samples)('$title: what is needed of the kernel to join is named beforehand', (sample) => {
      // What holds traffic back is asked for by one endpoint alone, and checked then.
      const joined = sample.joined.map((one) => ({ ...one, endpoint: { ...one.endpoint, shaping: unshaped } }))
      const needed = featuresOf(describeEndpoints(driver, { ...sample, joined }))
      expect(driver.requires ?? []).toEqual(expect.arrayContaining(needed))
    })

    if (driver.takesLeases)
      test('with addresses by DHCP every endpoint has one client, and ends it', async () => {
        const sample = samples.find(({ joined }) => joined.length > 0)
        if (!sample) throw new Error('a sample with an endpoint is needed')
        const network: Network = { ...sample.network, ipamDriver: 'dhcp', pools: [] }
        const joined = sample.joined.map(withoutAddress)
        const objects = describeEndpoints(driver, { network, joined })
        const ids = objects.flatMap((object) => (object.kind === 'lease' ? [object.id] : []))
        expect(ids).toEqual(joined.map(({ endpoint }) => endpoint.id))
        const kernel = await preparedKernel(driver, { ...sample, network, joined })
        kernel.serve(() => ({ address: '192.0.2.9/24', nameServers: [], renewedAt: new Date() }))
        const stays = [...ground(sample), ...driver.describeNetwork(network)]
        await kernel.apply(diff(stays, ground(sample)))
        const before = kernel.print()
        await kernel.apply(diff([...stays, ...objects], stays))
        expect(kernel.print()).toContain(`lease ${joined[0]?.netns}`)
        await kernel.apply(diff(stays, [...stays, ...objects]))
        expect(kernel.print()).toBe(before)
      })

    test('every option is explained, so that a form can be drawn', () => {
      expect(driver.description).toMatch(/^\p{Lu}.*\.$/u)
      const { properties = {} } = z.toJSONSchema(driver.options, { io: 'input', unrepresentable: 'any' })
      for (const [name, option] of Object.entries(properties)) expect(option, name).toHaveProperty('description')
    })

    test.each(badOptions)('option %j is refused before anything runs', (options) => {
      expect(driver.options.safeParse(options).success).toBe(false)
    })
  })
}

function withoutAddress(one: JoinedEndpoint): JoinedEndpoint {
  const {
    ipv4Address: _,
    ipv6Address: __,
    gateway: ___,
    ...assigned
  } = one.endpoint.assigned ?? {
    ...{ ifname: 'eth0', isDefaultGateway: false, isIpv6DefaultGateway: false },
  }
  return { ...one, endpoint: { ...one.endpoint, assigned: { ...assigned, isDefaultGateway: false } } }
}

function describeAll(driver: Driver, { network, joined }: Pick<Sample, 'network' | 'joined'>): KernelObject[] {
  return [...driver.describeNetwork(network), ...describeEndpoints(driver, { network, joined })]
}

function describeEndpoints(driver: Driver, { network, joined }: Pick<Sample, 'network' | 'joined'>): KernelObject[] {
  return joined.flatMap((one) => driver.describeEndpoint(network, one))
}

/** Links of the host's that the network stands on, and that somebody else has made. */
function strangersOf(driver: Driver, { network }: Sample): KernelObject[] {
  return driver.describeNetwork(network).flatMap((object): KernelObject[] => {
    if (object.kind !== 'parent') return []
    return [{ kind: 'link', type: 'dummy', netns: 'host', name: object.name, alias: '', up: true }]
  })
}

/** What the engine brings into being before a driver's turn: the sandboxes, and the chains that all share. */
function ground({ joined }: Sample): KernelObject[] {
  const paths = new Set(joined.flatMap(({ netns }) => (netns === 'host' ? [] : [netns])))
  const sandboxes = [...paths].map((path): KernelObject => ({ kind: 'namespace', path }))
  const chain = (table: 'raw' | 'nat' | 'filter', name: string): KernelObject => ({
    kind: 'chain',
    netns: 'host',
    table,
    name,
  })
  const shared = ['-FORWARD', '-CT', '-INTERNAL', '-BRIDGE', ''].map((end) => chain('filter', `PATCHBAY${end}`))
  const chains = [...shared, chain('nat', 'PATCHBAY'), chain('raw', 'PATCHBAY')]
  return [...sandboxes, ...chains, ...inIpv6(chains)]
}

async function preparedKernel(driver: Driver, sample: Sample) {
  const kernel = createFakeKernel()
  await kernel.apply(diff([...ground(sample), ...strangersOf(driver, sample)], []))
  return kernel
}

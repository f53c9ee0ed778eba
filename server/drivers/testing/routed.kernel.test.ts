import { mkdtemp, rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { EndpointId } from '../../cnm/ids'
import { createKernel } from '../../kernel/kernel'
import { run } from '../../kernel/run'
import { captureKernel } from '../../kernel/testing/capture'
import { diff } from '../../plan/diff'
import type { KernelObject } from '../../plan/object'
import { routedDriver } from './routed'
import { sampleEndpoint, sampleNetwork } from './samples'

/** The example of docs/write-a-driver.md against the real kernel. */

const network = sampleNetwork({ driver: 'routed' })

/** One of several endpoints of the network, by its number. */
function describeOne(directory: `/${string}`, number: number): KernelObject[] {
  const { assigned, ...endpoint } = sampleEndpoint(network)
  if (assigned === null) throw new Error('the sample is of a running container')
  const id = endpoint.id.replace(/^./, String(number)) as EndpointId
  const netns = `${directory}/box${number}` as const
  const own = {
    ipv4Address: `172.18.0.${number}/16`,
    hostIfname: `veth${number}`,
    macAddress: `02:42:ac:12:00:0${number}`,
  }
  const joined = { endpoint: { ...endpoint, id, assigned: { ...assigned, ...own } }, netns, ports: [] }
  return [{ kind: 'namespace', path: netns }, ...routedDriver.describeEndpoint(network, joined)]
}

test('containers of the example reach each other through the host, and nothing is left of them', async () => {
  const runDir = (await mkdtemp('/run/patchbay-')) as `/${string}`
  const directory = `${runDir}/netns` as const
  const kernel = createKernel({ runDir, onSocket: () => undefined })
  const before = await captureKernel(directory)
  const base: KernelObject[] = [
    { kind: 'chain', netns: 'host', table: 'filter', name: 'PATCHBAY-FORWARD' },
    {
      ...{ kind: 'rule', netns: 'host', table: 'filter', chain: 'FORWARD' },
      args: ['-m', 'comment', '--comment', 'patchbay:host', '-j', 'PATCHBAY-FORWARD'],
    },
    { kind: 'policy', netns: 'host', table: 'filter', chain: 'FORWARD', policy: 'DROP', before: 'ACCEPT' },
    { kind: 'sysctl', netns: 'host', name: 'net/ipv4/ip_forward', value: '1', before: '0' },
  ]
  try {
    const wanted = [...base, ...describeOne(directory, 2), ...describeOne(directory, 3)]
    await kernel.apply(diff(wanted, []))
    expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
    await run('busybox', ['ping', '-c1', '-W1', '172.18.0.3'], { netns: `${directory}/box2` })
    await kernel.apply(diff([], wanted))
    expect(await captureKernel(directory)).toEqual(before)
  } finally {
    await kernel.apply(diff([], await kernel.observe([])))
    await kernel.close()
    await rm(runDir, { recursive: true })
  }
})

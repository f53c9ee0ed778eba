import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import { baseObjects, endpointObjects, networkObjects, sandboxObjects } from '../plan/testing/objects'
import { ApplyError, applyPlan } from './apply'
import { createExecutor } from './executor'
import { createIpBatches } from './ip-batches'
import { createLeases } from './leases'
import { createRestoreBatch } from './restore-batch'
import { createRuleRemover } from './rule-remover'
import { run } from './run'
import { createSockets } from './sockets'
import { captureKernel } from './testing/capture'
import { createFailingExecutor } from './testing/failing-executor'

const firewall = { iptables: createRestoreBatch('iptables'), ip6tables: createRestoreBatch('ip6tables') }
const leases = createLeases('/run/patchbay-no-leases', () => undefined)
const tools = {
  ip: createIpBatches(),
  tc: createIpBatches('tc'),
  firewall,
  rules: createRuleRemover(),
  sockets: createSockets(() => undefined),
  leases,
}
const executor = createFailingExecutor(createExecutor(tools))
let runDir: string
let sandbox: readonly KernelObject[]
let endpoint: readonly KernelObject[]
const directory = () => `${runDir}/netns` as `/${string}`

beforeAll(async () => {
  runDir = await mkdtemp('/run/patchbay-')
  const socket = { kind: 'socket', protocol: 'udp', address: '127.0.0.11', port: 53, service: 'dns' } as const
  sandbox = [...sandboxObjects(directory()), { ...socket, netns: `${directory()}/0123456789ab` }]
  endpoint = endpointObjects(directory())
  await run('iptables', ['-A', 'FORWARD', '-s', '192.0.2.7', '-j', 'DROP'])
})
afterAll(async () => {
  await tools.rules.close()
  await Promise.all([tools.ip.close(), firewall.iptables.close(), firewall.ip6tables.close(), tools.sockets.closeAll()])
  await run('iptables', ['-D', 'FORWARD', '-s', '192.0.2.7', '-j', 'DROP'])
  await rm(runDir, { recursive: true })
})

const changes: [string, () => [wanted: readonly KernelObject[], present: readonly KernelObject[]]][] = [
  ['making everything', () => [[...baseObjects, ...networkObjects, ...sandbox, ...endpoint], []]],
  ['removing everything', () => [[], [...baseObjects, ...networkObjects, ...sandbox, ...endpoint]]],
  [
    'connecting',
    () => [
      [...networkObjects, ...sandbox, ...endpoint],
      [...networkObjects, ...sandbox],
    ],
  ],
  [
    'changing',
    () => [changed([...networkObjects, ...sandbox, ...endpoint]), [...networkObjects, ...sandbox, ...endpoint]],
  ],
]

for (const [title, pick] of changes) {
  test.each(['before', 'after'] as const)(
    `a failure at any step of ${title}, %s it ran, leaves all as it was`,
    async (moment) => {
      const [wanted, present] = pick()
      const chains = present.length > 0 && !present.includes(baseObjects[0] as KernelObject) ? baseObjects : []
      await applyPlan(diff([...chains, ...present], []), executor)
      const before = await captureKernel(directory())
      const plan = diff(wanted, present)
      const count = plan.steps.length * 3
      let failures = 0
      for (let n = 1; n <= count; n++) {
        executor.failAt(n, moment)
        const error = await applyPlan(plan, executor).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (error === undefined) break
        failures++
        expect(error).toBeInstanceOf(ApplyError)
        expect(error).toMatchObject({ output: 'told to fail', leftovers: [] })
        expect(await captureKernel(directory())).toEqual(before)
      }
      expect(failures).toBeGreaterThanOrEqual(plan.steps.length)
      // The last round went through: nothing was told to fail any more.
      executor.failAt(Number.POSITIVE_INFINITY)
      await applyPlan(diff([], [...chains, ...wanted]), executor)
      await writeFile('/proc/sys/net/ipv4/ip_forward', '0')
    },
  )
}

/** The same objects, each changed in place where that can be. */
function changed(objects: readonly KernelObject[]): KernelObject[] {
  return objects.map((object) => {
    if (object.kind === 'link' && object.type === 'bridge') return { ...object, mtu: 1400, alias: 'patchbay:new' }
    if (object.kind === 'link' && object.type === 'veth') return { ...object, hairpin: false, master: '' }
    if (object.kind === 'route') return { ...object, via: '10.89.0.9' }
    return object.kind === 'sysctl' ? { ...object, value: '2' } : object
  })
}

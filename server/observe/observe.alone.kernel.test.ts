import { execFileSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import type { KernelObject } from '../plan/object'
import { createKernelSources } from './kernel-sources'
import { FakeEngine, observeFakes } from './testing/fakes'
import { containerRecord, endpointRecord, networkRecord } from './testing/records'
import { collect, sleep } from './testing/watching'

const bridge = 'br-aaaaaaaaaaaa'
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}

function iptables(...args: string[]): void {
  execFileSync('iptables', args, { stdio: 'pipe' })
}

/** An observer of the real kernel; `present` stands in for the kernel's own full read. */
function observeKernel(present: () => KernelObject[] = () => []) {
  const engine = new FakeEngine()
  const sources = createKernelSources({ observe: async () => present() })
  const { observer, failures } = observeFakes({ engine, sources, intervals: { linger: 50 } })
  cleanups.push(async () => {
    await observer.close()
    expect(failures).toEqual([])
  })
  return { engine, observer }
}

function makeCable(bridgeName: string, veth: string, netns: string): void {
  ip('netns', 'add', netns)
  cleanups.push(() => ip('netns', 'del', netns))
  ip('link', 'add', bridgeName, 'type', 'bridge')
  cleanups.push(() => ip('link', 'del', bridgeName))
  ip('link', 'set', bridgeName, 'up')
  ip('link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns)
  ip('link', 'set', veth, 'master', bridgeName, 'up')
  ip('-n', netns, 'link', 'set', 'eth0', 'up')
}

test('a bridge made with ip link shows up within 100 ms, and goes again', async () => {
  const { observer } = observeKernel()
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  await sleep(200)

  const began = performance.now()
  ip('link', 'add', 'lab0', 'type', 'bridge')
  cleanups.push(() => ip('link', 'del', 'lab0'))
  const { at } = await watch.until((event) => event.type === 'change' && !!event.change.set.networks?.['kernel:lab0'])
  console.log(`bridge shown ${(at - began).toFixed(1)} ms after ip was called`)
  expect(at - began).toBeLessThan(100)

  ip('addr', 'add', '10.77.3.1/24', 'dev', 'lab0')
  await watch.until(
    (event) =>
      event.type === 'change' && event.change.set.networks?.['kernel:lab0']?.pools[0]?.subnet === '10.77.3.0/24',
  )
  cleanups.pop()
  ip('link', 'del', 'lab0')
  await watch.until((event) => event.type === 'change' && !!event.change.remove.networks?.includes('kernel:lab0'))
  await watch.stop()
})

test('a cable that somebody takes down is flagged at once, with the commands that mend it', async () => {
  makeCable(bridge, 'vetheeeeeee', 'pb-c')
  ip('link', 'set', 'vetheeeeeee', 'alias', `patchbay:${endpointRecord().id}`)
  const veth: KernelObject = {
    ...{ kind: 'link', type: 'veth', netns: 'host', name: 'vetheeeeeee', mtu: 1500, up: true, hairpin: false },
    ...{ alias: `patchbay:${endpointRecord().id}`, master: bridge },
    peer: { netns: '/run/netns/pb-c', name: 'eth0', mac: '02:42:ac:12:00:02' },
  } as const
  let present = [veth]
  const { engine, observer } = observeKernel(() => present)
  engine.networks = [networkRecord()]
  engine.containers = [containerRecord()]
  engine.endpoints = [endpointRecord()]
  engine.objects = [veth]
  const watch = collect((signal) => observer.watch(signal))
  const { event: first } = await watch.until((event) => event.type === 'snapshot')
  expect(first.type === 'snapshot' && first.snapshot.endpoints[endpointRecord().id]?.state).toBe('up')
  await sleep(200)

  const began = performance.now()
  present = [{ ...veth, up: false }]
  ip('link', 'set', 'vetheeeeeee', 'down')
  const shown = await watch.until(
    (event) => event.type === 'change' && event.change.set.endpoints?.[endpointRecord().id]?.state === 'down',
  )
  const flagged = await watch.until((event) => event.type === 'change' && event.change.set.drift !== undefined)
  console.log(
    `down shown after ${(shown.at - began).toFixed(1)} ms, flagged after ${(flagged.at - began).toFixed(1)} ms`,
  )
  expect(shown.at - began).toBeLessThan(100)
  expect(flagged.at - began).toBeLessThan(200)
  const drift = flagged.event.type === 'change' ? flagged.event.change.set.drift : undefined
  expect(Object.values(drift ?? {})).toMatchObject([
    {
      kind: 'changed',
      subjectId: endpointRecord().id,
      summary: 'veth vetheeeeeee of web on frontend is down',
      commands: ['ip link set dev vetheeeeeee up'],
    },
  ])

  present = [veth]
  ip('link', 'set', 'vetheeeeeee', 'up')
  await watch.until((event) => event.type === 'change' && event.change.remove.drift !== undefined)
  await watch.stop()
})

test('a learned address is told as it is learned, with whom it belongs to', async () => {
  makeCable(bridge, 'vetheeeeeee', 'pb-c')
  ip('-n', 'pb-c', 'addr', 'add', '172.18.0.2/16', 'dev', 'eth0')
  ip('addr', 'add', '172.18.0.1/16', 'dev', bridge)
  const { engine, observer } = observeKernel()
  engine.networks = [networkRecord()]
  engine.containers = [containerRecord()]
  engine.endpoints = [endpointRecord()]
  const watch = collect((signal) => observer.watchFdb(signal))
  const { event: whole } = await watch.until((event) => event.type === 'fdb')
  expect(whole.type === 'fdb' && whole.fdb.bridges).toMatchObject([
    { name: bridge, owner: { type: 'network', name: 'frontend' }, ageingSeconds: 300, ports: ['vetheeeeeee'] },
  ])
  ip('-n', 'pb-c', 'link', 'set', 'eth0', 'address', '02:42:ac:12:00:02')
  await sleep(100)

  const began = performance.now()
  execFileSync('ping', ['-c', '1', '-W', '1', '172.18.0.2'], { stdio: 'pipe' })
  const learned = await watch.until(
    (event) =>
      event.type === 'change' &&
      event.set.some(
        (entry) => entry.mac === '02:42:ac:12:00:02' && entry.type === 'learned' && entry.port === 'vetheeeeeee',
      ),
  )
  console.log(`learned address shown ${(learned.at - began).toFixed(1)} ms after ping was called`)
  expect(learned.at - began).toBeLessThan(100)
  const entry =
    learned.event.type === 'change' ? learned.event.set.find(({ mac }) => mac === '02:42:ac:12:00:02') : undefined
  expect(entry?.owner).toMatchObject({ type: 'endpoint', name: 'web eth0' })
  await watch.stop()
})

test('a rule shows up within 100 ms, and its counters count without the rules being sent again', async () => {
  const { observer } = observeKernel()
  const watch = collect((signal) => observer.watchFirewall(signal))
  await watch.until((event) => event.type === 'firewall')
  await sleep(200)
  // The legacy iptables tells nobody, and is read once a second.
  const withinMs = execFileSync('iptables', ['--version'], { encoding: 'utf8' }).includes('nf_tables') ? 100 : 1_200

  const began = performance.now()
  iptables('-A', 'OUTPUT', '-o', 'lo', '-m', 'comment', '--comment', 'say "hello" -j DROP', '-j', 'ACCEPT')
  cleanups.push(() => iptables('-F', 'OUTPUT'))
  const isTheNewOne = ({ text }: { text: string }) => text.includes('hello')
  const shown = await watch.until(
    (event) =>
      event.type === 'firewall' &&
      event.firewall.tables.some(({ chains }) => chains.some(({ rules }) => rules.some(isTheNewOne))),
  )
  console.log(`rule shown ${(shown.at - began).toFixed(1)} ms after iptables was called`)
  expect(shown.at - began).toBeLessThan(withinMs)

  const seen = watch.events.length
  execFileSync('ping', ['-c', '1', '-W', '1', '127.0.0.1'], { stdio: 'pipe' })
  await watch.until((event) => event.type === 'counters' && Object.keys(event.rules).length === 1, seen)
  expect(watch.events.slice(seen).map((event) => event.type)).not.toContain('firewall')
  await watch.stop()
})

test('rates are those that the sandbox sees', async () => {
  makeCable(bridge, 'vetheeeeeee', 'pb-c')
  ip('-n', 'pb-c', 'addr', 'add', '172.18.0.2/16', 'dev', 'eth0')
  ip('addr', 'add', '172.18.0.1/16', 'dev', bridge)
  const { engine, observer } = observeKernel()
  engine.networks = [networkRecord()]
  engine.containers = [containerRecord()]
  engine.endpoints = [endpointRecord()]
  const watch = collect((signal) => observer.watchTraffic(signal))
  await sleep(100)
  execFileSync('ping', ['-c', '5', '-i', '0.1', '-s', '1000', '172.18.0.2'], { stdio: 'pipe' })
  const { event } = await watch.until((rates) => (rates[endpointRecord().id]?.rxPacketsPerSecond ?? 0) >= 5)
  expect(event[endpointRecord().id]?.rxBytesPerSecond).toBeGreaterThan(4_000)
  await watch.stop()
})

test('a route that appears later where a network is, is told on the network, and goes again with it', async () => {
  const { engine, observer } = observeKernel()
  const network = networkRecord({ pools: [{ subnet: '10.78.0.0/24', gateway: '10.78.0.1', auxAddresses: {} }] })
  engine.networks = [network]
  ip('link', 'add', 'vpn0', 'type', 'veth', 'peer', 'name', 'vpn1')
  cleanups.push(() => ip('link', 'del', 'vpn0'))
  ip('link', 'set', 'vpn0', 'up')
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  ip('route', 'add', '10.78.0.0/16', 'dev', 'vpn0')
  await watch.until(
    (event) =>
      event.type === 'change' &&
      JSON.stringify(event.change.set.networks?.[network.id]?.collisions).includes('"values":["10.78.0.0/16",'),
  )
  const seen = watch.events.length
  ip('route', 'del', '10.78.0.0/16', 'dev', 'vpn0')
  const { event } = await watch.until(
    (later) => later.type === 'change' && later.change.set.networks?.[network.id] !== undefined,
    seen,
  )
  expect(event.type === 'change' && event.change.set.networks?.[network.id]).not.toHaveProperty('collisions')
})

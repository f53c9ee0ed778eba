import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNetnsReader } from '../../kernel/netlink/reader'
import { run, start } from '../../kernel/run'
import type { Observer } from '../contract'
import type { LinkRate, WiringPicture } from './view'
import { createWiring } from './wiring'

/** No container at all. */
const observer: Pick<Observer, 'watch'> = {
  async *watch() {
    const host = { name: 'here', kernel: '6', uplinks: [], docker: 'absent', ruleCount: 0 } as const
    const collections = {
      networks: {},
      containers: {},
      endpoints: {},
      services: {},
      positions: {},
      operations: {},
      drift: {},
    }
    yield { type: 'snapshot', epoch: 'e', version: 1, snapshot: { host, ...collections } }
  },
}

const count = 60
const reader = createNetnsReader()
const failures: unknown[] = []
const wiring = createWiring({
  reader,
  observer,
  sandboxDir: '/run/nowhere',
  failed: (error) => failures.push(error),
  intervals: { lookAroundMs: 300, lingerMs: 0 },
})
const watching = new AbortController()
let picture: WiringPicture = { namespaces: {}, links: {}, cables: {} }
let seenAt = 0

beforeAll(async () => {
  const each = (line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index))
  await batch(['link add wires0 type bridge', 'link set wires0 up', ...each((index) => `netns add w${index}`)])
  await batch(each((index) => `link add wp${index} master wires0 up type veth peer name eth0 netns w${index}`))
  await batch(['address add 10.66.0.1/24 dev eth0', 'link set eth0 up', 'link set lo up'], 'w0')
  await batch(['address add 10.66.0.2/24 dev eth0', 'link set eth0 up'], 'w1')
})

afterAll(async () => {
  watching.abort()
  await wiring.close()
  await reader.close()
  await batch(['link delete wires0', ...Array.from({ length: count }, (_, index) => `netns delete w${index}`)])
})

function batch(lines: readonly string[], netns?: string) {
  return run('ip', [...(netns ? ['-n', netns] : []), '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

async function follow(): Promise<void> {
  for await (const event of wiring.watch(watching.signal)) {
    seenAt = performance.now()
    if (event.type === 'wiring') picture = event.wiring
    else {
      const { set, remove } = event.change
      const merged = (name: keyof WiringPicture) => {
        const next: Record<string, unknown> = { ...picture[name], ...set[name] }
        for (const id of remove[name] ?? []) delete next[id]
        return next
      }
      picture = { namespaces: merged('namespaces'), links: merged('links'), cables: merged('cables') } as WiringPicture
    }
  }
}

async function waitFor(isSo: () => boolean, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`not so within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** TUNSETIFF, of a process with a name that nobody should trust. */
const openTap = `open(my $tap, '+<', '/dev/net/tun') or die $!; $0 = '<i>vpn';
  my $wish = pack('Z16 S x22', 'tap0', 0x1002); ioctl($tap, 0x400454ca, $wish) or die $!; sleep 60`

const named = (name: string) =>
  Object.values(picture.namespaces).find((one) => one.kind === 'named' && one.name === name)
const linkIn = (netns: string, name: string) =>
  Object.values(picture.links).find((link) => link.netnsId === named(netns)?.id && link.name === name)

test('the whole host is drawn, then followed: links, addresses, namespaces that come and go', async () => {
  const started = performance.now()
  const following = follow()
  await waitFor(() => Object.keys(picture.namespaces).length > count)
  console.info(
    `${Object.keys(picture.namespaces).length} namespaces after ${Math.round(performance.now() - started)} ms`,
  )
  const host = Object.values(picture.namespaces).find(({ kind }) => kind === 'host')
  const port = Object.values(picture.links).find(({ name, netnsId }) => name === 'wp7' && netnsId === host?.id)
  const bridge = Object.values(picture.links).find(({ name }) => name === 'wires0')
  expect(port?.masterId).toBe(bridge?.id)
  const cable = Object.values(picture.cables).find(({ from, to }) => from === port?.id || to === port?.id)
  expect([cable?.from, cable?.to]).toContain(linkIn('w7', 'eth0')?.id)
  expect(linkIn('w0', 'eth0')?.addresses).toContain('10.66.0.1/24')

  const took: number[] = []
  for (const mtu of [1400, 1401, 1402, 1403, 1404]) {
    await batch([`link set eth0 mtu ${mtu}`], 'w3')
    const changed = performance.now()
    await waitFor(() => linkIn('w3', 'eth0')?.mtu === mtu)
    took.push(seenAt - changed)
  }
  console.info(`event to picture: ${took.map((ms) => ms.toFixed(1)).join(', ')} ms`)
  await batch(['netns add wnew'])
  await waitFor(() => named('wnew') !== undefined)
  await batch(['netns delete wnew', 'netns delete w9'])
  await waitFor(() => named('wnew') === undefined && named('w9') === undefined)
  await waitFor(() => !Object.values(picture.links).some(({ name }) => name === 'wp9'))
  await batch(['netns add w9'])
  await batch(['tuntap add tap0 mode tap'], 'w5')
  const holder = start('nsenter', ['--net=/run/netns/w5', '--', 'perl', '-e', openTap])
  try {
    const held = { pid: holder.pid, name: '<i>vpn' }
    await waitFor(() => isDeepStrictEqual(linkIn('w5', 'tap0')?.holders, [held]))
  } finally {
    holder.kill()
  }
  await waitFor(() => linkIn('w5', 'tap0') !== undefined && linkIn('w5', 'tap0')?.holders === undefined)
  expect(failures).toEqual([])
  watching.abort()
  await following
}, 30_000)

test('rates are told of both ends of a pair, and stop when nothing flows', async () => {
  const counting = new AbortController()
  const rates: Record<string, LinkRate> = {}
  const end = Object.values((await wiring.read()).links)
  const of = (id: string | undefined) => rates[id ?? '']
  const inside = end.find(({ id }) => id === linkIn('w1', 'eth0')?.id)
  const outside = end.find(({ name }) => name === 'wp1')
  const following = (async () => {
    for await (const some of wiring.watchRates(counting.signal)) Object.assign(rates, some)
  })()
  const pinging = start('nsenter', ['--net=/run/netns/w0', '--', 'ping', '-q', '-i', '0.1', '10.66.0.2'])
  try {
    await waitFor(() => (of(inside?.id)?.rx ?? 0) > 0 && (of(outside?.id)?.tx ?? 0) > 0)
    expect(of(inside?.id)?.rx).toBe(of(outside?.id)?.tx)
  } finally {
    pinging.kill()
    counting.abort()
    await following
  }
}, 60_000)

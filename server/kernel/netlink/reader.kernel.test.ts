import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile, readlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { FoundNetns, NetnsState } from '../../cnm/netns-state'
import type { NetnsPart } from '../netns-contract'
import { run } from '../run'
import { createNetnsReader } from './reader'

interface Said {
  readonly linkinfo?: { readonly info_kind?: string }
  readonly stats64: { readonly rx: { readonly bytes: number }; readonly tx: { readonly packets: number } }
  readonly flags: readonly string[]
  readonly operstate: string
  readonly link_type: string
  readonly mtu: number
  readonly address?: string
  readonly link_netnsid?: number
}

const reader = createNetnsReader()
const spawned: ChildProcess[] = []

beforeAll(async () => {
  await ip('netns add blue')
  await ip('netns add green')
  // Without it the kernel adds routes once it has found its link-local addresses to be no one else's, in the midst of a test.
  await ip('netns exec blue sysctl -q net.ipv6.conf.default.accept_dad=0')
  await ip('link add wired0 address 02:00:00:00:00:01 type bridge ageing_time 6000 stp_state 1')
  await ip('link add wired1 type veth peer name eth0 address 02:00:00:00:00:02 netns blue')
  await ip('link set wired1 master wired0')
  await ip('link set wired1 type bridge_slave isolated on hairpin on learning off')
  await ip('link set wired1 alias "the-one" up')
  await ip('link set wired0 up')
  await ip('-n blue link add eth1 mtu 1400 type veth peer name eth9 netns green')
  await ip('-n blue link add inner type veth peer name outer')
  await ip('-n blue link add link inner name mac0 type macvlan mode private')
  await ip('-n blue link add vx0 type vxlan id 77 local 10.9.0.2 remote 10.9.0.9 dstport 4789 dev eth0 nolearning')
  await ip('-n blue tuntap add tun0 mode tun')
  await ip('-n blue tuntap add tap0 mode tap')
  await ip('-n blue link add ifb0 type ifb')
  for (const link of ['lo', 'eth0', 'eth1', 'inner', 'outer', 'vx0', 'mac0']) await ip(`-n blue link set ${link} up`)
  await ip('-n blue address add 10.9.0.2/24 dev eth0')
  await ip('-n blue address add 10.9.0.3/24 dev eth0')
  await ip('-n blue address add 10.9.1.1 peer 10.9.1.2 dev tun0')
  await ip('-n blue address add fd00:9::2/64 dev eth0 nodad')
  await ip('-n blue route add default via 10.9.0.1 src 10.9.0.2 metric 7')
  await ip('-n blue route add 10.10.0.0/16 table 100 mtu 1300 nexthop via 10.9.0.1 weight 3 nexthop via 10.9.0.4')
  await ip('-n blue route add blackhole 10.11.0.0/16 proto static')
  await ip('-n blue route add fd00:a::/64 via fd00:9::1 proto dhcp')
  await ip('-n blue rule add from 10.9.0.0/24 iif eth0 fwmark 0x10/0xf0 table 100 priority 50')
  await ip(
    '-n blue rule add not to 10.12.0.0/16 oif eth1 table 4000 suppress_prefixlength 0 ipproto tcp dport 80-90 uidrange 5-7 tos 0x10 priority 60',
  )
  await ip('-n blue -6 rule add to fd00:b::/64 prohibit priority 70')
  await ip('-n blue rule add goto 32766 priority 80')
  await ip('-n blue neigh add 10.9.0.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0')
  await ip('-n blue neigh add fd00:9::1 lladdr 02:00:00:00:00:01 nud stale router dev eth0')
  await ip('-n blue neigh add proxy 10.9.0.77 dev eth0')
  await run('bridge', words('-n blue fdb add 02:00:00:00:00:55 dev vx0 dst 10.9.0.55 vni 78'))
  await run('bridge', words('fdb add 02:00:00:00:00:66 dev wired1 master static'))
})

afterEach(() => {
  for (const child of spawned.splice(0)) child.kill('SIGKILL')
})

afterAll(async () => {
  await reader.close()
  await ip('link delete wired0')
  await ip('netns delete blue')
  await ip('netns delete green')
})

function words(text: string): string[] {
  return text.replaceAll('"', '').split(' ')
}

function ip(text: string) {
  return run('ip', words(text))
}

async function shown(program: 'ip' | 'bridge', text: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await run(program, words(text))
  return JSON.parse(stdout.trim() || '[]')
}

async function found(mount: string): Promise<FoundNetns> {
  const netns = (await reader.find()).find(({ mounts }) => mounts.includes(mount))
  if (!netns) throw new Error(`${mount} is not found`)
  return netns
}

async function waitFor(isSo: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not so within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('links are read as ip shows them', async () => {
  const blue = await found('/run/netns/blue')
  await ip('netns exec blue ping -q -c 3 -i 0.01 127.0.0.1')
  const state = await reader.read(blue)
  const said = await shown('ip', '-n blue -j -d -s link show')
  expect(state.links.map(({ name }) => name)).toEqual(said.map(({ ifname }) => ifname))
  for (const link of state.links) {
    const one = said.find(({ ifindex }) => ifindex === link.index) as unknown as Said
    const { linkinfo = {}, stats64 } = one
    expect(link).toMatchObject({
      kind: linkinfo.info_kind ?? null,
      type: one.link_type,
      up: one.flags.includes('UP'),
      carrier: one.flags.includes('LOWER_UP'),
      operstate: one.operstate.toLowerCase(),
      mtu: one.mtu,
      mac: one.address ?? null,
      linkNetnsId: one.link_netnsid ?? null,
    })
    expect(link.counters.rxBytes).toBeLessThanOrEqual(stats64.rx.bytes)
    expect(link.counters.txPackets).toBeLessThanOrEqual(stats64.tx.packets)
  }
  const byName = new Map(state.links.map((link) => [link.name, link]))
  expect(byName.get('lo')?.counters).toMatchObject({ rxPackets: 6, txPackets: 6, rxBytes: 6 * 84, rxErrors: 0 })
  expect((await reader.readCounters(blue)).get(1)).toEqual(byName.get('lo')?.counters)
  expect(byName.get('mac0')).toMatchObject({
    macvlan: { mode: 'private' },
    link: byName.get('inner')?.index,
    linkNetnsId: null,
  })
  expect(byName.get('vx0')).toMatchObject({
    vxlan: { vni: 77, local: '10.9.0.2', remote: '10.9.0.9', port: 4789, learning: false },
  })
  expect([byName.get('tun0')?.tun, byName.get('tap0')?.tun]).toEqual([{ mode: 'tun' }, { mode: 'tap' }])
  expect(byName.get('ifb0')?.kind).toBe('ifb')
})

test('bridges and their ports are read with what they do', async () => {
  const [host] = await reader.find()
  const { links, fdb } = await reader.read(host as FoundNetns)
  const bridge = links.find(({ name }) => name === 'wired0')
  const port = links.find(({ name }) => name === 'wired1')
  expect(bridge).toMatchObject({ bridge: { ageing: 60, stp: true, vlanFiltering: false }, mac: '02:00:00:00:00:01' })
  expect(port).toMatchObject({
    master: bridge?.index,
    alias: 'the-one',
    port: { isolated: true, hairpin: true, learning: false, flood: true },
  })
  const entry = fdb.find(({ mac }) => mac === '02:00:00:00:00:66')
  expect(entry).toMatchObject({ index: port?.index, master: bridge?.index, type: 'static', remote: null })
  const said = await shown('bridge', '-d -j fdb show')
  expect(fdb.map(({ mac }) => mac).sort()).toEqual(said.map(({ mac }) => mac).sort())
})

test('addresses, routes, rules, neighbours and VTEPs are read as ip shows them', async () => {
  const { links, addresses, routes, rules, neighbours, fdb } = await reader.read(await found('/run/netns/blue'))
  const nameOf = (index: number | null) => links.find((link) => link.index === index)?.name
  const said = await shown('ip', '-n blue -j address show')
  expect(addresses.map(({ address, prefixLength, scope }) => `${address}/${prefixLength} ${scope}`).sort()).toEqual(
    said
      .flatMap(({ addr_info }) => addr_info as { local: string; prefixlen: number; scope: string }[])
      .map(({ local, prefixlen, scope }) => `${local}/${prefixlen} ${scope}`)
      .sort(),
  )
  expect(addresses.find(({ address }) => address === '10.9.1.1')).toMatchObject({ peer: '10.9.1.2', prefixLength: 32 })
  expect(addresses.find(({ address }) => address === '10.9.0.3')?.flags).toEqual(['permanent', 'secondary'])
  for (const family of ['4', '6'] as const) {
    const list = await shown('ip', `-${family} -n blue -j -N route show table all`)
    const of = routes.filter((route) => route.family === `ipv${family}`)
    expect(of.map(({ destination }) => destination).sort()).toEqual(
      list.map(({ dst }) => subnet(dst as string, family)).sort(),
    )
    const rulesSaid = await shown('ip', `-${family} -n blue -j rule show`)
    const priorities = rules.filter((rule) => rule.family === `ipv${family}`).map(({ priority }) => priority)
    expect(priorities).toEqual(rulesSaid.map(({ priority }) => priority))
  }
  const main = { family: 'ipv4', table: 254, type: 'unicast' }
  expect(routes).toContainEqual({
    ...main,
    destination: '0.0.0.0/0',
    from: null,
    hops: [{ gateway: '10.9.0.1', index: links.find(({ name }) => name === 'eth0')?.index, weight: 1, flags: [] }],
    source: '10.9.0.2',
    metric: 7,
    protocol: 'boot',
    scope: 'global',
    mtu: null,
  })
  const several = routes.find(({ table }) => table === 100)
  expect(several?.hops.map(({ gateway, weight, index }) => `${gateway} ${weight} ${nameOf(index)}`)).toEqual([
    '10.9.0.1 3 eth0',
    '10.9.0.4 1 eth0',
  ])
  expect(several?.mtu).toBe(1300)
  expect(routes).toContainEqual(
    expect.objectContaining({ ...main, type: 'blackhole', destination: '10.11.0.0/16', protocol: 'static' }),
  )
  expect(routes).toContainEqual(expect.objectContaining({ destination: 'fd00:a::/64', protocol: 'dhcp', metric: 1024 }))
  expect(rules).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        priority: 50,
        from: '10.9.0.0/24',
        iif: 'eth0',
        mark: 16,
        mask: 240,
        table: 100,
        action: 'lookup',
      }),
      expect.objectContaining({
        priority: 60,
        to: '10.12.0.0/16',
        oif: 'eth1',
        inverted: true,
        suppressPrefixLength: 0,
        otherConditions: ['tos 0x10', 'uidrange 5-7', 'ipproto tcp', 'dport 80-90'],
        only: { protocol: 6, destinationPorts: [80, 90], users: [5, 7] },
        table: 4000,
      }),
      expect.objectContaining({ family: 'ipv6', priority: 70, to: 'fd00:b::/64', action: 'prohibit', table: null }),
      expect.objectContaining({ priority: 80, action: 'goto', goto: 32766 }),
    ]),
  )
  expect(neighbours).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ address: '10.9.0.1', mac: '02:00:00:00:00:01', state: 'permanent', isProxy: false }),
      expect.objectContaining({ address: 'fd00:9::1', isRouter: true }),
      expect.objectContaining({ address: '10.9.0.77', isProxy: true }),
    ]),
  )
  const vtep = fdb.find(({ mac }) => mac === '02:00:00:00:00:55')
  expect(vtep).toMatchObject({ master: null, type: 'static', remote: '10.9.0.55', vni: 78 })
  expect(nameOf(vtep?.index ?? null)).toBe('vx0')
})

function subnet(text: string, family: '4' | '6'): string {
  if (text === 'default') return family === '4' ? '0.0.0.0/0' : '::/0'
  if (text.includes('/')) return text
  return `${text}/${family === '4' ? 32 : 128}`
}

test('no more is read than what is asked for', async () => {
  const state = await reader.read(await found('/run/netns/blue'), ['addresses'])
  const filled = Object.entries(state).filter(([, list]) => Array.isArray(list) && list.length > 0)
  expect(filled.map(([name]) => name)).toEqual(['addresses'])
})

test('what processes and mounts hold is found, the own namespace first', async () => {
  const child = spawn('unshare', ['--net', 'sleep', '60'])
  spawned.push(child)
  const own = await readlink('/proc/self/ns/net')
  await waitFor(async () => (await readlink(`/proc/${child.pid}/ns/net`)) !== own)
  await waitFor(async () => (await readFile(`/proc/${child.pid}/comm`, 'utf8')) === 'sleep\n')
  const all = await reader.find()
  expect(all[0]).toMatchObject({ id: own.slice(5, -1), isHost: true })
  const held = all.find(({ processes }) => processes.some(({ pid }) => pid === child.pid))
  expect(held).toMatchObject({
    isHost: false,
    mounts: [],
    processCount: 1,
    processes: [{ pid: child.pid, name: 'sleep' }],
    path: `/proc/${child.pid}/ns/net`,
  })
  const blue = all.find(({ mounts }) => mounts.includes('/run/netns/blue'))
  expect(blue).toMatchObject({ path: '/run/netns/blue', processes: [], processCount: 0 })
  expect((await reader.read(held as FoundNetns)).links.map(({ name }) => name)).toEqual(['lo'])
})

test('what is mounted in the mounts of another process alone is found, entered, and gone when it is unmounted', async () => {
  const script = `
    mount -t tmpfs none /mnt && touch '/mnt/a b' && unshare --net='/mnt/a b' ip link add inside0 type bridge
    mkfifo /mnt/pipe && echo made && read line && umount '/mnt/a b' && rm '/mnt/a b' && ln -s pipe '/mnt/a b' && echo taken && read line`
  const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script])
  spawned.push(holder)
  const copy = spawn('unshare', ['--mount', '--propagation', 'private', 'sleep', '60'])
  spawned.push(copy)
  await once(holder.stdout, 'data')
  const all = await reader.find()
  const ofThese = [holder.pid, copy.pid]
  const [held, ...others] = all.filter(({ elsewhere }) => ofThese.includes(elsewhere?.pid))
  const path = `/proc/${holder.pid}/root/mnt/a b`
  const elsewhere = { pid: holder.pid, process: 'sh', mount: '/mnt/a b' }
  expect(others).toEqual([])
  expect(held).toMatchObject({ path, elsewhere, mounts: [], processes: [], processCount: 0 })
  expect((await reader.read(held as FoundNetns)).links.map(({ name }) => name)).toEqual(['lo', 'inside0'])
  expect(all.find(({ mounts }) => mounts.includes('/run/netns/blue'))).not.toHaveProperty('elsewhere')
  holder.stdin.write('\n')
  await once(holder.stdout, 'data')
  expect((await reader.find()).map(({ id }) => id)).not.toContain(held?.id)
  await expect(reader.read(held as FoundNetns)).rejects.toMatchObject({ kind: 'not-found' })
})

test('a number of a namespace leads to the namespace', async () => {
  const all = await reader.find()
  const [blue, green] = [await found('/run/netns/blue'), await found('/run/netns/green')]
  const { links } = await reader.read(blue, ['links'])
  const numbers = await reader.peers(blue, all)
  const leadsTo = (name: string) => numbers.get(links.find((link) => link.name === name)?.linkNetnsId ?? -1)
  expect(leadsTo('eth0')).toBe(all[0]?.id)
  expect(leadsTo('eth1')).toBe(green.id)
  const host = await reader.read(all[0] as FoundNetns, ['links'])
  const wired = host.links.find(({ name }) => name === 'wired1')
  expect((await reader.peers(all[0] as FoundNetns, all)).get(wired?.linkNetnsId ?? -1)).toBe(blue.id)
})

test('files of /proc and tables of nft are those of the namespace', async () => {
  const [blue, green] = [await found('/run/netns/blue'), await found('/run/netns/green')]
  const [own, missing] = ['/proc/sys/net/ipv4/conf/eth1/forwarding', '/proc/sys/net/ipv4/conf/eth9/forwarding']
  expect([...(await reader.texts(blue, [missing, own]))]).toEqual([[own, '0\n']])
  expect([...(await reader.texts(green, [missing, own]))]).toEqual([[missing, '0\n']])
  expect(await reader.nftTables(green)).toEqual([])
  await run('nft', ['add', 'table', 'inet', 'mine'], { netns: '/run/netns/green' })
  expect(await reader.nftTables(green)).toEqual([{ family: 'inet', name: 'mine' }])
  expect(await reader.nftTables(blue)).toEqual([])
})

test('who listens is found as ss finds it, and who does not is not', async () => {
  const server = createServer().listen(0)
  const bound = createSocket('udp4').bind(0, '127.0.0.1')
  const connected = createSocket('udp4')
  try {
    await Promise.all([once(server, 'listening'), once(bound, 'listening')])
    connected.connect(bound.address().port, '127.0.0.1')
    await once(connected, 'connect')
    const [own] = await reader.find()
    if (!own) throw new Error('the own namespace is missing')
    const port = (server.address() as AddressInfo).port
    const rows = await reader.listeners(own)
    expect(rows).toContainEqual(
      expect.objectContaining({
        protocol: 'tcp',
        family: 'ipv6',
        state: 'listen',
        localAddress: '::',
        localPort: port,
        ipv6Only: false,
      }),
    )
    const udp = rows
      .filter(({ protocol }) => protocol === 'udp')
      .map(({ localAddress, localPort }) => [localAddress, localPort])
    expect(udp).toContainEqual(['127.0.0.1', bound.address().port])
    expect(udp.map(([, number]) => number)).not.toContain(connected.address().port)
    expect(await reader.listeners(await found('/run/netns/green'))).toEqual([])
  } finally {
    server.close()
    bound.close()
    connected.close()
  }
})

test('changes are told of the namespace that they are in, and watching keeps none alive', async () => {
  await ip('netns add red')
  const [red, blue] = [await found('/run/netns/red'), await found('/run/netns/blue')]
  const told = new Set<NetnsPart>()
  const ofBlue = new Set<NetnsPart>()
  let [lost, changes] = [0, 0]
  const stops = [
    reader.watch(
      red,
      (part) => told.add(part),
      () => lost++,
    ),
    reader.watch(
      blue,
      (part) => ofBlue.add(part),
      () => undefined,
    ),
    reader.watchFound(() => changes++),
  ]
  try {
    await waitFor(() => lost === 1)
    await ip('-n red link set lo up')
    await ip('-n red link add watched0 type bridge')
    await ip('-n red link set watched0 up')
    await ip('-n red address add 10.77.0.1/24 dev watched0')
    await ip('-n red rule add priority 9 table 9')
    await ip('-n red neigh add 10.77.0.2 lladdr 02:00:00:00:00:07 dev watched0')
    await waitFor(() => told.size === 6)
    expect(ofBlue).not.toContain('rules')
    const before = changes
    await ip('netns delete red')
    await waitFor(() => lost === 2 && changes > before)
    await expect(reader.read(red)).rejects.toMatchObject({ kind: 'not-found' })
  } finally {
    for (const stop of stops) stop()
  }
})

test('a reader whose process is killed starts another, and says that something may be lost', async () => {
  const blue = await found('/run/netns/blue')
  let lost = 0
  const parts: NetnsPart[] = []
  const stop = reader.watch(
    blue,
    (part) => parts.push(part),
    () => lost++,
  )
  try {
    await waitFor(() => lost === 1)
    const [pid] = await agents()
    process.kill(pid as number, 'SIGKILL')
    await waitFor(() => lost === 2)
    await ip('-n blue link set eth1 mtu 1390')
    await waitFor(() => parts.includes('links'))
    expect((await reader.read(blue)).links.find(({ name }) => name === 'eth1')?.mtu).toBe(1390)
    const reading: Promise<NetnsState>[] = Array.from({ length: 20 }, () => reader.read(blue))
    process.kill((await agents())[0] as number, 'SIGKILL')
    const results = await Promise.allSettled(reading)
    for (const result of results) if (result.status === 'rejected') expect(result.reason.kind).toBe('system')
    await waitFor(() => lost === 3)
    expect((await reader.read(blue)).links.length).toBeGreaterThan(3)
  } finally {
    stop()
  }
})

async function agents(): Promise<number[]> {
  const { stdout } = await run('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)])
  return stdout
    .split('\n')
    .filter((line) => line.endsWith('perl'))
    .map((line) => Number.parseInt(line, 10))
}

test('a table of many entries is read whole', async () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, index) => `route add 10.${100 + (index >> 14)}.${(index >> 6) & 255}.${(index & 63) * 4}/32 dev eth0`,
  )
  await run('ip', ['-n', 'blue', '-batch', '-'], { input: `${lines.join('\n')}\n` })
  const { routes } = await reader.read(await found('/run/netns/blue'), ['routes'])
  expect(routes.length).toBeGreaterThan(20_000)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Look } from '../kernel/contract'
import { createNetnsReader } from '../kernel/netlink/reader'
import { run, start } from '../kernel/run'
import { findDrift } from '../observe/drift'
import { createKernelSources } from '../observe/kernel-sources'
import { isWithin } from '../observe/look'
import { createObserver } from '../observe/observer'
import { noDocker } from '../observe/picture'
import type { DriftView } from '../observe/snapshot'
import { createSubjects } from '../observe/subjects'
import { keyOf, type Netns } from '../plan/object'
import { type Bed, createBed } from './testing/bed'

let bed: Bed
let web: { netns: Netns; address: string; veth: string; mac: string }
let db: typeof web
let bridge: string
const asked = { actor: 'test' }

const host = (program: 'ip' | 'bridge' | 'iptables', ...args: string[]) => run(program, args)
const inside = (place: typeof web, ...args: string[]) => run('ip', args, { netns: place.netns })

/** What is found now, by the very function that the picture is drawn from. */
async function find(look: Look = 'everything'): Promise<DriftView[]> {
  const wanted = bed.engine.wanted().filter((object) => isWithin(look, keyOf(object)))
  const { engine } = bed
  const records = {
    listNetworks: () => engine.listNetworks(),
    listContainers: () => engine.listContainers(),
    listEndpoints: () => engine.listEndpoints(),
    listServices: () => engine.listServices(),
  }
  return findDrift(wanted, await bed.kernel.observe(wanted, look), createSubjects(records))
}

/** Breaks something, expects the one finding, repairs it by its key as a click does, and gives it. */
async function breakAndMend(
  breakIt: () => Promise<unknown>,
  expected: Partial<DriftView> & { code: string },
): Promise<DriftView> {
  await breakIt()
  const { code, ...rest } = expected
  const found = await find()
  expect(found.map(({ words }) => words.map((one) => one.code))).toEqual([[code]])
  const [finding] = found
  if (!finding) throw new Error('nothing was found')
  expect(finding).toMatchObject(rest)
  expect(finding.commands.length).toBeGreaterThan(0)
  const preview = await bed.engine.reconcile({ ...asked, keys: finding.keys, dryRun: true })
  expect(preview.commands).toEqual(finding.commands)
  const { operation } = await bed.engine.reconcile({ ...asked, keys: finding.keys })
  expect(operation).toMatchObject({ status: 'done', error: null, commands: finding.commands })
  expect(await find()).toEqual([])
  return finding
}

const chainOf = async (chain: string, table = 'filter') =>
  (await run('iptables', ['-t', table, '-S', chain])).stdout.trim().split('\n')

function placeOf(name: string): typeof web {
  const { id, sandbox } = bed.engine.getContainer(name)
  const assigned = bed.engine.listEndpoints().find((one) => one.containerId === id)?.assigned
  if (!sandbox || !assigned) throw new Error(`${name} is not connected`)
  return {
    netns: sandbox.key as Netns,
    address: assigned.ipv4Address?.split('/')[0] ?? '',
    veth: assigned.hostIfname ?? '',
    mac: assigned.macAddress ?? '',
  }
}

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'front', subnet: '10.99.0.0/24' }, asked)
  const ports = [{ containerPort: 80, hostPort: 8080 }]
  await bed.engine.runContainer({ name: 'web', network: 'front', command: ['sleep', '3600'], ports }, asked)
  await bed.engine.runContainer({ name: 'db', network: 'front', command: ['sleep', '3600'] }, asked)
  web = placeOf('web')
  db = placeOf('db')
  const cables = bed.engine.wanted().flatMap((one) => (one.kind === 'link' && one.type === 'veth' ? [one] : []))
  bridge = cables.find(({ name }) => name === web.veth)?.master ?? ''
}, 60_000)
afterAll(() => bed?.end())

test('what is as it should be has no drift, with traffic between the containers', async () => {
  expect(await bed.tries('web', 'ping', '-c', '1', '-W', '1', db.address)).toBe(0)
  // A sandbox is made ahead meanwhile.
  await expect.poll(find).toEqual([])
})

test('the rules that lead to the resolver are told by their bytes, whatever others make of them', async () => {
  const nft = (...args: string[]) => run('nft', args, { netns: web.netns })
  await breakAndMend(() => nft('delete', 'table', 'ip', 'patchbay'), { code: 'missing.redirect', hurts: 'names' })
  const added = ['ip', 'daddr', '127.0.0.11', 'udp', 'dport', '53', 'udp', 'dport', 'set', '5353']
  const other = () =>
    nft('flush', 'chain', 'ip', 'patchbay', 'questions').then(() =>
      nft('add', 'rule', 'ip', 'patchbay', 'questions', ...added),
    )
  await breakAndMend(other, { code: 'missing.redirect' })
  expect(await bed.tries('web', 'nslookup', 'db')).toBe(0)
})

test('a bridge that was taken out of its group is put back', async () => {
  const leave = () => host('ip', 'link', 'set', 'dev', bridge, 'group', '0')
  const { commands } = await breakAndMend(leave, { code: 'changed.group', hurts: 'accept' })
  expect(commands).toEqual([`ip link set dev ${bridge} group 20546`])
})

test('a container is connected to a bridge that somebody made anew, and told of one that somebody took away', async () => {
  const { id } = (await bed.engine.createNetwork({ name: 'side' }, asked)).result
  const name = `br-${id.slice(0, 12)}`
  const place = { network: 'side', container: 'db' }
  await bed.engine.connect(place, asked)
  await bed.engine.disconnect(place, asked)
  await host('ip', 'link', 'delete', name)
  await host('ip', 'link', 'add', name, 'type', 'bridge')
  await bed.engine.connect(place, asked)
  await bed.engine.disconnect(place, asked)
  await host('ip', 'link', 'delete', name)
  await expect(bed.engine.connect(place, asked)).rejects.toThrow('a link that this needs is not there')
  await bed.engine.reconcile(asked)
  expect(await find()).toEqual([])
  await bed.engine.connect(place, asked)
  await bed.engine.disconnect(place, asked)
  await bed.engine.removeNetwork('side', asked)
})

/** Pings without a pause while `work` runs; gives how many were sent and lost. */
async function whileStreaming(work: () => Promise<unknown>): Promise<{ sent: number; lost: number }> {
  const child = start('busybox', ['ping', '-i', '0.01', '-W', '1', db.address], {
    netns: web.netns,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    await work()
    await new Promise((resolve) => setTimeout(resolve, 100))
  } finally {
    child.kill('SIGINT')
    await ended
  }
  const [, sent, received] = /(\d+) packets transmitted, (\d+) packets received/.exec(output) ?? []
  // The very last one may have been on its way when ping was ended.
  const isLastAnswered = new RegExp(`seq=${Number(sent) - 1} `).test(output)
  return { sent: Number(sent), lost: Number(sent) - Number(received) - (isLastAnswered ? 0 : 1) }
}

test('rules that are missing come back to their places, while packets pass without a loss and no other rule moves', async () => {
  const chains = ['PATCHBAY', 'PATCHBAY-FORWARD']
  const { sent, lost } = await whileStreaming(async () => {
    for (const chain of chains) {
      for (const rule of (await chainOf(chain)).slice(1, 2)) {
        const before = await chainOf(chain)
        const takeOut = () => host('iptables', '-D', chain, String(before.indexOf(rule)))
        const { commands } = await breakAndMend(takeOut, { code: 'missing.rule', kind: 'missing', byHand: false })
        expect(commands, rule).toHaveLength(1)
        const after = await chainOf(chain)
        expect(after).toContain(rule)
        expect(after.filter((one) => one !== rule)).toEqual(before.filter((one) => one !== rule))
      }
    }
  })
  console.log(`${sent} packets while rules were taken out and put back, ${lost} lost`)
  expect(sent).toBeGreaterThan(20)
  expect(lost).toBe(0)
})

test('a chain that was flushed, a port’s rule, a policy and a rule out of its turn come back', async () => {
  const before = await chainOf('PATCHBAY')
  await host('iptables', '-F', 'PATCHBAY')
  expect((await find()).every(({ kind }) => kind === 'missing')).toBe(true)
  await bed.engine.reconcile(asked)
  expect((await chainOf('PATCHBAY')).sort()).toEqual([...before].sort())
  const dnat = (await chainOf('PATCHBAY', 'nat')).findIndex((rule) => rule.includes('DNAT'))
  await breakAndMend(() => host('iptables', '-t', 'nat', '-D', 'PATCHBAY', String(dnat)), {
    code: 'missing.rule',
    hurts: 'port',
  })
  await breakAndMend(() => host('iptables', '-A', 'PATCHBAY', '-s', '10.99.0.9', '-j', 'DROP'), {
    code: 'foreign.unmarked',
    kind: 'foreign',
    hurts: 'unmarked',
    byHand: false,
  })
  const [, first = ''] = before
  await breakAndMend(() => host('iptables', ...first.replaceAll('"', '').split(' ')), { code: 'foreign.copy' })
})

test('rules of ip6tables come back as those of iptables do, and what was put among them goes', async () => {
  await bed.engine.createNetwork({ name: 'six', ipv6: true }, asked)
  const ip6tables = (...args: string[]) => run('ip6tables', args)
  const saved = async () => (await run('ip6tables-save', [])).stdout.replace(/^#.*|\[\d+:\d+\]/gm, '')
  const before = await saved()
  try {
    for (const chain of ['PATCHBAY', 'PATCHBAY-INTERNAL', 'PATCHBAY-FORWARD']) {
      if (!before.includes(`-A ${chain} `)) continue
      const { commands } = await breakAndMend(() => ip6tables('-D', chain, '1'), {
        code: 'missing.rule',
        byHand: false,
      })
      expect(commands).toEqual([expect.stringMatching(/^ip6tables /)])
      expect(await saved()).toBe(before)
    }
    await breakAndMend(() => ip6tables('-t', 'nat', '-D', 'POSTROUTING', '1'), {
      code: 'missing.rule',
      hurts: 'masquerade',
    })
    await breakAndMend(() => ip6tables('-A', 'PATCHBAY', '-j', 'DROP'), { code: 'foreign.unmarked', kind: 'foreign' })
    await breakAndMend(() => ip6tables('-P', 'FORWARD', 'ACCEPT'), { code: 'changed.policy', hurts: 'open' })
    await ip6tables('-F', 'PATCHBAY-FORWARD')
    expect((await find()).length).toBeGreaterThan(1)
    await bed.engine.reconcile(asked)
    expect(await saved()).toBe(before)
  } finally {
    await bed.engine.removeNetwork('six', asked)
  }
})

test('a cable that was renamed is known by its mark, and gets its name back without a packet lost', async () => {
  const { lost } = await whileStreaming(async () => {
    const finding = await breakAndMend(() => host('ip', 'link', 'set', 'dev', web.veth, 'name', 'stolen0'), {
      code: 'changed.name',
      kind: 'changed',
      hurts: 'cable',
      summary: `veth ${web.veth} of web on front was renamed to stolen0`,
    })
    expect(finding.commands).toEqual([`ip link set dev stolen0 name ${web.veth}`])
    await host('ip', 'link', 'set', 'dev', web.veth, 'name', 'stolen0')
    const atAGlance = (await find('host')).flatMap(({ commands }) => commands)
    expect(atAGlance).toEqual(finding.commands)
    await bed.engine.reconcile(asked)
    await breakAndMend(() => inside(db, 'link', 'set', 'dev', 'eth0', 'name', 'lan0'), { code: 'changed.name' })
  })
  expect(lost).toBe(0)
  await breakAndMend(() => host('ip', 'link', 'set', 'dev', bridge, 'name', 'stolen1'), { code: 'changed.name' })
})

test('a link that was set down, moved, resized, given another MAC or taken away is put right', async () => {
  await breakAndMend(() => host('ip', 'link', 'set', web.veth, 'down'), { code: 'changed.down', hurts: 'cable' })
  await breakAndMend(() => host('ip', 'link', 'set', bridge, 'down'), { code: 'changed.down' })
  await host('ip', 'link', 'add', 'other0', 'type', 'bridge')
  await breakAndMend(() => host('ip', 'link', 'set', web.veth, 'master', 'other0'), { code: 'changed.master' })
  await host('ip', 'link', 'del', 'other0')
  await breakAndMend(() => host('ip', 'link', 'set', web.veth, 'nomaster'), { code: 'changed.unplugged' })
  for (const link of [web.veth, bridge]) {
    await breakAndMend(() => host('ip', 'link', 'set', link, 'alias', 'mine'), { code: 'changed.mark' })
  }
  const port = (...settings: string[]) => host('bridge', 'link', 'set', 'dev', web.veth, ...settings)
  await breakAndMend(() => port('hairpin', 'off'), { code: 'changed.hairpin' })
  await breakAndMend(() => port('isolated', 'on'), { code: 'changed.isolated', hurts: 'open' })
  const off = ['learning', 'flood', 'mcast_flood', 'bcast_flood'].flatMap((name) => [name, 'off'])
  const every = await breakAndMend(() => port(...off, 'neigh_suppress', 'on', 'locked', 'on'), { code: 'changed.port' })
  expect(every.commands.join()).toMatch(/( \w+ on){4} neigh_suppress off locked off$/)
  const { commands } = await breakAndMend(() => port('state', '0', 'learning', 'off'), {
    code: 'changed.port',
    hurts: 'cable',
    words: [{ code: 'changed.port', values: { name: web.veth, is: 'state disabled, learning off' } }],
  })
  expect(commands).toEqual([`ip link set dev ${web.veth} type bridge_slave state 3 learning on`])
  await breakAndMend(() => inside(web, 'link', 'set', 'eth0', 'mtu', '1300'), { code: 'changed.mtu', hurts: 'large' })
  await breakAndMend(() => inside(web, 'link', 'set', 'eth0', 'address', '02:00:00:00:00:77'), { code: 'changed.mac' })
  await breakAndMend(() => host('ip', 'link', 'del', web.veth), { code: 'missing.link', mends: 'flows' })
  // A click that comes before the sandbox has been looked into mends all that hangs on the cable, too.
  await host('ip', 'link', 'del', web.veth)
  await bed.engine.reconcile({ ...asked, keys: [`link host ${web.veth}`] })
  expect(await find()).toEqual([])
  expect(await bed.tries('web', 'ping', '-c', '1', '-W', '2', db.address)).toBe(0)
})

test('an address, a route, a sysctl and a namespace’s loopback that went come back', async () => {
  await breakAndMend(() => inside(web, 'route', 'del', 'default'), { code: 'missing.route', hurts: 'route' })
  const name = 'net/ipv4/ip_forward'
  if (bed.engine.wanted().some((one) => one.kind === 'sysctl' && one.name === name && one.netns === 'host')) {
    await breakAndMend(() => run('sysctl', ['-w', 'net.ipv4.ip_forward=0']), { code: 'changed.sysctl' })
  }
  await inside(web, 'address', 'flush', 'dev', 'eth0')
  const codes = (await find()).map(({ words }) => words[0]?.code)
  expect(codes).toContain('missing.address')
  await bed.engine.reconcile(asked)
  expect(await find()).toEqual([])
  expect(await bed.tries('web', 'ping', '-c', '1', '-W', '2', db.address)).toBe(0)
})

test('what others put there is told, and goes only where it is meant', async () => {
  const strange: [DriftView['words'][number]['code'], () => Promise<unknown>][] = [
    [
      'foreign.neighbour',
      () => inside(web, 'neighbour', 'replace', db.address, 'lladdr', '02:00:00:00:00:66', 'dev', 'eth0'),
    ],
    [
      'foreign.neighbour',
      () => host('ip', 'neighbour', 'replace', web.address, 'lladdr', '02:00:00:00:00:66', 'dev', bridge),
    ],
    ['foreign.fdb', () => host('bridge', 'fdb', 'replace', web.mac, 'dev', db.veth, 'master', 'static')],
    ['foreign.theft', () => host('ip', 'route', 'add', `${web.address}/32`, 'dev', 'uplink0')],
    ['foreign.theft', () => host('ip', 'route', 'add', 'blackhole', '10.99.0.128/25', 'metric', '7')],
    ['foreign.lookup', () => host('ip', 'rule', 'add', 'priority', '99', 'to', '10.99.0.0/24', 'lookup', '100')],
    ['foreign.default', () => inside(web, 'route', 'add', 'default', 'via', db.address, 'metric', '50')],
    ['foreign.address', () => inside(web, 'address', 'add', '10.99.0.200/24', 'dev', 'eth0')],
  ]
  await host('ip', 'route', 'add', 'default', 'dev', 'uplink0', 'table', '100')
  for (const [code, put] of strange) {
    await put()
    expect((await bed.engine.reconcile(asked)).operation, code).toBeNull()
    await breakAndMend(async () => undefined, { code, kind: 'foreign', byHand: true, mends: 'removesStranger' })
  }
  await host('ip', 'rule', 'add', 'priority', '99', 'from', '10.99.0.0/24', 'lookup', '100')
  const [obstacle] = await find()
  expect(obstacle).toMatchObject({
    kind: 'obstacle',
    hurts: 'elsewhere',
    commands: [],
    words: [{ code: 'obstacle.lookup' }],
  })
  await bed.engine.reconcile({ ...asked, keys: [] })
  expect((await host('ip', 'rule', 'show')).stdout).toContain('from 10.99.0.0/24 lookup 100')
  await host('ip', 'rule', 'delete', 'priority', '99')
  await host('ip', 'route', 'flush', 'table', '100')
})

test('orphans that bear the mark go, and a new start takes no stranger along', async () => {
  await breakAndMend(
    async () => {
      await host('ip', 'link', 'add', 'orphan0', 'type', 'bridge')
      await host('ip', 'link', 'set', 'orphan0', 'alias', 'patchbay:beef')
    },
    { code: 'foreign.link', kind: 'foreign', byHand: false },
  )
  await breakAndMend(() => host('iptables', '-N', 'PATCHBAY-NOBODY'), { code: 'foreign.chain' })
  await host('ip', 'route', 'add', `${web.address}/32`, 'dev', 'uplink0')
  const second = await bed.again()
  await second.engine.recover()
  const { stdout } = await host('ip', 'route', 'show', `${web.address}/32`)
  expect(stdout).toContain('uplink0')
  await host('ip', 'route', 'del', `${web.address}/32`)
  await second.close()
})

test('thousands that are alike are one finding and one repair; a new start leaves them to people', async () => {
  const each = (line: (at: number) => string) => Array.from({ length: 3_000 }, (_, at) => line(at)).join('\n')
  const rules = each((at) => `-A FORWARD -s 10.${at >> 8}.${at & 255}.1 -m comment --comment patchbay:${at} -j ACCEPT`)
  await run('iptables-restore', ['--noflush'], { input: `*filter\n${rules}\nCOMMIT\n` })
  await run('ip', ['-batch', '-'], { input: each((at) => `route add 10.98.${at >> 8}.${at & 255} dev ${bridge}`) })
  const second = await bed.again()
  await second.engine.recover()
  await second.close()
  const found = await find()
  // A sandbox that the first daemon keeps ready is none of the second one's.
  const strange = found.filter(({ kind }) => kind === 'foreign')
  expect(strange.map(({ words, alike, commands }) => [words[0]?.code, alike, commands.length])).toEqual([
    ['foreign.rule', 2_999, 21],
    ['foreign.route', 2_999, 21],
  ])
  const began = performance.now()
  await bed.engine.reconcile({ ...asked, keys: found.flatMap(({ keys }) => keys) })
  console.log(`6,000 were taken away in ${(performance.now() - began).toFixed(0)} ms`)
  expect(await find()).toEqual([])
})

test('with automatic repair on, what drifts is repaired though nobody watches, and strangers stay', async () => {
  const failures: unknown[] = []
  const reader = createNetnsReader()
  const observer = createObserver({
    engine: bed.engine,
    sources: createKernelSources(bed.kernel, reader),
    store: bed.store,
    docker: { things: noDocker, start: () => () => undefined },
    placeOf: () => ({ device: null, parent: null }),
    failed: (error) => failures.push(error),
  })
  try {
    expect(await observer.automaticRepair.settings()).toMatchObject({ on: false })
    await observer.automaticRepair.configure({ on: true, afterSeconds: 1 })
    await inside(web, 'neighbour', 'replace', db.address, 'lladdr', '02:00:00:00:00:66', 'dev', 'eth0')
    const told = () => Object.values(observer.picture().drift).map(({ words }) => words[0]?.code)
    // By the kernel's event: the clock would take half a minute.
    await expect.poll(told, { timeout: 8_000, interval: 50 }).toContain('foreign.neighbour')
    await host('bridge', 'link', 'set', 'dev', web.veth, 'learning', 'off')
    await expect.poll(told, { timeout: 8_000, interval: 10 }).toContain('changed.port')
    await run('nft', ['delete', 'table', 'ip', 'patchbay'], { netns: web.netns })
    const deletedAt = performance.now()
    await expect.poll(told, { timeout: 8_000, interval: 10 }).toContain('missing.redirect')
    console.log(`rules that went in a sandbox were told after ${(performance.now() - deletedAt).toFixed(0)} ms`)
    await expect.poll(told, { timeout: 8_000, interval: 50 }).toEqual(['foreign.neighbour'])
    const began = performance.now()
    await host('ip', 'link', 'set', web.veth, 'down')
    const state = async () => (await host('ip', '-o', 'link', 'show', web.veth)).stdout
    await expect.poll(state, { timeout: 8_000, interval: 50 }).toContain(',UP')
    console.log(`repaired by itself after ${(performance.now() - began).toFixed(0)} ms, asked to wait 1000`)
    const [last] = bed.engine.listOperations()
    expect(last).toMatchObject({ verb: 'host.reconcile', actor: 'automatic repair' })
    expect(last?.commands).toEqual([`ip link set dev ${web.veth} up`])
    expect(failures).toEqual([])
    await observer.automaticRepair.configure({ on: false, afterSeconds: 60 })
  } finally {
    await observer.close()
    await reader.close()
  }
  expect(await bed.store.getSetting('drift.automatic')).toBe('{"on":false,"afterSeconds":60}')
  expect((await find()).map(({ words }) => words[0]?.code)).toContain('foreign.neighbour')
  await inside(web, 'neighbour', 'del', db.address, 'dev', 'eth0')
})

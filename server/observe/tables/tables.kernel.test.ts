import { type ChildProcess, spawn } from 'node:child_process'
import { readlink, stat } from 'node:fs/promises'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createNamespace, removeNamespace } from '../../kernel/namespaces'
import { createNetnsReader } from '../../kernel/netlink/reader'
import { createNetnsTables } from '../../kernel/netns-tables'
import { run } from '../../kernel/run'
import type { NamespaceFirewallEvent } from './contract'
import type { AnyRow, TableEvent, TableName } from './rows'
import { createNamespaceTables } from './tables'

const path = '/run/netns/tables1'
const reader = createNetnsReader()
const tables = createNamespaceTables({ reader, tables: createNetnsTables(), sandboxDir: '/run/none' })
const snapshot = { networks: {}, containers: {}, endpoints: {}, services: {} } as never
const inside = (program: Parameters<typeof run>[0], ...args: string[]) => run(program, args, { netns: path })

let id = ''
let ending = new AbortController()
let sleeper: ChildProcess | undefined

beforeEach(async () => {
  await (await createNamespace(path))?.close()
  id = String((await stat(path)).ino)
  ending = new AbortController()
  await inside('ip', 'link', 'set', 'lo', 'up')
})

afterEach(async () => {
  ending.abort()
  sleeper?.kill('SIGKILL')
  sleeper = undefined
  await removeNamespace(path)
})

afterAll(() => reader.close())

/** Keeps a table as the events make it, and waits until it is as wanted. */
function follow(table: TableName, namespace = id) {
  const rows = new Map<string, AnyRow>()
  const seen: TableEvent[] = []
  const taking = (async () => {
    for await (const event of tables.watch({ namespace, table }, () => snapshot, ending.signal)) {
      seen.push(event)
      if (event.type === 'whole') rows.clear()
      if (event.type === 'whole') for (const row of event.rows) rows.set(row.key, row)
      if (event.type === 'change') for (const row of event.set) rows.set(row.key, row)
      if (event.type === 'change') for (const key of event.remove) rows.delete(key)
    }
  })()
  const until = async (isSo: (rows: readonly AnyRow[]) => boolean, withinMs = 4_000) => {
    const began = performance.now()
    while (!isSo([...rows.values()])) {
      if (performance.now() - began > withinMs) {
        throw new Error(`not within ${withinMs} ms: ${JSON.stringify([...rows.values()].slice(0, 20))}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    return performance.now() - began
  }
  return { rows, seen, until, taking }
}

test('routes, rules, neighbours and connections of a namespace are told whole, then as they change', async () => {
  await inside('ip', 'link', 'add', 'a0', 'type', 'veth', 'peer', 'name', 'a1')
  await inside('ip', 'address', 'add', '10.9.0.1/24', 'dev', 'a0')
  await inside('ip', 'link', 'set', 'a0', 'up')
  await inside('ip', 'link', 'set', 'a1', 'up')
  const [routes, rules, neighbours, flows] = (['routes', 'rules', 'neighbours', 'flows'] as const).map((table) =>
    follow(table),
  )
  const has = (key: string, value: unknown) => (all: readonly AnyRow[]) =>
    all.some((row) => Reflect.get(row, key) === value)
  await routes?.until(has('destination', '10.9.0.0/24'))
  await rules?.until(has('priority', 32766))
  await flows?.until(() => flows.seen.length > 0)
  await new Promise((resolve) => setTimeout(resolve, 300))

  await inside('ip', 'route', 'add', '10.77.0.0/16', 'via', '10.9.0.2')
  const tookMs = await routes?.until(has('destination', '10.77.0.0/16'))
  const added = [...(routes?.rows.values() ?? [])].find(
    (row) => 'destination' in row && row.destination === '10.77.0.0/16',
  )
  expect(added).toMatchObject({ table: 254, hops: [{ gateway: '10.9.0.2', link: 'a0' }] })
  expect(tookMs).toBeLessThan(1_000)
  await inside('ip', 'route', 'del', '10.77.0.0/16')
  await routes?.until((all) => !has('destination', '10.77.0.0/16')(all))
  await inside('ip', 'rule', 'add', 'fwmark', '7', 'lookup', '100', 'priority', '50')
  await rules?.until(has('priority', 50))
  await inside('ip', 'neigh', 'add', '10.9.0.7', 'lladdr', '02:00:00:00:00:07', 'dev', 'a0', 'nud', 'permanent')
  await neighbours?.until(has('mac', '02:00:00:00:00:07'))
  const flow = ['-p', 'udp', '-s', '10.9.0.1', '-d', '10.9.0.2', '--sport', '1', '--dport', '53']
  const reply = ['-r', '10.9.0.2', '-q', '10.9.0.1', '--reply-port-src', '53', '--reply-port-dst', '1']
  await inside('conntrack', '-I', ...flow, ...reply, '-t', '60')
  await flows?.until(has('protocol', 'udp'))
  await inside('conntrack', '-D', '-p', 'udp')
  await flows?.until((all) => all.length === 0)
  expect(routes?.seen.filter(({ type }) => type === 'whole')).toHaveLength(1)
})

test('a namespace that its last process leaves is said to be gone, though a monitor of ours is in it', async () => {
  sleeper = spawn('unshare', ['--net', 'sleep', '60'])
  const own = await readlink('/proc/self/ns/net')
  let lonely = own
  while (lonely === own) lonely = await readlink(`/proc/${sleeper.pid}/ns/net`)
  const flows = follow('flows', lonely.slice(5, -1))
  await flows.until(() => flows.seen.length > 0)
  const found = await tables.list({ containers: {} })
  const alone = found.find(({ processes }) => processes.some(({ pid }) => pid === sleeper?.pid))
  expect(alone).toMatchObject({ kind: 'process', name: 'sleep' })
  expect(found.find((one) => one.id === id)).toMatchObject({ kind: 'named', name: 'tables1', mounts: [path] })
  expect(found[0]).toMatchObject({ kind: 'host' })
  await new Promise((resolve) => setTimeout(resolve, 200))
  sleeper.kill('SIGKILL')
  await flows.taking
  expect(flows.seen.at(-1)).toEqual({ type: 'gone' })
})

test('rules of both variants and native ones are followed, each apart', async () => {
  const seen: NamespaceFirewallEvent[] = []
  const question = { namespace: id, family: 'ipv4', variant: 'nf_tables' } as const
  void (async () => {
    for await (const event of tables.watchFirewall(question, () => snapshot, ending.signal)) seen.push(event)
  })()
  const native = follow('nftables')
  await native.until(() => native.seen.length > 0)
  const comment = ['-m', 'comment', '--comment', 'patchbay:gone']
  const add = ['-A', 'INPUT', '-p', 'tcp', '--dport', '22', ...comment, '-j', 'ACCEPT']
  await run('nsenter', [`--net=${path}`, '--', 'iptables-nft', ...add])
  // In iptables' own words: nft does not print its comments.
  await native.until((all) =>
    all.some((row) => 'iptables' in row && row.iptables?.target === 'ACCEPT' && row.owner?.name === 'Patchbay'),
  )
  expect(await tables.count(id)).toMatchObject({ iptables: 1, nftables: 1, flows: 0, sockets: 0 })
  await native.until(() => JSON.stringify(seen).includes('--dport 22'))
  expect(seen[0]).toMatchObject({ type: 'firewall', firewall: { variant: 'nf_tables' } })
})

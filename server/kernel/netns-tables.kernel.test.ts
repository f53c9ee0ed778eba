import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FoundNetns } from '../cnm/netns-state'
import { createNamespace, removeNamespace } from './namespaces'
import { createNetnsTables } from './netns-tables'
import { run } from './run'

const path = '/run/netns/tables0'
const tables = createNetnsTables()
let netns: FoundNetns
let server: ChildProcess | undefined

const inside = (program: Parameters<typeof run>[0], ...args: string[]) => run(program, args, { netns: path })

beforeEach(async () => {
  await (await createNamespace(path))?.close()
  const id = String((await stat(path)).ino)
  netns = { id, path, mounts: [path], processes: [], processCount: 0, isHost: false }
  await inside('ip', 'link', 'set', 'lo', 'up')
  await inside('ip', 'link', 'add', 'a.\u202eb', 'type', 'bridge')
})

afterEach(async () => {
  server?.kill('SIGKILL')
  server = undefined
  await removeNamespace(path)
})

/** A server whose connection is redirected to it, with the client's end open. */
async function serve(): Promise<number> {
  const program = `
    const net = require('node:net')
    net.createServer(() => {}).listen(8080, '127.0.0.1', () => {
      net.connect(80, '127.0.0.1', () => console.log('ready'))
    })`
  const child = spawn('nsenter', [`--net=${path}`, '--', process.execPath, '-e', program])
  server = child
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return child.pid ?? 0
}

test('sockets, connections, rules of every kind and settings are those of the namespace, not of the daemon', async () => {
  const rule = ['-t', 'nat', '-A', 'OUTPUT', '-p', 'tcp', '--dport', '80', '-j', 'REDIRECT', '--to-ports', '8080']
  await run('nsenter', [`--net=${path}`, '--', 'iptables-nft', ...rule])
  await inside('nft', 'add', 'table', 'inet', 'own')
  await inside('sysctl', '-w', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.lo.rp_filter=2')
  const pid = await serve()

  const sockets = await tables.sockets(netns)
  expect(sockets).toMatchObject({ cut: 0, total: sockets.rows.length })
  const listening = sockets.rows.find(({ state }) => state === 'listen')
  expect(listening).toMatchObject({ protocol: 'tcp', localAddress: '127.0.0.1', localPort: 8080 })
  expect(listening?.processes.map((process) => process.pid)).toEqual([pid])

  const { rows } = await tables.flows(netns)
  expect(rows).toMatchObject([
    { protocol: 'tcp', state: 'ESTABLISHED', original: { destinationPort: 80 }, reply: { sourcePort: 8080 } },
  ])
  expect(rows[0]?.id).toMatch(/^\d+$/)

  expect(await tables.firewall(netns, 'ipv4', 'nf_tables')).toContain('--dport 80 -j REDIRECT --to-ports 8080')
  expect(await tables.firewall(netns, 'ipv4', 'legacy')).not.toContain('REDIRECT')
  expect(await tables.firewall(netns, 'ipv6', 'nf_tables')).not.toContain('REDIRECT')
  expect(JSON.parse(await tables.nftables(netns)).nftables).toContainEqual({
    table: expect.objectContaining({ family: 'inet', name: 'own' }),
  })

  const sysctls = await tables.sysctls(netns)
  expect(sysctls.get('net.ipv4.ip_forward')).toBe('1')
  expect(sysctls.get('net.ipv4.conf.a/\u202eb.forwarding')).toBe('1')
  expect(sysctls.get('net.ipv4.conf.lo.rp_filter')).toBe('2')
  expect(Number(sysctls.get('net.netfilter.nf_conntrack_count'))).toBe(1)
})

test('a long table is cut with what was left out, and searched whole', async () => {
  const flows = Array.from({ length: 300 }, (_, n) => {
    const [port, address] = [`${1024 + n}`, '10.7.0.1']
    return `-I -p udp -s ${address} -d 10.7.0.2 --sport ${port} --dport 53 -r 10.7.0.2 -q ${address} --reply-port-src 53 --reply-port-dst ${port} -t 60`
  })
  const file = join(await mkdtemp(join(tmpdir(), 'flows-')), 'flows')
  await writeFile(file, `${flows.join('\n')}\n`)
  await inside('conntrack', '-R', file)
  await rm(dirname(file), { recursive: true })
  const some = await tables.flows(netns, { limit: 100 })
  expect([some.rows.length, some.cut, some.total]).toEqual([100, 200, 300])
  const one = await tables.flows(netns, { limit: 100, keep: ({ original }) => original.sourcePort === 1300 })
  expect([one.rows.length, one.cut, one.total]).toEqual([1, 0, 300])
})

test('a namespace that has gone, and a path that leads to another one by now, are not found', async () => {
  const gone = { ...netns, path: '/run/netns/tables-gone' }
  await expect(tables.sockets(gone)).rejects.toMatchObject({ kind: 'not-found' })
  const another = { ...netns, path: '/proc/self/ns/net' }
  await expect(tables.sysctls(another)).rejects.toMatchObject({ kind: 'not-found' })
})

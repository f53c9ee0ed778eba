import { readFile } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { createMonitor, type Monitor } from './monitor'
import { readFdb } from './read-fdb'
import { iptablesVariant, readFirewall } from './read-firewall'
import { createLinkReader } from './read-links'
import { run } from './run'

let monitor: Monitor | undefined

afterEach(async () => {
  await monitor?.close()
  monitor = undefined
  await run('ip', ['link', 'delete', 'watched0']).catch(() => undefined)
})

async function waitFor(isSo: () => boolean, timeoutMs = 5000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`not so within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('links and addresses tell when they come and go', async () => {
  monitor = createMonitor()
  const seen: string[] = []
  monitor.onLink(({ name, deleted }) => seen.push(`${deleted ? 'gone' : 'link'} ${name}`))
  monitor.onAddress(({ address, deleted }) => seen.push(`${deleted ? 'gone' : 'address'} ${address}`))
  await settled()
  await run('ip', ['link', 'add', 'watched0', 'type', 'bridge'])
  await run('ip', ['address', 'add', '10.88.0.1/24', 'dev', 'watched0'])
  await run('ip', ['link', 'delete', 'watched0'])
  await waitFor(() => seen.includes('gone watched0') && seen.includes('gone 10.88.0.1/24'))
  expect(seen).toEqual(expect.arrayContaining(['link watched0', 'address 10.88.0.1/24']))
})

test('MAC tables and firewall transactions tell when they change', async () => {
  monitor = createMonitor()
  const macs: string[] = []
  let transactions = 0
  monitor.onFdb(({ mac, bridge, deleted }) => macs.push(`${deleted ? 'gone' : 'seen'} ${mac} ${bridge}`))
  monitor.onFirewall(() => transactions++)
  await settled()
  await run('ip', ['link', 'add', 'watched0', 'type', 'bridge'])
  await run('ip', ['link', 'add', 'watched1', 'master', 'watched0', 'type', 'veth', 'peer', 'name', 'watched2'])
  await run('bridge', ['fdb', 'add', '02:00:00:00:00:09', 'dev', 'watched1', 'master', 'static'])
  const entry = (await readFdb()).find(({ mac }) => mac === '02:00:00:00:00:09')
  expect(entry).toMatchObject({ port: 'watched1', bridge: 'watched0', type: 'static' })
  await run('ip', ['link', 'delete', 'watched1'])
  await waitFor(() => macs.includes('gone 02:00:00:00:00:09 watched0'))
  expect(macs).toContain('seen 02:00:00:00:00:09 watched0')
  if ((await iptablesVariant()) !== 'nf_tables') return
  await run('iptables', ['-N', 'WATCHED'])
  await waitFor(() => transactions > 0)
  await run('iptables', ['-X', 'WATCHED'])
})

test('a monitor that dies is started again and says so; with its last listener it ends', async () => {
  monitor = createMonitor()
  let lost = 0
  monitor.onLost(() => lost++)
  const names: string[] = []
  const stop = monitor.onLink(({ name }) => names.push(name))
  await settled()
  const [pid] = await listChildren()
  expect(pid).toBeDefined()
  process.kill(Number(pid), 'SIGKILL')
  await waitFor(() => lost === 1)
  await settled()
  await run('ip', ['link', 'add', 'watched0', 'type', 'bridge'])
  await waitFor(() => names.includes('watched0'))
  stop()
  await settled()
  expect(await listChildren()).toEqual([])
})

test('links are read with what the picture needs', async () => {
  const reader = createLinkReader()
  await run('ip', ['link', 'add', 'watched0', 'type', 'bridge'])
  await run('ip', ['link', 'set', 'watched0', 'alias', 'patchbay:x', 'up'])
  await run('ip', ['address', 'add', '10.88.0.1/24', 'dev', 'watched0'])
  const link = await reader.findLink('watched0')
  expect(link).toMatchObject({ kind: 'bridge', alias: 'patchbay:x', up: true, ageingSeconds: 300, master: null })
  expect((await reader.readLinks()).map(({ name }) => name)).toEqual(expect.arrayContaining(['lo', 'watched0']))
  expect((await reader.readAddresses()).get('watched0')).toEqual(['10.88.0.1/24'])
  await run('ip', ['link', 'delete', 'watched0'])
  await run('ip', ['link', 'add', 'watched0', 'type', 'bridge'])
  expect(await reader.findLink('watched0')).toMatchObject({ name: 'watched0', alias: null, up: false })
  expect(await reader.findLink('nowhere')).toBeUndefined()
  expect(await reader.findLink('x; reboot')).toBeUndefined()
  // A container may call its links what it likes.
  await run('ip', ['link', 'set', 'watched0', 'name', 'w\x07\x1b"'])
  try {
    expect((await reader.readLinks()).map(({ name }) => name)).toEqual(expect.arrayContaining(['lo', 'w\x07\x1b"']))
  } finally {
    await run('ip', ['link', 'set', 'w\x07\x1b"', 'name', 'watched0'])
  }
  await reader.close()
})

test('the firewall is read with counters', async () => {
  await run('iptables', ['-N', 'WATCHED'])
  await run('iptables', ['-A', 'WATCHED', '-m', 'comment', '--comment', 'it\'s "so" \\', '-j', 'RETURN'])
  const { tables } = await readFirewall()
  const chain = tables.find(({ name }) => name === 'filter')?.chains.find(({ name }) => name === 'WATCHED')
  expect(chain?.rules[0]?.args).toEqual(['-m', 'comment', '--comment', 'it\'s "so" \\', '-j', 'RETURN'])
  await run('iptables', ['-F', 'WATCHED'])
  await run('iptables', ['-X', 'WATCHED'])
})

/** Programs need a moment until they listen. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150))
}

async function listChildren(): Promise<string[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
  return text.trim().split(' ').filter(Boolean)
}

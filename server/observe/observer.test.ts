import { expect, test } from 'vitest'
import type { KernelObject } from '../plan/object'
import type { SnapshotEvent } from './snapshot'
import { linkRow, observeFakes } from './testing/fakes'
import { containerRecord, endpointRecord, networkRecord, operationRecord } from './testing/records'
import { collect, sleep } from './testing/watching'

const intervals = { gather: 5, poll: 40, fullRead: 60_000, linger: 20 }
const veth = linkRow({
  ...{ name: 'vetheeeeeee', index: 3, kind: 'veth', master: 'br-aaaaaaaaaaaa' },
  alias: `patchbay:${endpointRecord().id}`,
})
const wantedVeth: KernelObject = {
  ...{ kind: 'link', type: 'veth', netns: 'host', name: veth.name, alias: veth.alias ?? '', mtu: 1500, up: true },
  ...{ master: 'br-aaaaaaaaaaaa', hairpin: false },
  peer: { netns: '/run/patchbay/netns/555555555555', name: 'eth0', mac: '02:42:ac:12:00:02' },
}

function usual() {
  const parts = observeFakes({ intervals })
  parts.engine.networks = [networkRecord()]
  parts.engine.containers = [containerRecord()]
  parts.engine.endpoints = [endpointRecord()]
  parts.sources.links = [veth]
  return parts
}

function isChange(event: SnapshotEvent): event is SnapshotEvent & { type: 'change' } {
  return event.type === 'change'
}

test('nothing is read until somebody watches, and nothing runs after the last has gone', async () => {
  const { observer, sources, failures } = usual()
  await sleep(20)
  expect(sources.reads).toEqual({ links: 0, named: 0, counters: 0, firewall: 0, fdb: 0, present: 0 })
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  expect(sources.linkMonitors.size).toBe(1)
  expect(sources.reads.counters + sources.reads.fdb).toBe(0)
  await watch.stop()
  await sleep(60)
  expect(sources.linkMonitors.size + sources.firewallMonitors.size).toBe(0)
  await observer.close()
  expect(failures).toEqual([])
})

test('a change of the kernel reaches the watcher by reading that link alone', async () => {
  const { observer, sources } = usual()
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  const before = sources.reads.links
  sources.links = [{ ...veth, carrier: false }]
  sources.tellLink(veth.name)
  const { event } = await watch.until(isChange)
  expect(isChange(event) && event.change.set.endpoints?.[endpointRecord().id]?.state).toBe('down')
  expect(sources.reads.links).toBe(before)
  await watch.stop()
  await observer.close()
})

test('after a source was interrupted everything is read again', async () => {
  const { observer, sources } = usual()
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  sources.links = []
  sources.loseEverything()
  const { event } = await watch.until(isChange)
  expect(isChange(event) && event.change.set.endpoints?.[endpointRecord().id]?.state).toBe('missing')
  await watch.stop()
  await observer.close()
})

test('a watcher that comes back gets only what it missed, even if nobody watched meanwhile', async () => {
  const { observer, engine } = usual()
  const first = collect((signal) => observer.watch(signal))
  const { event } = await first.until((one) => one.type === 'snapshot')
  await first.stop()
  await sleep(60)
  engine.networks = [networkRecord({ name: 'renamed' })]
  const second = collect((signal) => observer.watch(signal, { epoch: event.epoch, version: event.version }))
  await second.until(isChange)
  expect(second.events[0]).toMatchObject({
    type: 'change',
    version: event.version + 1,
    change: { set: { networks: { [networkRecord().id]: { name: 'renamed' } } } },
  })
  const stranger = collect((signal) => observer.watch(signal, { epoch: 'another run', version: event.version }))
  await stranger.until((one) => one.type === 'snapshot')
  await Promise.all([second.stop(), stranger.stop()])
  await observer.close()
})

test('the first picture has what the engine has just done', async () => {
  const { observer, engine } = usual()
  const first = collect((signal) => observer.watch(signal))
  await first.until((event) => event.type === 'snapshot')
  engine.networks = [networkRecord({ name: 'new' })]
  engine.tell()
  const second = collect((signal) => observer.watch(signal))
  const { event } = await second.until((one) => one.type === 'snapshot')
  expect(event.type === 'snapshot' && event.snapshot.networks[networkRecord().id]?.name).toBe('new')
  await Promise.all([first.stop(), second.stop()])
  await observer.close()
})

test('positions are shown when the store has new ones', async () => {
  const { observer, positions } = usual()
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  positions.push({ nodeId: 'host', x: 3, y: 4 })
  await observer.refreshPositions()
  const { event } = await watch.until(isChange)
  expect(isChange(event) && event.change.set.positions).toEqual({ host: { x: 3, y: 4 } })
  await watch.stop()
  await observer.close()
})

test('drift is flagged after an event, and cleared when it is mended', async () => {
  const { observer, engine, sources } = usual()
  engine.objects = [wantedVeth]
  sources.present = [wantedVeth]
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  await sleep(60)
  sources.present = [{ ...wantedVeth, up: false }]
  sources.links = [{ ...veth, up: false }]
  sources.tellLink(veth.name)
  await watch.until((event) => isChange(event) && event.change.set.drift !== undefined)
  sources.present = [wantedVeth]
  sources.links = [veth]
  sources.tellLink(veth.name)
  await watch.until((event) => isChange(event) && event.change.remove.drift !== undefined)
  await watch.stop()
  await observer.close()
})

test('a change that an operation is about is no drift while it runs', async () => {
  const { observer, engine, sources } = usual()
  sources.present = [wantedVeth]
  engine.objects = [wantedVeth]
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  await sleep(60)
  engine.operations = [operationRecord({ status: 'running' })]
  sources.present = []
  sources.links = []
  sources.tellLink(veth.name)
  await sleep(200)
  engine.objects = []
  engine.operations = [operationRecord()]
  engine.tell()
  await sleep(200)
  expect(watch.events.filter((event) => isChange(event) && event.change.set.drift !== undefined)).toEqual([])
  await watch.stop()
  await observer.close()
})

test('events of what is as it should be cost no full read', async () => {
  const { observer, engine, sources } = usual()
  engine.objects = [wantedVeth]
  sources.present = [wantedVeth]
  const watch = collect((signal) => observer.watch(signal))
  await watch.until((event) => event.type === 'snapshot')
  await sleep(60)
  const before = sources.reads.present
  sources.links = [{ ...veth, mac: '02:00:00:00:00:99' }]
  sources.tellLink(veth.name)
  engine.tell()
  await sleep(80)
  expect(sources.reads.present).toBe(before)
  await watch.stop()
  await observer.close()
})

test('rules are sent when they change, counters alone when they count', async () => {
  const { observer, sources } = usual()
  const rules = (counters: string, ...more: string[]) =>
    ['*filter', ':FORWARD ACCEPT [0:0]', `${counters} -A FORWARD -j LOG`, ...more, 'COMMIT', ''].join('\n')
  sources.firewall = rules('[0:0]')
  const watch = collect((signal) => observer.watchFirewall(signal))
  await watch.until((event) => event.type === 'firewall')
  await sleep(150)
  const quiet = watch.events.length
  expect(watch.events.every((event) => event.type === 'firewall')).toBe(true)
  sources.firewall = rules('[1:60]')
  const { event } = await watch.until((one) => one.type === 'counters', quiet)
  expect(event).toMatchObject({ rules: { 'filter FORWARD -j LOG #0': { packets: 1, bytes: 60 } }, policies: {} })
  const counted = watch.events.length
  sources.firewall = rules('[1:60]', '[0:0] -A FORWARD -j DROP')
  sources.tellFirewall()
  await watch.until((one) => one.type === 'firewall' && one.firewall.tables[0]?.chains[0]?.rules.length === 2, counted)
  await watch.stop()
  await observer.close()
})

test('learned addresses come by event, ages by reading', async () => {
  const { observer, sources } = usual()
  const row = {
    bridge: 'br-aaaaaaaaaaaa',
    port: veth.name,
    mac: '02:42:ac:12:00:02',
    vlan: null,
    type: 'learned',
  } as const
  const watch = collect((signal) => observer.watchFdb(signal))
  await watch.until((event) => event.type === 'fdb')
  sources.fdb = [{ ...row, usedSeconds: 0, updatedSeconds: 0 }]
  sources.tellFdb({ type: 'set', row: { ...row, usedSeconds: 0, updatedSeconds: 0 } })
  const { event } = await watch.until((one) => one.type === 'change')
  expect(event.type === 'change' && event.set[0]).toMatchObject({
    mac: row.mac,
    owner: { type: 'endpoint', name: 'web eth0' },
  })
  sources.fdb = [{ ...row, usedSeconds: 1, updatedSeconds: 1 }]
  await watch.until((one) => one.type === 'change' && one.set[0]?.usedSeconds === 1)
  sources.fdb = []
  await watch.until((one) => one.type === 'change' && one.remove.length === 1)
  await watch.stop()
  await observer.close()
})

test('closing ends every watch', async () => {
  const { observer } = usual()
  const watches = [
    collect((signal) => observer.watch(signal)),
    collect((signal) => observer.watchFirewall(signal)),
    collect((signal) => observer.watchFdb(signal)),
    collect((signal) => observer.watchTraffic(signal)),
  ]
  await sleep(50)
  await observer.close()
  await Promise.all(watches.map(({ stop }) => stop()))
})

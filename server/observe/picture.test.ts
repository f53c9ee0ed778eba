import { expect, test } from 'vitest'
import type { NetworkId, OperationId } from '../cnm/ids'
import { drawPicture, noDocker, type PictureParts } from './picture'
import type { NetworkView, Snapshot } from './snapshot'
import type { HostLink } from './sources'
import { FakeEngine, linkRow, placeOf } from './testing/fakes'
import { containerRecord, endpointRecord, idOf, networkRecord, operationRecord } from './testing/records'

const bridge = linkRow({ name: 'br-aaaaaaaaaaaa', index: 2, kind: 'bridge', alias: `patchbay:${networkRecord().id}` })
const veth = linkRow({ name: 'vetheeeeeee', index: 3, kind: 'veth', master: bridge.name, peerNetnsId: 7 })
const endpointId = endpointRecord().id

function draw(links: readonly HostLink[], part: Partial<PictureParts> = {}, engine = usualEngine()): Snapshot {
  return drawPicture({
    records: { ...engine, placeOf },
    links: new Map(links.map((link) => [link.name, link])),
    docker: noDocker,
    positions: [],

    host: { name: 'host', kernel: '6.1', ruleCount: 4 },
    ...part,
  })
}

function usualEngine(): FakeEngine {
  const engine = new FakeEngine()
  engine.networks = [networkRecord()]
  engine.containers = [containerRecord()]
  engine.endpoints = [endpointRecord()]
  return engine
}

test('a network is up, down or missing as its bridge is; one without a device has no state', () => {
  const stateWith = (...links: HostLink[]) => draw(links).networks[networkRecord().id]?.deviceState
  expect(stateWith(bridge)).toBe('up')
  expect(stateWith({ ...bridge, up: false })).toBe('down')
  expect(stateWith()).toBe('missing')
  const engine = usualEngine()
  engine.networks = [networkRecord({ driver: 'host', name: 'host' })]
  expect(draw([], {}, engine).networks[networkRecord().id]).toMatchObject({ deviceState: 'none', predefined: true })
})

test('an endpoint is up only while its cable is up, plugged in and answered', () => {
  const stateWith = (part: Partial<HostLink>) => draw([bridge, { ...veth, ...part }]).endpoints[endpointId]?.state
  expect(stateWith({})).toBe('up')
  expect(stateWith({ up: false })).toBe('down')
  expect(stateWith({ carrier: false })).toBe('down')
  expect(stateWith({ master: 'elsewhere' })).toBe('down')
  expect(draw([bridge]).endpoints[endpointId]?.state).toBe('missing')
})

test('endpoints of a stopped container are idle; one without a cable is up while the container runs', () => {
  const stopped = usualEngine()
  stopped.containers = [containerRecord({ state: { ...containerRecord().state, status: 'exited' } })]
  expect(draw([bridge], {}, stopped).endpoints[endpointId]?.state).toBe('idle')
  const onHost = usualEngine()
  onHost.endpoints = [
    endpointRecord({ assigned: { ifname: '', isDefaultGateway: false, isIpv6DefaultGateway: false } }),
  ]
  expect(draw([bridge], {}, onHost).endpoints[endpointId]).toMatchObject({ state: 'up', hostIfname: null })
})

test('a cable without an end on the host is as its parent is, and so is its network', () => {
  const engine = usualEngine()
  engine.networks = [networkRecord({ driver: 'macvlan', options: { parent: 'eth7' } })]
  engine.endpoints = [
    endpointRecord({ assigned: { ifname: 'eth0', isDefaultGateway: true, isIpv6DefaultGateway: false } }),
  ]
  const statesWith = (...links: HostLink[]) => {
    const { networks, endpoints } = draw(links, {}, engine)
    const network = networks[networkRecord().id]
    expect(network?.parent).toBe('eth7')
    return [network?.deviceState, endpoints[endpointId]?.state]
  }
  expect(statesWith(linkRow({ name: 'eth7' }))).toEqual(['up', 'up'])
  expect(statesWith(linkRow({ name: 'eth7', carrier: false }))).toEqual(['up', 'down'])
  expect(statesWith(linkRow({ name: 'eth7', up: false }))).toEqual(['down', 'down'])
  expect(statesWith()).toEqual(['missing', 'missing'])
})

test('somebody else’s bridge is a network with its addresses as pools, and who is plugged in is drawn', () => {
  const lab = linkRow({ name: 'lab0', index: 9, kind: 'bridge', addresses: ['10.77.3.1/22', 'fd00::1/64'] })
  const stranger = linkRow({ name: 'tap-a', index: 10, kind: 'veth', master: 'lab0', peerNetnsId: 4 })
  const ours = linkRow({ name: 'tap-b', index: 11, kind: 'veth', master: 'lab0', peerNetnsId: 7 })
  const here = linkRow({ name: 'tap-c', index: 12, kind: 'veth', master: 'lab0' })
  const { networks, endpoints, containers, host } = draw([bridge, veth, lab, stranger, ours, here])
  expect(networks['kernel:lab0']).toMatchObject({
    origin: 'kernel',
    driver: 'bridge',
    device: 'lab0',
    pools: [{ subnet: '10.77.0.0/22', gateway: '10.77.3.1' }],
  })
  expect(endpoints['kernel:tap-a']).toMatchObject({
    networkId: 'kernel:lab0',
    containerId: 'kernel:netns:4',
    state: 'up',
  })
  expect(containers['kernel:netns:4']).toMatchObject({ name: 'netns 4', origin: 'kernel' })
  expect(endpoints['kernel:tap-b']?.containerId).toBe(containerRecord().id)
  expect(endpoints['kernel:tap-c']).toBeUndefined()
  expect(host.uplinks).toEqual([])
})

test('a bridge of Docker’s appears once, as Docker’s, with the state that the kernel gives it', () => {
  const network = { ...dockerNetwork(), device: 'docker0' }
  const docker = { ...noDocker, state: 'connected' as const, networks: [network] }
  const { networks, host } = draw([linkRow({ name: 'docker0', kind: 'bridge', up: false })], { docker })
  expect(Object.keys(networks).filter((id) => id.startsWith('kernel:'))).toEqual([])
  expect(networks[network.id]).toMatchObject({ origin: 'docker', deviceState: 'down' })
  expect(host.docker).toBe('connected')
})

test('uplinks are what leads out: no loopback, bridge, port, cable of ours or sleeping tunnel', () => {
  const links = [
    linkRow({ name: 'lo', type: 'loopback' }),
    linkRow({ name: 'eth0', addresses: ['192.0.2.7/24'] }),
    linkRow({ name: 'tunl0', type: 'ipip', up: false }),
    linkRow({ name: 'veth0', kind: 'veth', alias: 'patchbay:beef' }),
    bridge,
    veth,
  ]
  expect(draw(links).host.uplinks).toEqual([{ name: 'eth0', up: true, addresses: ['192.0.2.7/24'] }])
})

test('the latest fifty operations are kept, whatever order the engine lists them in', () => {
  const engine = usualEngine()
  engine.operations = Array.from({ length: 60 }, (_, index) =>
    operationRecord({ id: idOf<OperationId>(`${index}-`), startedAt: new Date(1000 * ((index * 7) % 60)) }),
  )
  const times = Object.values(draw([], {}, engine).operations).map((one) => Date.parse(one.startedAt) / 1000)
  expect(Math.min(...times)).toBe(10)
  expect(times).toHaveLength(50)
})

test('hostile names stay text', () => {
  const name = '\u202e<script>\u0007$(x)'
  const engine = usualEngine()
  engine.networks = [networkRecord({ name })]
  const snapshot = JSON.parse(JSON.stringify(draw([], {}, engine))) as Snapshot
  expect(snapshot.networks[networkRecord().id]?.name).toBe(name)
})

function dockerNetwork(): NetworkView {
  return {
    ...{ id: idOf<NetworkId>('d'), name: 'bridge', driver: 'bridge', origin: 'docker', predefined: true },
    ...{
      internal: false,
      pools: [],
      device: 'docker0',
      parent: null,
      deviceState: 'none',
      options: {},
      labels: {},
      names: { upstreams: [], records: [] },
      colour: 0,
    },
    createdAt: '2026-01-01T00:00:00Z',
  }
}

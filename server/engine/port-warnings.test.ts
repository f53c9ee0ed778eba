import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeKernel } from '../kernel/testing/fake'
import { allFeatures, type KernelFeature } from '../plan/feature'
import type { ContainerCreateInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

let host: FakeHost
let features: Set<KernelFeature>
const asked = { actor: 'test' }

type Ports = NonNullable<ContainerCreateInput['ports']>

beforeEach(async () => {
  features = new Set(allFeatures)
  host = await createFakeHost(undefined, createFakeKernel(undefined, features))
  await host.engine.createNetwork({ name: 'six', ipv4: false, ipv6: true }, asked)
  await host.engine.createNetwork({ name: 'both', ipv6: true }, asked)
  await host.engine.createNetwork({ name: 'inside', internal: true }, asked)
})

afterEach(() => host.end())

const told = async (network: string, ports: Ports) => {
  const { warnings = [] } = await host.engine.createContainer(
    { name: 'web', network, ports },
    { ...asked, dryRun: true },
  )
  return warnings.map(String)
}
const tcp = { containerPort: 80, hostPort: 8080 }
const sctp = { containerPort: 99, hostPort: 9999, protocol: 'sctp' } as const

test('what the kernel leads to a container is no matter to speak of', async () => {
  expect(await told('bridge', [tcp, sctp])).toEqual([])
  expect(await told('both', [tcp, sctp, { ...tcp, hostIp: '::1', hostPort: 1 }])).toEqual([])
  expect(await told('host', [])).toEqual([])
})

test('of what is handed on is told how that is, and of sctp that it cannot be', async () => {
  expect(await told('six', [tcp, { containerPort: 53, protocol: 'udp' }, sctp])).toEqual([
    expect.stringMatching(/^port 99\/sctp is not reached over IPv4: .* sctp, unlike tcp and udp, cannot be handed on/),
    expect.stringMatching(/^port 80\/tcp, 53\/udp is handed on by Patchbay over IPv4, as web has IPv6 alone/),
  ])
  expect(await told('bridge', [{ ...tcp, hostIp: '::1' }])).toEqual([expect.stringMatching(/handed on .* over IPv6/)])
  expect(await told('both', [{ ...sctp, hostIp: '::1' }])).toEqual([expect.stringMatching(/not reached over IPv6/)])
})

test('what is not published at all is told', async () => {
  expect(await told('inside', [tcp])).toEqual([
    'port 80/tcp is not published: no network of web is a bridge that leads outside',
  ])
  expect(await told('bridge', [{ ...tcp, hostIp: '::' }])).toEqual([
    expect.stringMatching(/^port 80\/tcp is not published at ::: web has IPv4 alone; name one of this host's IPv6/),
  ])
  await host.engine.createNetwork(
    { name: 'routed', ipv4: false, ipv6: true, options: { 'com.docker.network.bridge.gateway_mode_ipv6': 'routed' } },
    asked,
  )
  const everywhere = { containerPort: 81, hostPort: 8081, hostIp: '0.0.0.0' }
  expect(await told('routed', [{ ...tcp, hostIp: '192.0.2.1' }, everywhere])).toEqual([
    expect.stringMatching(/^port 81\/tcp is not published at 0\.0\.0\.0: web has IPv6 alone/),
    'port 80/tcp is not published at 192.0.2.1: no network of web takes in IPv4',
  ])
})

test('a kernel without sctp is named where sctp is asked for, and not before', async () => {
  features.delete('sctp')
  expect(await told('bridge', [sctp])).toEqual([
    'port 99/sctp is of use only to programs that bring their own SCTP: this kernel has no sockets of SCTP (module sctp, CONFIG_IP_SCTP)',
  ])
  expect(await told('bridge', [tcp])).toEqual([])
})

test('they are told when it is made, when its ports become others', async () => {
  const { warnings } = await host.engine.runContainer({ name: 'web', network: 'six', ports: [tcp] }, asked)
  expect(warnings).toHaveLength(1)
  const change = await host.engine.updateContainer('web', { ports: [sctp] }, asked)
  expect(change.warnings?.map(String)).toEqual([expect.stringContaining('99/sctp is not reached over IPv4')])
  expect(await host.engine.updateContainer('web', { ports: [] }, asked)).not.toHaveProperty('warnings')
})

test('they are told with a network that it joins or leaves, beforehand with what moves by it', async () => {
  await host.engine.runContainer({ name: 'web', network: 'inside', ports: [tcp] }, asked)
  const join = (network: string, dryRun = false) =>
    host.engine.connect({ network, container: 'web', gwPriority: network === 'both' ? 1 : 0 }, { ...asked, dryRun })
  const said = ({ warnings = [], interruptions }: Awaited<ReturnType<typeof join>>) =>
    [warnings, interruptions].map((sentences) => sentences.map(String))
  const relayed = expect.stringMatching(/^port 80\/tcp is handed on by Patchbay over IPv4/)
  expect(said(await join('six', true))).toEqual([[relayed], []])
  expect(said(await join('six'))).toEqual([[relayed], []])
  const [warnings, moved] = said(await join('both', true))
  expect(warnings).toEqual([])
  expect(moved).toContain(
    'container web leaves by network both instead of six: its IPv6 connections to the outside end',
  )
  const left = await host.engine.disconnect({ network: 'six', container: 'web' }, { ...asked, dryRun: true })
  expect(said(left)).toEqual([
    ['port 80/tcp is not published: no network of web is a bridge that leads outside'],
    expect.arrayContaining([
      'container web has no way out any more: its IPv6 connections to the outside end',
      expect.stringMatching(/8080 leads no longer to port 80\/tcp of container web/),
    ]),
  ])
})

test('sctp is refused at once where ports obey the host’s firewall', async () => {
  const options = { 'patchbay.bridge.obey_host_firewall': 'true' }
  await host.engine.createNetwork({ name: 'guarded', options }, asked)
  await expect(told('guarded', [sctp])).rejects.toThrow('that is for tcp and udp')
})

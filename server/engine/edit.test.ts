import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OperationId } from '../cnm/ids'
import type { PortInput } from './contract'
import type { StartedEngine } from './engine'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
const walled = {
  options: {
    'com.docker.network.bridge.enable_icc': 'false',
    'com.docker.network.bridge.gateway_mode_ipv4': 'routed',
    'com.docker.network.driver.mtu': '1400',
  },
}
const movedGateway = { subnet: '172.18.0.0/16', gateway: '172.18.0.200' }
const joint = { network: 'frontend', container: 'web' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'backend', labels: { tier: 'old' } }, asked)
  await host.engine.createNetwork({ name: 'frontend' }, asked)
  await host.engine.runContainer(
    { name: 'web', network: 'frontend', ports: [{ containerPort: 80, hostPort: 8080 }] },
    asked,
  )
  await host.engine.connect({ network: 'backend', container: 'web' }, asked)
})
afterEach(() => host.end())

const endpointOf = (network = 'frontend', container = 'web') => {
  const [networkId, containerId] = [host.engine.getNetwork(network).id, host.engine.getContainer(container).id]
  return host.engine.listEndpoints().find((one) => one.networkId === networkId && one.containerId === containerId)
}

const changes: [name: string, change: (engine: StartedEngine) => Promise<unknown>, least: number][] = [
  ['the address of an endpoint', (engine) => engine.updateEndpoint(joint, { ipv4Address: '172.19.0.99' }, asked), 3],
  ['the way out', (engine) => engine.updateEndpoint(joint, { gwPriority: 5 }, asked), 4],
  ['the firewall of a network', (engine) => engine.updateNetwork('frontend', walled, asked), 4],
  ['what is outside of a network', (engine) => engine.updateNetwork('frontend', { internal: true }, asked), 5],
  ['the first IPv6 of all', (engine) => engine.updateNetwork('frontend', { ipv6: true }, asked), 10],
  ['the gateway', (engine) => engine.updateNetwork('backend', { pools: [movedGateway] }, asked), 3],
  [
    'what a container publishes',
    (engine) => engine.updateContainer('web', { ports: [{ containerPort: 9 }] }, asked),
    2,
  ],
  ['the MAC of an endpoint', (engine) => engine.updateEndpoint(joint, { macAddress: '02:00:00:00:00:09' }, asked), 1],
]

describe.each(['before', 'after'] as const)('a command that fails %s it takes effect', (moment) => {
  test.each(changes)('at any place while %s becomes another leaves everything as it was', async (_, change, least) => {
    const before = await host.everything()
    let place = 1
    for (; ; place++) {
      host.kernel.failAt(place, moment)
      const failed = await change(host.engine).then(
        () => false,
        () => true,
      )
      if (!failed) break
      const { kernel, ...records } = (await host.everything()) as { kernel: string }
      // A pretended host tells the switches that were ever set, also those that were put back.
      const lines = (text: string) =>
        text
          .split('\n')
          .filter((line) => !/ipv6.conf.(all.forwarding|eth.*disable_ipv6=1)|_notify=0/.test(line))
          .sort()
      expect(lines(kernel), `failure of command ${place}`).toEqual(lines((before as { kernel: string }).kernel))
      expect({ ...records, kernel: '' }, `failure of command ${place}`).toEqual({ ...(before as object), kernel: '' })
      expect(host.engine.listOperations()[0]?.status).toBe('failed')
    }
    expect(place).toBeGreaterThan(least)
  })
})

test('labels of a network become others, over a restart, and nothing runs for it', async () => {
  const kernel = host.kernel.print()
  const change = await host.engine.updateNetwork('backend', { labels: { tier: 'back' } }, asked)
  expect(change).toMatchObject({
    commands: [],
    interruptions: [],
    operation: { verb: 'network.update', status: 'done' },
  })
  expect(change.result.labels).toEqual({ tier: 'back' })
  await host.engine.close()
  await host.restart()
  expect(host.engine.getNetwork('backend').labels).toEqual({ tier: 'back' })
  expect(host.kernel.print().split('\n').sort()).toEqual(kernel.split('\n').sort())
})

test('a preview changes nothing and gives the commands that then run', async () => {
  const before = await host.everything()
  const input = { ipv4Address: '172.19.0.99' }
  const planned = await host.engine.updateEndpoint(joint, input, { ...asked, dryRun: true })
  expect(planned.operation).toBeNull()
  expect(await host.everything()).toEqual(before)
  const done = await host.engine.updateEndpoint(joint, input, asked)
  expect(done.commands).toEqual(planned.commands)
  expect(done.interruptions).toEqual(planned.interruptions)
})

test('aliases of a running container answer at once, and its hosts file and commands stay', async () => {
  const { commands, result } = await host.engine.updateEndpoint(joint, { aliases: ['shop', 'store'] }, asked)
  expect(commands).toEqual([])
  expect(host.engine.dnsNames(result)).toEqual(expect.arrayContaining(['web', 'shop', 'store']))
  const netns = host.engine.getContainer('web').sandbox?.key as `/${string}`
  expect(host.engine.names.of(netns)?.find('store.frontend', 'A')?.records).toMatchObject([
    { data: { address: '172.19.0.2' } },
  ])
})

test('an endpoint gets another address: rules, hosts file and default route follow', async () => {
  const { result, interruptions } = await host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.99' }, asked)
  expect(result.assigned).toMatchObject({
    ipv4Address: '172.19.0.99/16',
    macAddress: '02:42:ac:13:00:63',
    ifname: 'eth0',
  })
  expect(interruptions.map(String)).toEqual([
    'container web has address 172.19.0.99 in place of 172.19.0.2 on network frontend: connections to and from the old one end',
  ])
  const files = host.runtime.runs.get(host.engine.getContainer('web').id)?.files
  expect(files).toMatchObject({ hosts: expect.stringContaining('172.19.0.99') })
  expect(host.kernel.print()).not.toContain('172.19.0.2/')
})

test('an address that another has is refused by its holder, and its own is none of another', async () => {
  await host.engine.runContainer({ name: 'other', network: 'frontend' }, asked)
  const change = host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.3' }, asked)
  await expect(change).rejects.toThrow('address 172.19.0.3 is already in use on network frontend by container other')
  await host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.2' }, asked)
  expect(endpointOf()).toMatchObject({ requested: { ipv4Address: '172.19.0.2' }, assigned: { ifname: 'eth0' } })
})

test('the way out and the ports move to the network with the highest priority', async () => {
  const { commands, interruptions } = await host.engine.updateEndpoint(joint, { gwPriority: 5 }, asked)
  expect(interruptions.map(String)).toEqual([
    'container web leaves by network frontend instead of backend: its IPv4 connections to the outside end',
    'connections over 0.0.0.0:8080 to port 80/tcp of container web may end',
  ])
  expect(commands.join('\n')).toContain('172.19.0.2:80')
  expect(endpointOf('backend')?.assigned?.isDefaultGateway).toBe(false)
})

test('a network that is renamed goes by its new name in all that is told', async () => {
  const pools = [{ subnet: '10.9.0.0/24' }]
  const { interruptions } = await host.engine.updateNetwork('backend', { name: 'cellar', pools }, asked)
  expect(interruptions.map(String).filter((one) => / on network (?!cellar)/.test(one))).toEqual([])
  expect(interruptions.map(String).join('\n')).toMatch(/container web has address .* on network cellar/)
})

test('a cable that is moved is foretold as one change, with all that goes by it', async () => {
  const members = { containers: ['web'] }
  await host.engine.createService({ name: 'shop', network: 'backend', ports: [{ port: 80 }], ...members }, asked)
  await host.engine.createNetwork({ name: 'zone', subnet: '10.5.0.0/24' }, asked)
  const move = { network: 'zone', container: 'web' }
  const { commands, interruptions } = await host.engine.connect(move, { ...asked, dryRun: true, leaving: 'backend' })
  expect(interruptions.map(String)).toEqual([
    'container web leaves network backend: connections to and from 172.18.0.2 end',
    'container web is no longer found as web on network backend',
    'service shop on network backend loses container web',
    'container web leaves by network frontend instead of backend: its IPv4 connections to the outside end',
  ])
  expect(commands.join('\n')).toMatch(/ip link delete/)
  await expect(host.engine.connect(move, { ...asked, leaving: 'backend' })).rejects.toThrow(
    'only foretold, with dryRun',
  )
  const { interruptions: left } = await host.engine.disconnect(joint, { ...asked, dryRun: true })
  expect(left.map(String)).toContain('container web is no longer found as web on network frontend')
})

test('a change of a container that stands still holds from its next start on', async () => {
  await host.engine.stopContainer('web', { ...asked, timeoutMs: 0 })
  const { commands } = await host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.77', aliases: ['w'] }, asked)
  expect(commands).toEqual([])
  await host.engine.startContainer('web', asked)
  expect(endpointOf()?.assigned?.ipv4Address).toBe('172.19.0.77/16')
})

test('what is on no network, and what cannot be changed, is refused', async () => {
  await host.engine.createContainer({ name: 'idle' }, asked)
  const elsewhere = host.engine.updateEndpoint({ network: 'backend', container: 'idle' }, {}, asked)
  await expect(elsewhere).rejects.toThrow('container idle is not connected to network backend; connect it first')
  await expect(host.engine.updateNetwork('host', {}, asked)).rejects.toThrow('host is a pre-defined network')
})

test('services, policies and their members follow a change, and nothing of it is drift', async () => {
  const { engine } = host
  const drift = async () => (await engine.reconcile({ ...asked, dryRun: true })).commands
  const shop = { name: 'shop', network: 'frontend', ports: [{ port: 80 }], containers: ['web'] }
  const { result } = await engine.createService(shop, asked)
  await engine.updateContainer(
    'web',
    { policy: { rules: [{ action: 'deny', direction: 'ingress', peer: { kind: 'network', name: 'backend' } }] } },
    asked,
  )
  expect(await drift()).toEqual([])
  await engine.updateEndpoint(joint, { ipv4Address: '172.19.0.99' }, asked)
  await expect.poll(() => host.kernel.print()).toContain('--to-destination 172.19.0.99')
  expect(host.kernel.print()).not.toContain('172.19.0.2/')
  expect(await drift()).toEqual([])
  const pools = [{ subnet: '172.19.0.0/16' }, { subnet: '10.9.0.0/24' }]
  await engine.updateNetwork('frontend', { name: 'front', pools }, asked)
  expect(await drift()).toEqual([])
  const other = engine.updateNetwork(
    'front',
    { pools: [{ subnet: '172.19.0.0/16', gateway: result.ipv4Address ?? '' }] },
    asked,
  )
  await expect(other).rejects.toThrow('service shop has it; choose another')
  await engine.disconnect({ network: 'front', container: 'web' }, asked)
  const gone = engine.updateNetwork('front', { pools: [{ subnet: '10.9.0.0/24' }] }, asked)
  await expect(gone).rejects.toThrow(`service shop has ${result.ipv4Address} in it`)
  expect(await drift()).toEqual([])
})

describe('a network', () => {
  const poolsOf = (name: string) => host.engine.getNetwork(name).pools.map(({ subnet }) => subnet)

  test('has another MTU on its bridge and on both ends of its cables', async () => {
    const { commands, interruptions } = await host.engine.updateNetwork(
      'backend',
      { options: { 'com.docker.network.driver.mtu': '1400' } },
      asked,
    )
    expect(commands).toHaveLength(3)
    expect(commands.every((line) => line.endsWith('mtu 1400'))).toBe(true)
    expect(interruptions.map(String)).toEqual([])
  })

  test('that leads outside no more takes the way out of its containers, and closes their ports', async () => {
    await host.engine.disconnect({ network: 'backend', container: 'web' }, asked)
    const { interruptions } = await host.engine.updateNetwork('frontend', { internal: true }, asked)
    expect(interruptions.map(String)).toEqual([
      'container web has no way out any more: its IPv4 connections to the outside end',
      '0.0.0.0:8080 leads no longer to port 80/tcp of container web',
    ])
    expect(host.kernel.print()).not.toContain('--dport 8080')
    await host.engine.updateNetwork('frontend', { internal: false }, asked)
    expect(host.engine.publishedPorts(host.engine.getContainer('web'))).toMatchObject([{ hostPort: 8080 }])
    expect(host.kernel.print()).toContain('172.19.0.2:80')
  })

  test('publishes in another way, and connections that stand over its ports are told to end', async () => {
    await host.engine.disconnect({ network: 'backend', container: 'web' }, asked)
    const told = async (options: Record<string, string>) => {
      const { interruptions } = await host.engine.updateNetwork('frontend', { options }, asked)
      return interruptions.map(String)
    }
    const cut = ['connections over 0.0.0.0:8080 to port 80/tcp of container web may end']
    expect(await told({ 'com.docker.network.bridge.enable_icc': 'false' })).toEqual([])
    expect(await told({ 'patchbay.bridge.obey_host_firewall': 'true' })).toEqual(cut)
    expect(await told({})).toEqual(cut)
    expect(await told({ 'com.docker.network.bridge.gateway_mode_ipv4': 'routed' })).toEqual(cut)
  })

  test('gets a subnet more, and loses it as long as nobody is in it', async () => {
    const both = [{ subnet: '172.18.0.0/16' }, { subnet: '10.77.0.0/24', ipRange: '10.77.0.128/25' }]
    const { result } = await host.engine.updateNetwork('backend', { pools: both }, asked)
    expect(result.pools[1]).toEqual({
      ...{ subnet: '10.77.0.0/24', gateway: '10.77.0.1', ipRange: '10.77.0.128/25', auxAddresses: {} },
    })
    await host.engine.createContainer({ name: 'box', network: 'backend', ipv4Address: '10.77.0.5' }, asked)
    const drop = () => host.engine.updateNetwork('backend', { pools: [{ subnet: '172.18.0.0/16' }] }, asked)
    await expect(drop()).rejects.toThrow(
      'subnet 10.77.0.0/24 cannot go from network backend: container box has 10.77.0.5 in it',
    )
    await host.engine.removeContainer('box', asked)
    await drop()
    expect(poolsOf('backend')).toEqual(['172.18.0.0/16'])
    expect(host.kernel.print()).not.toContain('10.77.')
  })

  test('gets IPv6, and its containers with it', async () => {
    await host.engine.updateNetwork(
      'backend',
      { pools: [{ subnet: '172.18.0.0/16' }, { subnet: 'fd00:7::/64' }] },
      asked,
    )
    expect(host.engine.getNetwork('backend')).toMatchObject({ ipv4: true, ipv6: true })
    expect(endpointOf('backend')?.assigned).toMatchObject({ ipv6Address: 'fd00:7::2/64', isIpv6DefaultGateway: true })
    expect(host.kernel.print()).toContain('fd00:7::2/64')
  })

  test('keeps what is held when automatic addresses come from elsewhere', async () => {
    const { interruptions, commands } = await host.engine.updateNetwork(
      'backend',
      { pools: [{ subnet: '172.18.0.0/16', ipRange: '172.18.9.0/24' }] },
      asked,
    )
    expect([interruptions.map(String), commands]).toEqual([[], []])
    expect(endpointOf('backend')?.assigned?.ipv4Address).toBe('172.18.0.2/16')
    await host.engine.runContainer({ name: 'next', network: 'backend' }, asked)
    expect(endpointOf('backend', 'next')?.assigned?.ipv4Address).toBe('172.18.9.0/16')
    const none = await host.engine.updateNetwork(
      'backend',
      { pools: [{ subnet: '172.18.0.0/16', ipRange: '' }] },
      asked,
    )
    expect(none.result.pools[0]).not.toHaveProperty('ipRange')
  })

  test('has another gateway, and who is on it leaves by that', async () => {
    const { interruptions, commands } = await host.engine.updateNetwork('backend', { pools: [movedGateway] }, asked)
    expect(interruptions.map(String)).toEqual([
      'this host gives up address 172.18.0.1 on network backend: connections of web to it end',
    ])
    expect(commands.at(-1)).toContain('route replace default via 172.18.0.200 dev eth1')
  })

  test('has another name, by which it is found, resolved and told', async () => {
    const { operation, interruptions } = await host.engine.updateNetwork('frontend', { name: 'shop' }, asked)
    expect(interruptions.map(String)).toEqual(['names on network shop end in .shop and no longer in .frontend'])
    expect(operation?.subjects).toEqual(['shop', 'frontend'])
    const web = host.engine.getContainer('web')
    expect(web.networkMode).toBe('shop')
    expect(host.engine.names.of(web.sandbox?.key as `/${string}`)?.find('web.shop', 'A')?.records).toMatchObject([
      { data: { address: '172.19.0.2' } },
    ])
    expect(host.engine.findNetwork('frontend')).toBeUndefined()
  })

  test('leaves the kernel what it has by itself when a switch is taken back', async () => {
    await host.engine.updateNetwork('backend', { options: { 'patchbay.bridge.stp': 'true' } }, asked)
    const { commands } = await host.engine.updateNetwork('backend', { options: {} }, asked)
    expect(commands).toEqual([expect.stringContaining('stp_state 0')])
  })

  const name = 'com.docker.network.bridge.name'
  test.each([
    [{ options: { [name]: 'br7' } }, `option ${name} is not given on network backend, and stays so`],
    [{ options: { 'com.docker.network.driver.mtu': '12' } }, 'must be a number between 68 and 65535, not "12"'],
    [
      { options: { icc: 'true' } },
      'driver bridge: option "icc" is not known; did you mean com.docker.network.bridge.enable_icc, ',
    ],
    [
      { options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' } },
      'only be used for an internal network',
    ],
    [{ name: 'frontend' }, 'network with name frontend already exists; choose another name'],
    [{ name: 'host' }, 'is kept for a predefined network'],
    [{ pools: [] }, 'network backend would have no addresses left; leave it a subnet'],
    [{ pools: [{ subnet: '10.0.0.1/24' }] }, 'has host bits set; did you mean 10.0.0.0/24?'],
    [{ pools: [{ subnet: '172.19.7.0/24' }] }, 'overlaps 172.19.0.0/16 of network frontend'],
    [
      { pools: [{ subnet: '172.18.0.0/16' }, { subnet: '172.18.7.0/24' }] },
      'overlaps 172.18.0.0/16 of the same network',
    ],
    [{ pools: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.2' }] }, 'of network backend: container web has it'],
    [{ pools: [{ subnet: '172.18.0.0/16', auxAddresses: { nas: '172.18.0.2' } }] }, 'be the auxiliary address nas'],
    [{ pools: [{ subnet: '172.18.0.0/16', ipRange: '10.0.0.0/24' }] }, 'lies outside subnet 172.18.0.0/16'],
    [{ ipv4: false }, 'would have no addresses left'],
  ])('refuses %j before anything is touched', async (input, sentence) => {
    const before = await host.everything()
    await expect(host.engine.updateNetwork('backend', input, asked)).rejects.toThrow(sentence)
    expect(await host.everything()).toEqual(before)
    expect(host.engine.listOperations()[0]?.verb).not.toBe('network.update')
  })
})

test('who looks for an alias that goes is told beforehand', async () => {
  const joint = { network: 'frontend', container: 'web' }
  await host.engine.updateEndpoint(joint, { aliases: ['a', 'b', 'c'] }, asked)
  const { interruptions } = await host.engine.updateEndpoint(joint, { aliases: ['b', 'd'] }, { ...asked, dryRun: true })
  expect(interruptions.map(String)).toEqual(['container web is no longer found as a, c on network frontend'])
})

describe('ports of a container that runs', () => {
  const publish = (...ports: PortInput[]) => host.engine.updateContainer('web', { ports }, asked)
  const published = () => {
    const ports = host.engine.publishedPorts(host.engine.getContainer('web'))
    return ports.map(({ hostPort, containerPort, protocol }) => `${hostPort}:${containerPort}/${protocol}`)
  }

  test('come and go, and those that stay keep what they have', async () => {
    const own = { containerPort: 80, hostPort: 8080 }
    await publish(own, { containerPort: 81 })
    const [, chosen] = published()
    expect(chosen).toMatch(/^3276\d:81\/tcp$/)
    const { interruptions, commands } = await publish(
      { containerPort: 81 },
      { containerPort: 53, hostPort: 53, protocol: 'udp' },
    )
    expect(published()).toEqual(['53:53/udp', chosen])
    expect(interruptions.map(String)).toEqual(['0.0.0.0:8080 leads no longer to port 80/tcp of container web'])
    expect(commands.every((line) => !line.includes('link'))).toBe(true)
    await publish()
    expect(published()).toEqual([])
    expect(host.kernel.print()).not.toContain('DNAT --to-destination 172.')
  })

  test('are there again after a restart, and those of one that stands still at its start', async () => {
    await publish({ containerPort: 443, hostPort: 8443 })
    await host.engine.stopContainer('web', { ...asked, timeoutMs: 0 })
    await publish({ containerPort: 443, hostPort: 9443 })
    await host.engine.startContainer('web', asked)
    expect(published()).toEqual(['9443:443/tcp'])
  })

  test.each([
    [[{ containerPort: 1, hostPort: 7000 }], 'port 7000/tcp of this host is already in use by container other'],
    [[{ containerPort: 1, hostPort: 7001 }], 'port 7001/tcp of this host is already in use by a process of this host'],
    [[{ containerPort: 0 }], 'container port 0 is not a port number between 1 and 65535'],
    [[{ containerPort: 1, hostIp: 'x' }], 'host address "x" is not an IP address'],
    [[{ containerPort: 1, hostIp: '203.0.113.9', hostPort: 9 }], 'this host has no such address'],
    [
      [
        { containerPort: 1, hostPort: 9 },
        { containerPort: 2, hostPort: 9 },
      ],
      'by container port 1 of the same container',
    ],
  ])('%j is refused before anything is touched', async (ports, sentence) => {
    await host.engine.runContainer({ name: 'other', ports: [{ containerPort: 1, hostPort: 7000 }] }, asked)
    host.listening.push({ protocol: 'tcp', address: '0.0.0.0', port: 7001 })
    const before = await host.everything()
    await expect(publish(...ports)).rejects.toThrow(sentence)
    expect(await host.everything()).toEqual(before)
  })

  test('are changed by themselves', async () => {
    const both = host.engine.updateContainer('web', { ports: [], pidsLimit: 5 }, asked)
    await expect(both).rejects.toThrow('ports are changed by themselves; change pidsLimit in a call of its own')
  })
})

test('after a kill, a change whose intent was written is finished', async () => {
  const endpoint = endpointOf()
  if (!endpoint?.assigned) throw new Error('no endpoint')
  const assigned = { ...endpoint.assigned, ipv4Address: '172.19.0.99/16' }
  await host.store.change({
    putEndpoints: [{ ...endpoint, assigned }],
    putOperation: {
      id: 'e'.repeat(64) as OperationId,
      ...{
        verb: 'endpoint.update',
        records: { containerId: endpoint.containerId },
        subjects: ['web'],
        actor: 'test',
        status: 'running',
        commands: [],
      },
      ...{ error: null, startedAt: new Date(), durationMs: null },
    },
  })
  const engine = await host.restart()
  expect(engine.listOperations().find(({ id }) => id === 'e'.repeat(64))?.status).toBe('finished')
  expect(host.runtime.runs.get(endpoint.containerId)?.files).toMatchObject({
    hosts: expect.stringContaining('172.19.0.99'),
  })
  expect(host.kernel.print()).toContain('172.19.0.99/16')
  expect(host.kernel.print()).not.toContain('172.19.0.2/16')
})

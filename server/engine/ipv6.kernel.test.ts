import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { type Bed, createBed, outside } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }
const far = '2001:db8:9::2'
const near = '2001:db8:9::1'
const server = (text: string) => [
  'sh',
  '-c',
  `mkdir -p /www; echo ${text} > /www/index.html; httpd -f -p '[::]:80' -h /www`,
]

async function start(name: string, network: string, more: Record<string, unknown> = {}): Promise<void> {
  await bed.engine.runContainer({ name, network, command: ['sleep', '3600'], ...more }, asked)
}

const ping = (from: string, to: string) => bed.tries(from, 'ping', '-6', '-c1', '-W1', to)
const said = async (container: string, ...command: string[]) => (await bed.engine.exec(container, command)).stdout
const endpointOf = (container: string, network: string) => {
  const [box, net] = [bed.engine.getContainer(container), bed.engine.getNetwork(network)]
  return bed.engine.listEndpoints().find((one) => one.containerId === box.id && one.networkId === net.id)?.assigned
}
const addressOf = (container: string, network: string) =>
  endpointOf(container, network)?.ipv6Address?.split('/')[0] ?? ''
const setting = (name: string) => readFileSync(`/proc/sys/${name}`, 'utf8').trim()

/** What a server answers to a plain TCP client somewhere. */
async function fetchFrom(netns: 'host' | `/${string}`, host: string, port: number): Promise<string> {
  const script = `
    const request = require('node:http').get({ host: '${host}', port: ${port}, timeout: 2000 }, (response) => {
      response.pipe(process.stdout)
    })
    request.on('timeout', () => request.destroy(new Error('timeout'))).on('error', () => process.exit(1))`
  return (await run('node', ['-e', script], { netns, timeoutMs: 8_000 })).stdout.trim()
}

beforeAll(async () => {
  bed = await createBed()
  await run('ip', ['address', 'add', `${near}/64`, 'dev', 'uplink0', 'nodad'])
  await run('ip', ['address', 'add', `${far}/64`, 'dev', 'wire0', 'nodad'], { netns: outside.netns })
  await run('ip', ['route', 'add', '::/0', 'via', far])
})

afterAll(() => bed?.end())

test('before there is a network with IPv6, nothing of it is asked or changed', async () => {
  await bed.engine.createNetwork({ name: 'plain' }, asked)
  expect(setting('net/ipv6/conf/all/forwarding')).toBe('0')
  expect((await run('ip6tables-save', [])).stdout).not.toContain('PATCHBAY')
  await bed.engine.removeNetwork('plain', asked)
})

test('where IPv6 is off, one sentence says so, and nothing is made', async () => {
  await run('sysctl', ['-w', 'net.ipv6.conf.all.disable_ipv6=1'])
  await expect(bed.engine.createNetwork({ name: 'six', ipv6: true }, asked)).rejects.toThrow(
    'network six cannot have IPv6: IPv6 is switched off on this host (net.ipv6.conf.all.disable_ipv6 is 1); switch it on, or leave IPv6 out',
  )
  expect(bed.engine.findNetwork('six')).toBeUndefined()
  await run('sysctl', ['-w', 'net.ipv6.conf.all.disable_ipv6=0'])
  // Switching it on for all switches it on where it is to be off, too.
  await bed.engine.reconcile(asked)
  await run('ip', ['address', 'replace', `${near}/64`, 'dev', 'uplink0', 'nodad'])
  await run('ip', ['route', 'replace', '::/0', 'via', far])
})

describe('networks with both families', () => {
  beforeAll(async () => {
    await bed.engine.createNetwork(
      { name: 'dual', ipv6: true, pools: [{ subnet: 'fd00:29::/64', auxAddresses: { nas: 'fd00:29::2' } }] },
      asked,
    )
    await bed.engine.createNetwork({ name: 'auto', ipv6: true }, asked)
    await bed.engine.createNetwork({ name: 'closed', ipv6: true, internal: true }, asked)
    await bed.engine.createNetwork(
      { name: 'quiet', ipv6: true, options: { 'com.docker.network.bridge.enable_icc': 'false' } },
      asked,
    )
    await bed.engine.createNetwork({ name: 'only6', ipv4: false, ipv6: true }, asked)
    await start('one', 'dual')
    await start('two', 'dual', { ipv6Address: 'fd00:29::2:2' })
    await start('other', 'auto')
    await start('in1', 'closed')
    await start('in2', 'closed')
    await start('q1', 'quiet')
    await start('q2', 'quiet')
    await start('six', 'only6')
    await start('web', 'dual', { command: server('hello'), ports: [{ containerPort: 80, hostPort: 8080 }] })
  }, 60_000)

  test('a network gets the subnet that was named, or one of the host’s own prefix', async () => {
    expect(bed.engine.getNetwork('dual').pools.map(({ subnet, gateway }) => [subnet, gateway])).toEqual([
      [expect.stringMatching(/^172\./), expect.stringMatching(/\.1$/)],
      ['fd00:29::/64', 'fd00:29::1'],
    ])
    expect(bed.engine.getNetwork('auto').pools[1]?.subnet).toMatch(/^fd[0-9a-f]{2}(:[0-9a-f]{1,4}){0,3}::\/64$/)
    expect(bed.engine.getNetwork('only6').pools).toHaveLength(1)
  })

  test('containers have both addresses and both default routes at once, without waiting for duplicates', async () => {
    expect(endpointOf('one', 'dual')).toMatchObject({ ipv6Address: 'fd00:29::3/64', ipv6Gateway: 'fd00:29::1' })
    expect(await said('one', 'ip', '-6', 'addr', 'show', 'dev', 'eth0')).toMatch(
      /fd00:29::3\/64 scope global (?!tentative)/,
    )
    expect(await said('one', 'ip', '-6', 'route')).toContain('default via fd00:29::1 dev eth0')
    expect(await said('two', 'ip', '-6', 'addr', 'show', 'dev', 'eth0')).toContain('fd00:29::2:2/64')
    expect(await said('six', 'ip', '-4', 'addr', 'show', 'dev', 'eth0')).not.toContain('inet ')
  })

  test('they reach each other by address and by name, and know each other’s addresses backwards', async () => {
    expect(await ping('one', 'fd00:29::2:2')).toBe(0)
    expect(await ping('one', 'two')).toBe(0)
    expect(await said('one', 'nslookup', '-type=aaaa', 'two')).toContain('fd00:29::2:2')
    expect(await said('one', 'nslookup', 'fd00:29::2:2')).toContain('two.dual')
    expect(await said('one', 'cat', '/etc/hosts')).toMatch(/fd00:29::3\t/)
  })

  test('they reach outside, and the outside sees the host’s address', async () => {
    expect(await ping('one', far)).toBe(0)
    expect(await ping('six', far)).toBe(0)
    const { stdout } = await run('conntrack', ['-L', '-f', 'ipv6', '-p', 'icmpv6', '-d', far])
    expect(stdout).toContain(`dst=${near}`)
  })

  test('networks are kept apart', async () => {
    expect(await ping('one', addressOf('other', 'auto'))).not.toBe(0)
    expect(await ping('other', addressOf('one', 'dual'))).not.toBe(0)
    expect(await ping('in1', addressOf('in2', 'closed'))).toBe(0)
    expect(await ping('in1', far)).not.toBe(0)
    expect(await ping('q1', addressOf('q2', 'quiet'))).not.toBe(0)
    expect(await ping('q1', far)).toBe(0)
  })

  test('a port published at no address of choice answers over both families, from outside and the host', async () => {
    expect(bed.engine.publishedPorts(bed.engine.getContainer('web')).map(({ hostIp }) => hostIp)).toEqual([
      '0.0.0.0',
      '::',
    ])
    expect(await fetchFrom(outside.netns, near, 8080)).toBe('hello')
    expect(await fetchFrom('host', near, 8080)).toBe('hello')
    expect(await fetchFrom(outside.netns, outside.host, 8080)).toBe('hello')
    await expect(fetchFrom(outside.netns, addressOf('web', 'dual'), 80)).rejects.toThrow()
  })

  test('what is missing is found and mended', async () => {
    const count = async () => (await bed.engine.reconcile({ ...asked, dryRun: true })).commands
    expect(await count()).toEqual([])
    const netns = bed.engine.getContainer('one').sandbox?.key as `/${string}`
    await run('ip', ['address', 'del', 'fd00:29::3/64', 'dev', 'eth0'], { netns })
    await run('ip6tables', ['-t', 'nat', '-F', 'POSTROUTING'])
    expect((await count()).join('\n')).toMatch(
      /ip6tables -t nat -A POSTROUTING -s fd00:29::\/64[\s\S]*address add fd00:29::3\/64 nodad|address add fd00:29::3\/64 nodad[\s\S]*ip6tables -t nat/,
    )
    await bed.engine.reconcile(asked)
    expect(await count()).toEqual([])
    expect(await ping('one', far)).toBe(0)
  })

  test('disconnecting and connecting again moves the IPv6 default route with it', async () => {
    await bed.engine.connect({ network: 'auto', container: 'one', gwPriority: 5 }, asked)
    expect(await said('one', 'ip', '-6', 'route')).toMatch(/default via fd\S+ dev eth1/)
    await bed.engine.disconnect({ network: 'auto', container: 'one' }, asked)
    expect(await said('one', 'ip', '-6', 'route')).toContain('default via fd00:29::1 dev eth0')
    expect(await ping('one', far)).toBe(0)
  })

  test('taken and wrong addresses are refused', async () => {
    const connect = (ipv6Address: string, network = 'dual') =>
      bed.engine.connect({ network, container: 'six', ipv6Address }, asked)
    await expect(connect('fd00:29::2:2')).rejects.toThrow(/already in use on network dual by container two/)
    await expect(connect('fd00:29::2')).rejects.toThrow(/auxiliary address nas/)
    await expect(connect('fd00:30::2')).rejects.toThrow(/outside subnet fd00:29::\/64/)
    await expect(connect('fd00::2', 'bridge')).rejects.toThrow(/network bridge has no IPv6/)
  })
})

test('teardown leaves no rule, and forwarding and its policy as they were', async () => {
  await bed.engine.teardown()
  expect((await run('ip6tables-save', [])).stdout).not.toMatch(/PATCHBAY|patchbay|:FORWARD DROP/)
  expect(setting('net/ipv6/conf/all/forwarding')).toBe('0')
})

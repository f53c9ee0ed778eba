import { describe, expect, test } from 'vitest'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const newer = '/usr/local/bin/docker'
const clients = ['/usr/bin/docker', newer]

async function succeeds(client: string, ...args: string[]): Promise<string> {
  const said = await face.run(client, args)
  expect(said, `${client} ${args.join(' ')}`).toMatchObject({ code: 0 })
  return said.stdout
}

const json = async (client: string, format: string, ...args: string[]) =>
  JSON.parse(await succeeds(client, ...args, '--format', `{{json ${format}}}`)) as unknown

describe.each(clients)('%s', (docker) => {
  const run = (...args: string[]) => succeeds(docker, ...args)

  test('makes networks with IPv6 and shows both addresses everywhere', async () => {
    const subnets = ['--subnet', '10.81.0.0/24', '--subnet', 'fd00:81::/64', '--gateway', 'fd00:81::fe']
    await run('network', 'create', '--ipv6', ...subnets, '--aux-address', 'nas=fd00:81::1', '--ipam-opt', 'a=b', 'six')
    expect(await json(docker, '.IPAM', 'network', 'inspect', 'six')).toEqual({
      Driver: 'default',
      Options: { a: 'b' },
      Config: [
        { Subnet: '10.81.0.0/24', Gateway: '10.81.0.1' },
        { Subnet: 'fd00:81::/64', Gateway: 'fd00:81::fe', AuxiliaryAddresses: { nas: 'fd00:81::1' } },
      ],
    })
    expect(await json(docker, '.EnableIPv6', 'network', 'inspect', 'six')).toBe(true)
    const more = ['-p', '8081:80', '--link-local-ip', '169.254.9.9']
    await run(
      'run',
      '-d',
      '--name',
      'box',
      '--network',
      'six',
      '--ip6',
      'fd00:81::9',
      ...more,
      'busybox',
      'sleep',
      '60',
    )
    expect(await json(docker, '.NetworkSettings.Networks.six', 'inspect', 'box')).toMatchObject({
      IPAMConfig: { IPv6Address: 'fd00:81::9', LinkLocalIPs: ['169.254.9.9'] },
      IPAddress: '10.81.0.2',
      GlobalIPv6Address: 'fd00:81::9',
      GlobalIPv6PrefixLen: 64,
      IPv6Gateway: 'fd00:81::fe',
    })
    expect(await json(docker, '.Containers', 'network', 'inspect', 'six')).toMatchObject({
      [face.bed.engine.getContainer('box').id]: { IPv4Address: '10.81.0.2/24', IPv6Address: 'fd00:81::9/64' },
    })
    expect(await run('port', 'box')).toMatch(/^80\/tcp -> 0\.0\.0\.0:8081\n80\/tcp -> (\[::\]|::):8081$/)
  })

  test('links containers, on the default bridge and on a network', async () => {
    await run('network', 'create', 'named')
    await run('run', '-d', '--name', 'db', 'busybox', 'sleep', '60')
    await run('run', '-d', '--name', 'app', '--link', 'db:data', 'busybox', 'sleep', '60')
    expect(await run('exec', 'app', 'cat', '/etc/hosts')).toMatch(/^172\.17\.0\.2\tdata [0-9a-f]{12} db$/m)
    expect(await json(docker, '.HostConfig.Links', 'inspect', 'app')).toEqual(['/db:/app/data'])
    await run('network', 'connect', 'named', 'db')
    await run('network', 'connect', '--link', 'db:store', 'named', 'app')
    expect(await run('exec', 'app', 'ping', '-c1', '-W1', 'store')).toContain('1 packets received')
    expect(await json(docker, '.NetworkSettings.Networks.named.Links', 'inspect', 'app')).toEqual(['db:store'])
  })

  test('gives policies to networks and containers that it makes, and shows them', async () => {
    const policy = { 'patchbay.policy.ingress': 'deny', 'patchbay.policy.egress': 'allow' }
    const rules = 'allow ingress tcp 80 from container watcher; deny egress any to 192.0.2.0/24'
    await run('run', '-d', '--name', 'watcher', '--label', 'patchbay.policy.egress=deny', 'busybox', 'sleep', '60')
    expect(face.bed.engine.getContainer('watcher').policy?.egress).toBe('deny')
    const given = ['-o', 'patchbay.policy.ingress=deny', '-o', `patchbay.policy.rules=${rules}`]
    await run('network', 'create', ...given, 'fenced')
    expect(await json(docker, '.Options', 'network', 'inspect', 'fenced')).toEqual({
      ...policy,
      'patchbay.policy.rules': rules,
    })
    const wrong = await face.run(docker, ['network', 'create', '-o', 'patchbay.policy.rules=allow all', 'bad'])
    expect(wrong.stderr).toContain('the direction of policy rule 1 cannot be "all"; it is one of ingress, egress')
    await run('network', 'rm', 'fenced')
    await run('rm', '-f', 'watcher')
  })

  test('makes networks from a configuration', async () => {
    await run('network', 'create', '--config-only', '--subnet', '10.82.0.0/24', '--label', 'tier=x', 'conf')
    await run('network', 'create', '--config-from', 'conf', 'real')
    expect(await json(docker, '.ConfigFrom', 'network', 'inspect', 'real')).toEqual({ Network: 'conf' })
    expect(await json(docker, '.ConfigOnly', 'network', 'inspect', 'conf')).toBe(true)
    expect(await json(docker, '.Labels', 'network', 'inspect', 'real')).toEqual({ tier: 'x' })
    expect((await face.run(docker, ['network', 'rm', 'conf'])).stderr).toContain('is in use')
    expect(await run('network', 'prune', '-f')).toContain('real')
    await run('network', 'rm', 'conf')
  })
})

test('the newer client gives priorities, names of interfaces, and networks without IPv4', async () => {
  const run = (...args: string[]) => succeeds(newer, ...args)
  await run('network', 'create', '--subnet', '10.83.0.0/24', 'first')
  await run('network', 'create', '--subnet', '10.84.0.0/24', 'second')
  await run('network', 'create', '--ipv4=false', '--ipv6', 'only6')
  const named = 'driver-opt=com.docker.network.endpoint.ifname=uplink0'
  await run('run', '-d', '--name', 'box', '--network', `name=first,${named}`, 'busybox', 'sleep', '60')
  await run('network', 'connect', '--gw-priority', '7', 'second', 'box')
  expect(await run('exec', 'box', 'ip', 'route')).toMatch(/default via 10\.84\.0\.1 dev eth0/)
  expect(await run('exec', 'box', 'ip', 'route')).toMatch(/10\.83\.0\.0\/24 dev uplink0/)
  expect(await json(newer, '.NetworkSettings.Networks.second.GwPriority', 'inspect', 'box')).toBe(7)
  expect(await json(newer, '.EnableIPv4', 'network', 'inspect', 'only6')).toBe(false)
  const refused = await face.run(newer, ['network', 'connect', '--driver-opt', 'com.example.fast=1', 'only6', 'box'])
  expect(refused.stderr).toContain('com.example.fast')
})

test('each version of the API sees the fields that it knows, and may only ask for those', async () => {
  await face.ask('POST', '/networks/create', '{"Name":"net","EnableIPv6":true}')
  await face.ask(
    'POST',
    '/containers/create?name=box',
    '{"Image":"busybox","Cmd":["sleep","60"],"HostConfig":{"NetworkMode":"net"}}',
  )
  const seen = async (version: string) => {
    const container = JSON.parse((await face.ask('GET', `/${version}/containers/box/json`)).answer)
    const network = JSON.parse((await face.ask('GET', `/${version}/networks/net`)).answer)
    const settings = Object.keys(container.NetworkSettings.Networks.net)
    return [settings.includes('DNSNames'), settings.includes('GwPriority'), 'EnableIPv4' in network]
  }
  expect(await seen('v1.43')).toEqual([false, false, false])
  expect(await seen('v1.47')).toEqual([true, false, false])
  expect(await seen('v1.48')).toEqual([true, true, true])
  expect((await face.ask('POST', '/v1.47/networks/create', '{"Name":"old","EnableIPv4":false}')).status).toBe(201)
  expect(face.bed.engine.getNetwork('old').ipv4).toBe(true)
  const status = async (body: object) => (await face.ask('POST', '/networks/create', JSON.stringify(body))).status
  expect(await status({ Name: 'x', Driver: 'overlay' })).toBe(404)
  expect(await status({ Name: 'x', IPAM: { Driver: 'nosuch' } })).toBe(404)
  expect(await status({ Name: 'x', Scope: 'swarm' })).toBe(403)
  expect(await status({ Name: 'x', Ingress: true })).toBe(403)
  expect(await status({ Name: 'x', ConfigFrom: { Network: 'nosuch' } })).toBe(404)
  expect(await status({ Name: 'x', EnableIPv4: false })).toBe(400)
  expect((await face.ask('GET', '/networks/net?scope=swarm')).status).toBe(404)
  expect((await face.ask('GET', '/networks/net?verbose=true')).status).toBe(200)
  expect((await face.ask('GET', '/networks/net?verbose=maybe')).status).toBe(400)
})

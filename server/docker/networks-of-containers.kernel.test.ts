import { hostname } from 'node:os'
import Dockerode from 'dockerode'
import { beforeEach, describe, expect, test } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds, inspected: inspectedBy } = dockerCli(face)

const inspected = (format: string, container: string) => inspectedBy(format, 'inspect', container)

const sleeper = ['busybox', 'sleep', '3600']

describe('--network container:', () => {
  beforeEach(async () => {
    await succeeds('network', 'create', 'street')
    await succeeds('run', '-d', '--name', 'web', '--network', 'street', '-p', '80', ...sleeper)
  })

  test('interfaces, addresses, names, hosts, resolv.conf and hostname are the other’s, also after they change', async () => {
    await succeeds('run', '-d', '--name', 'side', '--network', 'container:web', ...sleeper)
    const inside = (container: string, ...command: string[]) => succeeds('exec', container, ...command)
    for (const command of [['ip', 'addr'], ['hostname'], ['cat', '/etc/hosts', '/etc/resolv.conf', '/etc/hostname']]) {
      expect(await inside('side', ...command)).toBe(await inside('web', ...command))
    }
    await succeeds('network', 'create', 'second')
    await succeeds('network', 'connect', 'second', 'web')
    expect(await inside('side', 'ip', '-o', 'addr')).toContain('eth1')
    expect(await inside('side', 'cat', '/etc/hosts')).toBe(await inside('web', 'cat', '/etc/hosts'))
    const [, port] = /:(\d+)$/.exec(await succeeds('port', 'web')) ?? []
    await succeeds('exec', '-d', 'side', 'nc', '-ll', '-p', '80', '-e', 'echo', 'from side')
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${port}; timeout 2 head -n1 <&3`
    await expect.poll(async () => (await face.run('bash', ['-c', ask])).stdout).toBe('from side')
    const { id } = face.bed.engine.getContainer('web')
    expect(await inspected('.HostConfig.NetworkMode', 'side')).toBe(`container:${id}`)
    expect(await inspected('.NetworkSettings', 'side')).toMatchObject({ Networks: {}, Ports: {}, SandboxID: '' })
  })

  test('it outlives the other’s stop without a network, and joins the new one when restarted', async () => {
    await succeeds('run', '-d', '--name', 'side', '--network', 'container:web', ...sleeper)
    await succeeds('restart', '-t', '0', 'web')
    expect(await succeeds('exec', 'side', 'ip', '-o', 'link')).not.toContain('eth0')
    await succeeds('restart', '-t', '0', 'side')
    expect(await succeeds('exec', 'side', 'ip', '-o', 'link')).toContain('eth0')
    await succeeds('stop', '-t', '0', 'side', 'web')
    expect((await docker('start', 'side')).stderr).toContain('cannot join network of a non running container')
    await succeeds('rm', 'web')
    expect((await docker('start', 'side')).stderr).toContain('No such container')
  })

  test.each([
    [['--hostname', 'x'], 'hostname and the network mode'],
    [['-p', '1:1'], 'port publishing and the container type network mode'],
    [['--expose', '1'], 'port exposing and the container type network mode'],
    [['--dns', '192.0.2.1'], 'dns and the network mode'],
    [['--add-host', 'a:192.0.2.1'], 'custom host-to-IP mapping and the network mode'],
    [['--mac-address', '02:42:00:00:00:09'], 'mac-address and the network mode'],
  ])('%s is refused beside it', async (args, words) => {
    const { code, stderr } = await docker('run', '--rm', '--network', 'container:web', ...args, 'busybox', 'true')
    expect(code).toBe(125)
    expect(stderr).toContain(`conflicting options: ${words}`)
  })

  test('a container that is not there is missed at the start', async () => {
    expect(await docker('run', '--rm', '--network', 'container:ghost', 'busybox', 'true')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('No such container: ghost'),
    })
  })
})

describe('--network host and none', () => {
  test('host: the host’s name, or one of its own; ports are passed over with a warning', async () => {
    const inside = ['busybox', 'sh', '-c', 'hostname; cat /etc/hostname']
    const name = hostname()
    expect(await succeeds('run', '--rm', '--network', 'host', ...inside)).toBe(`${name}\n${name}`)
    expect(await succeeds('run', '--rm', '--network', 'host', '--hostname', 'hx', ...inside)).toBe('hx\nhx')
    const said = await docker('run', '--rm', '--network', 'host', '-p', '80:80', 'busybox', 'true')
    expect(said).toMatchObject({ code: 0 })
    expect(said.stderr).toContain('Published ports are discarded when using host network mode')
  })

  test.each([
    [
      ['--network', 'host', '--ip', '192.0.2.9'],
      'user specified IP address is supported on user defined networks only',
    ],
    [['--network', 'bridge', '--network-alias', 'a'], 'user'],
  ])('%s is refused', async (args, words) => {
    const { code, stderr } = await docker('run', '--rm', ...args, 'busybox', 'true')
    expect(code).toBe(125)
    expect(stderr).toContain(words)
  })
})

describe('several networks', () => {
  test('a container is made on all of them at once by newer clients, and refused to older ones', async () => {
    for (const [name, subnet] of [
      ['one', '10.81.0.0/24'],
      ['two', '10.82.0.0/24'],
    ] as const) {
      await succeeds('network', 'create', '--subnet', subnet, name)
    }
    const EndpointsConfig = {
      one: { Aliases: ['uno'], IPAMConfig: { IPv4Address: '10.81.0.9' } },
      two: { Aliases: ['due'], MacAddress: '02:42:0a:52:00:63' },
    }
    const wanted = { Image: 'busybox', Cmd: ['sleep', '3600'], name: 'box', HostConfig: { NetworkMode: 'one' } }
    const client = new Dockerode({ socketPath: face.socketPath })
    await (await client.createContainer({ ...wanted, NetworkingConfig: { EndpointsConfig } })).start()
    for (const name of ['one', 'two'])
      await succeeds('run', '-d', '--name', `by-${name}`, '--network', name, ...sleeper)
    expect(await succeeds('exec', 'by-one', 'ping', '-c1', '-W1', 'uno')).toContain('10.81.0.9')
    expect(await succeeds('exec', 'by-two', 'ping', '-c1', '-W1', 'due')).toContain('10.82.0.')
    expect(await inspected('.NetworkSettings.Networks.two.MacAddress', 'box')).toBe('02:42:0a:52:00:63')
    expect(await inspected('.HostConfig.NetworkMode', 'box')).toBe('one')
    const older = new Dockerode({ socketPath: face.socketPath, version: 'v1.43' })
    const again = { ...wanted, name: 'old', NetworkingConfig: { EndpointsConfig } }
    await expect(older.createContainer(again)).rejects.toThrow(
      'Container cannot be created with multiple network endpoints: one, two',
    )
  })

  test('one network by its id, and the MAC address of the whole container', async () => {
    const id = await succeeds('network', 'create', '--subnet', '10.83.0.0/24', 'street')
    const more = ['--network', id, '--ip', '10.83.0.7', '--mac-address', '02:42:00:00:00:07']
    await succeeds('run', '-d', '--name', 'box', ...more, ...sleeper)
    expect(await inspected('.NetworkSettings.Networks', 'box')).toMatchObject({
      street: { IPAddress: '10.83.0.7', MacAddress: '02:42:00:00:00:07' },
    })
  })

  test('a network that is not there is missed at the start; the container stays, and starts once it is there', async () => {
    const { code, stderr } = await docker('run', '-d', '--name', 'early', '--network', 'later', ...sleeper)
    expect(code).toBe(125)
    expect(stderr).toContain('network later not found')
    expect(await inspected('.State.Status', 'early')).toBe('created')
    expect(await inspected('.NetworkSettings.Networks', 'early')).toHaveProperty('later')
    await succeeds('network', 'create', 'later')
    await succeeds('start', 'early')
    expect(await inspected('.NetworkSettings.Networks.later.IPAddress', 'early')).toMatch(/^172\./)
  })
})

import { expect, test } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds, inspected } = dockerCli(face)

test('a network is made, listed, inspected and removed', async () => {
  const subnet = ['--subnet', '192.168.100.0/24', '--gateway', '192.168.100.1', '--ip-range', '192.168.100.128/25']
  const id = await succeeds(
    'network',
    'create',
    '--driver',
    'bridge',
    ...subnet,
    '--label',
    'env=test',
    'my-app-network',
  )
  expect(id).toMatch(/^[0-9a-f]{64}$/)
  expect(await succeeds('network', 'ls', '--format', '{{.Name}} {{.Driver}} {{.Scope}}')).toBe(
    ['bridge bridge local', 'host host local', 'my-app-network bridge local', 'none null local'].join('\n'),
  )
  expect(await inspected('.IPAM', 'network', 'inspect', 'my-app-network')).toEqual({
    Driver: 'default',
    Options: {},
    Config: [{ Subnet: '192.168.100.0/24', IPRange: '192.168.100.128/25', Gateway: '192.168.100.1' }],
  })
  expect(await succeeds('network', 'ls', '-q', '--filter', 'label=env=test')).toBe(id.slice(0, 12))
  expect(await succeeds('network', 'ls', '-q', '--filter', 'label=env=other')).toBe('')
  expect(await succeeds('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}')).toBe('my-app-network')
  expect(await succeeds('network', 'rm', id.slice(0, 6))).toBe(id.slice(0, 6))
  expect(await docker('network', 'inspect', 'my-app-network')).toMatchObject({ code: 1 })
})

test('containers run on a network, reach each other by name, and are joined to a second one', async () => {
  await succeeds('network', 'create', '--subnet', '192.168.100.0/24', 'my-app-network')
  await succeeds('network', 'create', 'backend')
  const web = ['--name', 'web-server', '--network', 'my-app-network', '-p', '8080:80', 'busybox', 'sleep', '3600']
  await succeeds('run', '-d', ...web)
  await succeeds('run', '-d', '--name', 'db-server', '--network', 'backend', 'busybox', 'sleep', '3600')
  const webAddress = String(
    await inspected('(index .NetworkSettings.Networks "my-app-network").IPAddress', 'inspect', 'web-server'),
  )
  expect(webAddress).toBe('192.168.100.2')
  expect((await docker('exec', 'db-server', 'ping', '-c1', '-W1', webAddress)).code).not.toBe(0)
  await succeeds('network', 'connect', '--ip', '192.168.100.50', '--alias', 'db', 'my-app-network', 'db-server')
  expect(await succeeds('exec', 'web-server', 'ping', '-c1', '-W1', 'db')).toContain('192.168.100.50')
  expect(await inspected('.Containers', 'network', 'inspect', 'my-app-network')).toMatchObject({
    [face.bed.engine.getContainer('db-server').id]: { Name: 'db-server', IPv4Address: '192.168.100.50/24' },
  })
  expect(await succeeds('port', 'web-server')).toContain('80/tcp -> 0.0.0.0:8080')
  expect(await succeeds('ps', '--format', '{{.Names}} {{.Image}} {{.Ports}}', '--filter', 'name=web')).toBe(
    'web-server busybox 0.0.0.0:8080->80/tcp',
  )
  expect((await docker('network', 'rm', 'my-app-network')).stderr).toContain('has active endpoints')
  await succeeds('network', 'disconnect', 'my-app-network', 'db-server')
  expect((await docker('exec', 'web-server', 'ping', '-c1', '-W1', '192.168.100.50')).code).not.toBe(0)
  await succeeds('stop', '-t', '0', 'web-server')
  await succeeds('rm', '-f', 'web-server', 'db-server')
})

test('a container that is run in the foreground says what it says, and ends with its exit code', async () => {
  expect(await succeeds('run', '--rm', 'busybox', 'echo', 'hi')).toBe('hi')
  const failed = await docker('run', '--name', 'seven', 'busybox', 'sh', '-c', 'echo out; echo err >&2; exit 7')
  expect(failed).toMatchObject({ code: 7, stdout: 'out', stderr: 'err' })
  expect(await docker('logs', 'seven')).toMatchObject({ stdout: 'out', stderr: 'err' })
  expect(await succeeds('wait', 'seven')).toBe('7')
  expect(await inspected('.State.ExitCode', 'inspect', 'seven')).toBe(7)
  expect(await succeeds('run', '--rm', '--network', 'host', 'busybox', 'ip', 'route')).toContain('uplink0')
  expect(await succeeds('run', '--rm', '--network', 'none', 'busybox', 'ip', '-o', 'link')).not.toContain('eth0')
})

test('exec hands input and output through, and the exit code', async () => {
  await succeeds('run', '-d', '--name', 'box', 'busybox', 'sleep', '3600')
  const piped = await face.run('docker', ['exec', '-i', 'box', 'sh', '-c', 'cat; echo err >&2; exit 3'], {
    input: 'a\nb\n',
  })
  expect(piped).toEqual({ code: 3, stdout: 'a\nb', stderr: 'err' })
  const long = await succeeds(
    'exec',
    'box',
    'sh',
    '-c',
    'i=0; while [ $i -lt 20000 ]; do echo 0123456789 $i; i=$((i+1)); done',
  )
  expect(long.split('\n')).toHaveLength(20_000)
  expect(await succeeds('exec', '-e', 'A=b', '-w', '/etc', 'box', 'sh', '-c', 'echo $A $PWD')).toBe('b /etc')
  expect((await docker('exec', 'box', 'nosuch')).code).toBe(127)
})

test('signals reach the container', async () => {
  const trap = 'trap "echo hup" HUP; while true; do sleep 0.1; done'
  await succeeds('run', '-d', '--name', 'box', 'busybox', 'sh', '-c', trap)
  await succeeds('kill', '--signal', 'HUP', 'box')
  await expect.poll(() => succeeds('logs', 'box')).toBe('hup')
  expect((await docker('kill', '--signal', 'NOSUCH', 'box')).code).toBe(1)
  await succeeds('kill', 'box')
  expect(await inspected('.State.ExitCode', 'inspect', 'box')).toBe(137)
  expect((await docker('kill', 'box')).stderr).toContain('is not running')
})

test('a container that is renamed is reached by its new name', async () => {
  await succeeds('network', 'create', 'street')
  for (const name of ['one', 'two'])
    await succeeds('run', '-d', '--name', name, '--network', 'street', 'busybox', 'sleep', '3600')
  await succeeds('rename', 'two', 'three')
  expect(await succeeds('exec', 'one', 'ping', '-c1', '-W1', 'three')).toContain('1 packets received')
  expect((await docker('rename', 'three', 'one')).stderr).toContain('already in use')
  expect((await docker('rename', 'three', 'three')).code).toBe(1)
  expect((await docker('rename', 'two', 'four')).stderr).toContain('No such container')
  expect(await succeeds('ps', '--format', '{{.Names}}')).toBe('three\none')
})

test('prune removes what is unused and old enough', async () => {
  await succeeds('network', 'create', 'used')
  await succeeds('network', 'create', 'idle')
  await succeeds('run', '-d', '--name', 'box', '--network', 'used', 'busybox', 'sleep', '60')
  expect(await succeeds('network', 'prune', '-f', '--filter', 'until=24h')).toBe('')
  expect(await succeeds('network', 'prune', '-f')).toBe('Deleted Networks:\nidle')
  expect(await succeeds('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}')).toBe('used')
})

test('what Patchbay does not do is refused by name', async () => {
  const refused = async (...args: string[]) => (await docker(...args)).stderr
  expect(await refused('network', 'create', '--ingress', 'in')).toContain('networks of Patchbay are local')
  expect(await refused('network', 'create', '--scope', 'swarm', 'sw')).toContain('networks of Patchbay are local')
  expect(await refused('network', 'create', '-d', 'overlay', 'over')).toContain('overlay')
  expect(await refused('create', '--privileged', 'busybox')).toContain('--privileged')
  expect(await refused('swarm', 'init')).toContain('not supported by Patchbay')
  expect(await refused('pull', 'alpine')).toContain('does not pull')
  expect(face.bed.engine.listContainers()).toEqual([])
})

test('bad input is answered with its status, and changes nothing', async () => {
  const status = async (...asked: Parameters<typeof face.ask>) => (await face.ask(...asked)).status
  expect(await status('POST', '/v1.43/networks/create', '{"Name":')).toBe(400)
  expect(await status('POST', '/v1.43/networks/create', '{"Name":7}')).toBe(400)
  expect(await status('POST', '/v1.43/networks/create', `{"Name":"${'x'.repeat(1_100_000)}"}`)).toBe(400)
  expect(await status('POST', '/networks/create', '{"Name":"bridge"}')).toBeGreaterThanOrEqual(400)
  expect(await status('GET', '/v1.99/networks')).toBe(400)
  expect(await status('GET', '/v1.10/networks')).toBe(400)
  expect(await status('GET', '/networks/nosuch')).toBe(404)
  expect(await status('GET', '/networks?filters=nonsense')).toBe(400)
  expect(await status('GET', '/networks?filters={"colour":["red"]}')).toBe(400)
  expect(await status('GET', '/nosuchpath')).toBe(404)
  expect(await status('GET', '/networks/%ff')).toBe(400)
  expect(await status('GET', '/swarm')).toBe(501)
  expect(face.bed.engine.listNetworks()).toHaveLength(3)
})

test('events tell the end of a container that ended by itself, once', async () => {
  const until = String(Math.ceil(Date.now() / 1000) + 6)
  const watching = succeeds(
    'events',
    '--until',
    until,
    '--filter',
    'type=container',
    '--format',
    '{{.Action}} {{.Actor.Attributes.exitCode}}',
  )
  await new Promise((resolve) => setTimeout(resolve, 400))
  await docker('run', '--name', 'short', 'busybox', 'sh', '-c', 'exit 4')
  await succeeds('run', '-d', '--name', 'long', 'busybox', 'sleep', '60')
  await succeeds('stop', '-t', '0', 'long')
  const lines = (await watching).split('\n')
  expect(lines.filter((line) => line.startsWith('die'))).toEqual(['die 4', expect.stringMatching(/^die 1\d\d$/)])
})

test('events tell what happened since, and end at until', async () => {
  const before = Math.floor(Date.now() / 1000)
  await succeeds('network', 'create', 'told')
  await succeeds('run', '--name', 'box', '--network', 'told', 'busybox', 'true')
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  const until = ['--since', String(before), '--until', String(Math.floor(Date.now() / 1000))]
  const lines = (
    await succeeds('events', ...until, '--format', '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}')
  ).split('\n')
  expect(lines).toEqual(expect.arrayContaining(['network create told', 'container create box', 'container start box']))
  expect(await succeeds('events', ...until, '--filter', 'type=network', '--format', '{{.Action}}')).toContain('create')
})

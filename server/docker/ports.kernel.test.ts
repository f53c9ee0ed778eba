import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { outside } from '../engine/testing/bed'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds, inspected: inspectedBy } = dockerCli(face)

const inspected = (format: string, container: string) => inspectedBy(format, 'inspect', container)

/** A container that answers with its name on TCP ports 80 and 81. */
const server = (name: string) => [
  ...['busybox', 'sh', '-c'],
  `for port in 80 81; do nc -ll -p $port -e echo ${name} & done; wait`,
]

const netcat = (protocol: string, address: string, port: number) =>
  `exec 3<>/dev/${protocol}/${address}/${port}; echo ping >&3; timeout 2 head -n1 <&3`

/** What a port of the host's answers, asked from the host itself or from the outside. */
async function answer(from: 'host' | 'outside', port: number, address: string = outside.host, protocol = 'tcp') {
  const enter = from === 'outside' ? [`--net=${outside.netns}`] : ['--net=/proc/self/ns/net']
  const said = await face.run('nsenter', [...enter, 'bash', '-c', netcat(protocol, address, port)])
  return said.stdout
}

test('every form of --publish is told back, and packets come through', async () => {
  const published = [
    ...['-p', '8080:80', '-p', '127.0.0.1:8081:80', '-p', `${outside.host}::80`, '-p', '81'],
    ...['-p', '9000-9001:80-81', '-p', '8080:53/udp'],
  ]
  await succeeds('run', '-d', '--name', 'web', ...published, '--expose', '7000-7001', ...server('web'))
  expect((await succeeds('port', 'web')).split('\n').toSorted()).toEqual([
    '53/udp -> 0.0.0.0:8080',
    '80/tcp -> 0.0.0.0:8080',
    '80/tcp -> 0.0.0.0:9000',
    '80/tcp -> 127.0.0.1:8081',
    `80/tcp -> ${outside.host}:32768`,
    '81/tcp -> 0.0.0.0:32769',
    '81/tcp -> 0.0.0.0:9001',
  ])
  expect(await succeeds('ps', '--format', '{{.Ports}}')).toMatch(/7000-7001\/tcp.*0\.0\.0\.0:8080->53\/udp/)
  expect(await inspected('.NetworkSettings.Ports', 'web')).toMatchObject({ '7000/tcp': null, '7001/tcp': null })
  expect(await inspected('.HostConfig.PortBindings', 'web')).toMatchObject({
    '81/tcp': [
      { HostIp: '', HostPort: '' },
      { HostIp: '', HostPort: '9001' },
    ],
    '53/udp': [{ HostIp: '', HostPort: '8080' }],
  })
  expect(Object.keys((await inspected('.Config.ExposedPorts', 'web')) as object).toSorted()).toEqual([
    ...['53/udp', '7000/tcp', '7001/tcp', '80/tcp', '81/tcp'],
  ])
  for (const port of [8080, 9000, 9001, 32768, 32769]) {
    expect(await answer('outside', port), `port ${port}`).toBe('web')
  }
  const echo = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 53)); s.settimeout(10)
while True: text, sender = s.recvfrom(99); s.sendto(text, sender); s.settimeout(1)`
  const key = String(await inspected('.NetworkSettings.SandboxKey', 'web'))
  const echoed = face.run('nsenter', [`--net=${key}`, 'python3', '-c', echo])
  await expect.poll(() => answer('outside', 8080, outside.host, 'udp'), { timeout: 10_000 }).toBe('ping')
  await echoed
  expect(await answer('outside', 8081)).toBe('')
  expect(await answer('host', 8081, '127.0.0.1')).toBe('web')
})

test('a free port is given back at the stop, and another chosen at the start', async () => {
  await succeeds('run', '-d', '--name', 'web', '-P', '--expose', '80', ...server('web'))
  const [first = ''] = (await succeeds('port', 'web')).match(/\d+$/) ?? []
  expect(await answer('outside', Number(first))).toBe('web')
  await succeeds('stop', '-t', '0', 'web')
  expect(await inspected('.NetworkSettings.Ports', 'web')).toEqual({})
  expect(await succeeds('ps', '-a', '--format', '{{.Ports}}')).toBe('')
  await succeeds('start', 'web')
  const [second = ''] = (await succeeds('port', 'web')).match(/\d+$/) ?? []
  expect(Number(second)).toBe(Number(first) + 1)
  expect(await answer('outside', Number(second))).toBe('web')
  expect(await answer('outside', Number(first))).toBe('')
})

test('the first free port of a range is taken', async () => {
  for (const [name, port] of [
    ['one', 8000],
    ['two', 8001],
  ] as const) {
    await succeeds('run', '-d', '--name', name, '-p', '8000-8001:80', ...server(name))
    expect(await answer('outside', port)).toBe(name)
  }
  expect((await docker('run', '-d', '-p', '8000-8001:80', ...server('three'))).stderr).toContain(
    'between 8000 and 8001',
  )
})

test('SCTP packets reach the container', async () => {
  await succeeds('run', '-d', '--name', 'box', '-p', '2905:2905/sctp', 'busybox', 'sleep', '60')
  const key = String(await inspected('.NetworkSettings.SandboxKey', 'box'))
  // No SCTP in many kernels: an INIT chunk is sent and looked for by hand.
  const listen = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132); s.settimeout(5); print("ready", flush=True)
print(int.from_bytes(s.recv(200)[22:24], "big"))`
  const send = `import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
init = struct.pack("!HHIIBBHIIHHI", 4000, 2905, 0, 0, 1, 0, 20, 7, 1500, 1, 1, 7)
crc = 0xffffffff
for b in init:
    crc ^= b
    for _ in range(8): crc = (crc >> 1) ^ (0x82f63b78 if crc & 1 else 0)
init = init[:8] + struct.pack("<I", crc ^ 0xffffffff) + init[12:]
for _ in range(20):
    s.sendto(init, ("${outside.host}", 0)); time.sleep(0.1)`
  const heard = face.run('nsenter', [`--net=${key}`, 'python3', '-c', listen])
  await face.run('nsenter', [`--net=${outside.netns}`, 'python3', '-c', send])
  expect((await heard).stdout).toBe('ready\n2905')
  expect(await succeeds('port', 'box')).toBe('2905/sctp -> 0.0.0.0:2905')
  await face.bed.engine.createNetwork({ name: 'six', ipv4: false, ipv6: true }, { actor: 'test' })
  const { stderr } = await docker('create', '--network', 'six', '-p', '80', '-p', '2906:2906/sctp', 'busybox')
  expect(stderr).toMatch(/WARNING: port 2906\/sctp is not reached over IPv4: .*\n.*WARNING: port 80\/tcp is handed on/)
})

describe('ports that cannot be had', () => {
  test('the holder is named after Docker’s sentence, and the container stays, not started', async () => {
    await succeeds('run', '-d', '--name', 'web', '-p', '8080:80', ...server('web'))
    const { code, stderr } = await docker('run', '-d', '--name', 'late', '-p', '8080:80', ...server('late'))
    expect(code).toBe(125)
    expect(stderr).toMatch(
      /driver failed programming external connectivity on endpoint late \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:8080 failed: port is already allocated/,
    )
    expect(stderr).toContain('in use by container web')
    expect(await inspected('.State.Status', 'late')).toBe('created')
    await succeeds('rm', '-f', 'web')
    await succeeds('start', 'late')
    expect(await answer('outside', 8080)).toBe('late')
    const listener = createServer().listen(8099, '127.0.0.1')
    const third = await docker('run', '--rm', '-p', '8099:80', 'busybox', 'true').finally(() => listener.close())
    expect(third.stderr).toMatch(new RegExp(`address already in use.*in use by .+ \\(process ${process.pid}\\)`))
  })

  test.each([
    [['-p', '192.0.2.77:80:80'], 'cannot assign requested address'],
    [['-p', '70000:80'], 'hostPort'],
    [['-p', 'abc'], 'containerPort'],
    [['-p', '80:80/foo'], 'proto'],
    [['-p', '8000-8001:80-82'], 'ranges'],
  ])('%s is refused', async (args, words) => {
    const { code, stderr } = await docker('run', '--rm', ...args, 'busybox', 'true')
    expect(code).toBe(125)
    expect(stderr).toContain(words)
  })
})

test('ports, addresses and names that are changed beside Docker are told by it, with its events', async () => {
  const { engine } = face.bed
  const asked = { actor: 'test' }
  await succeeds('network', 'create', '--subnet', '10.60.9.0/24', 'one')
  await succeeds('run', '-d', '--name', 'web', '--network', 'one', '-p', '8080:80', ...server('web'))
  const since = String(Date.now() / 1000)
  await engine.updateContainer('web', { ports: [{ containerPort: 81, hostPort: 8081 }] }, asked)
  expect(await succeeds('port', 'web')).toBe('81/tcp -> 0.0.0.0:8081')
  expect(await succeeds('ps', '--format', '{{.Ports}}')).toContain('0.0.0.0:8081->81/tcp')
  expect(await inspected('.HostConfig.PortBindings', 'web')).toEqual({ '81/tcp': [{ HostIp: '', HostPort: '8081' }] })
  expect([await answer('outside', 8080), await answer('outside', 8081)]).toEqual(['', 'web'])
  await engine.updateNetwork('one', { name: 'two', labels: { tier: 'back' } }, asked)
  await engine.updateEndpoint({ network: 'two', container: 'web' }, { ipv4Address: '10.60.9.77' }, asked)
  expect(await inspected('.NetworkSettings.Networks.two.IPAddress', 'web')).toBe('10.60.9.77')
  expect(await inspected('.HostConfig.NetworkMode', 'web')).toBe('two')
  expect(await inspectedBy('.Labels', 'network', 'inspect', 'two')).toEqual({ tier: 'back' })
  const events = await succeeds(
    'events',
    '--since',
    since,
    '--until',
    String(Date.now() / 1000),
    '--format',
    '{{.Type}} {{.Action}}',
  )
  expect(events.split('\n')).toEqual(['container update', 'network update'])
  await succeeds('restart', '-t', '0', 'web')
  expect(await succeeds('port', 'web')).toBe('81/tcp -> 0.0.0.0:8081')
})

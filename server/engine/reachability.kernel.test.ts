import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../kernel/run'
import { type Bed, createBed, outside } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }
const server = (text: string) => ['sh', '-c', `mkdir -p /www; echo ${text} > /www/index.html; httpd -f -p 80 -h /www`]

async function start(name: string, network: string, more: Record<string, unknown> = {}): Promise<void> {
  await bed.engine.runContainer({ name, network, command: ['sleep', '3600'], ...more }, asked)
}

/** Exit code of a ping that waits one second. */
const ping = (from: string, to: string) => bed.tries(from, 'ping', '-c1', '-W1', to)
/** What an HTTP server answers in a container, read with netcat: Debian's busybox wget crashes. */
const fetchIn = async (from: string, address: string) => {
  const request = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address.replace(':', ' ')}`
  return (await bed.engine.exec(from, ['sh', '-c', request])).stdout.split('\n').at(-2) ?? ''
}
const addressOf = (container: string, network: string) => {
  const [box, net] = [bed.engine.getContainer(container), bed.engine.getNetwork(network)]
  const endpoint = bed.engine.listEndpoints().find((one) => one.containerId === box.id && one.networkId === net.id)
  return endpoint?.assigned?.ipv4Address?.split('/')[0] ?? ''
}

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'backend' }, asked)
  await bed.engine.createNetwork({ name: 'frontend' }, asked)
  await bed.engine.createNetwork({ name: 'store', internal: true }, asked)
  await bed.engine.createNetwork({ name: 'quiet', options: { 'com.docker.network.bridge.enable_icc': 'false' } }, asked)
  await start('box1', 'backend')
  await start('box2', 'backend')
  await start('box3', 'frontend')
  await bed.engine.connect({ network: 'frontend', container: 'box2', aliases: ['middle'] }, asked)
  await start('db', 'store')
  await start('cache', 'store')
  await start('q1', 'quiet')
  await start('q2', 'quiet')
  await start('web', 'backend', { command: server('hello'), ports: [{ containerPort: 80, hostPort: 8080 }] })
  await start('local', 'frontend', {
    command: server('local'),
    ports: [{ containerPort: 80, hostPort: 8081, hostIp: '127.0.0.1' }],
  })
})

afterAll(() => bed?.end())

describe('names and networks', () => {
  test('containers on one network reach each other by name', async () => {
    expect(await ping('box1', 'box2')).toBe(0)
    expect(await ping('box2', 'box3')).toBe(0)
    expect(await ping('box3', 'middle')).toBe(0)
    expect(await ping('box3', 'box2.frontend')).toBe(0)
  })

  test('containers on different networks do not know each other’s names, nor reach each other’s addresses', async () => {
    expect(await ping('box1', 'box3')).not.toBe(0)
    expect(await ping('box1', addressOf('box3', 'frontend'))).not.toBe(0)
    expect(await ping('box3', addressOf('box1', 'backend'))).not.toBe(0)
  })

  test('a container reaches outside, and the outside sees the host’s address', async () => {
    expect(await ping('box1', outside.address)).toBe(0)
    const { stdout } = await run('conntrack', ['-L', '-p', 'icmp', '-d', outside.address])
    expect(stdout).toContain(`dst=${outside.host}`)
  })

  test('containers on an internal network reach each other and nothing else', async () => {
    expect(await ping('db', 'cache')).toBe(0)
    expect(await ping('db', outside.address)).not.toBe(0)
    expect(await ping('box1', addressOf('db', 'store'))).not.toBe(0)
  })

  test('of what passes, among containers and to the outside and back, only the first packet meets the networks’ own rules', async () => {
    const beyond = async () => {
      const { stdout } = await run('iptables', ['-nvxL', 'PATCHBAY-FORWARD'])
      return Number(/^\s*(\d+) .* PATCHBAY-BRIDGE /m.exec(stdout)?.[1])
    }
    for (const address of [addressOf('box2', 'frontend'), outside.address]) {
      expect(await ping('box3', address)).toBe(0)
      const before = await beyond()
      expect(await bed.tries('box3', 'ping', '-c4', '-i0.1', '-W1', address)).toBe(0)
      expect((await beyond()) - before).toBe(1)
    }
  })

  test('with inter-container traffic off, containers of one network do not reach each other but reach outside', async () => {
    expect(await ping('q1', addressOf('q2', 'quiet'))).not.toBe(0)
    expect(await ping('q1', outside.address)).toBe(0)
  })

  test('what the host is told about bridged frames is taken back with the last network that needs it', async () => {
    const setting = () => readFileSync('/proc/sys/net/bridge/bridge-nf-call-iptables', 'utf8').trim()
    expect(setting()).toBe('1')
    await bed.engine.createNetwork(
      { name: 'quiet2', options: { 'com.docker.network.bridge.enable_icc': 'false' } },
      asked,
    )
    await bed.engine.removeNetwork('quiet2', asked)
    expect(setting()).toBe('1')
  })

  test('an outsider that routes to a network through the host is dropped', async () => {
    await run('ip', ['route', 'add', '172.16.0.0/12', 'via', outside.host], { netns: outside.netns })
    await expect(
      run('ip', ['route', 'get', addressOf('web', 'backend')], { netns: outside.netns }),
    ).resolves.toBeTruthy()
    await expect(fetchFrom(outside.netns, `${addressOf('web', 'backend')}:80`)).rejects.toThrow()
  })
})

describe('published ports', () => {
  test('a published port answers outside, the host, its loopback, its own network, another network and itself', async () => {
    expect(await fetchFrom(outside.netns, `${outside.host}:8080`)).toContain('hello')
    expect(await fetchFrom('host', `${outside.host}:8080`)).toContain('hello')
    expect(await fetchFrom('host', '127.0.0.1:8080')).toContain('hello')
    expect(await fetchIn('box1', `${outside.host}:8080`)).toBe('hello')
    expect(await fetchIn('box3', `${outside.host}:8080`)).toBe('hello')
    expect(await fetchIn('web', `${outside.host}:8080`)).toBe('hello')
  })

  test('a port published on the loopback answers there and nowhere else', async () => {
    expect(await fetchFrom('host', '127.0.0.1:8081')).toContain('local')
    await expect(fetchFrom(outside.netns, `${outside.host}:8081`)).rejects.toThrow()
    expect(await fetchIn('box1', `${outside.host}:8081`)).toBe('')
  })

  test('a container that routes 127.0.0.1 to the host does not reach what listens there, thanks to the raw rule', async () => {
    const listener = createServer((socket) => socket.end('secret\n')).listen(9099, '127.0.0.1')
    const netns = bed.engine.getContainer('box1').sandbox?.key as `/${string}`
    await run('ip', ['address', 'del', '127.0.0.1/8', 'dev', 'lo'], { netns })
    await run('sysctl', ['-w', 'net.ipv4.conf.eth0.route_localnet=1'], { netns })
    await run('ip', ['route', 'add', '127.0.0.1/32', 'via', '172.18.0.1', 'dev', 'eth0'], { netns })
    expect(await fetchIn('box1', '127.0.0.1:9099')).toBe('')

    const guard = [
      'PATCHBAY',
      '-d',
      '127.0.0.0/8',
      '!',
      '-i',
      'lo',
      '-m',
      'comment',
      '--comment',
      'patchbay:host',
      '-j',
      'DROP',
    ]
    await run('iptables', ['-t', 'raw', '-D', ...guard])
    expect(await fetchIn('box1', '127.0.0.1:9099')).toBe('secret')

    const { commands } = await bed.engine.reconcile(asked)
    expect(commands.join('\n')).toContain(`iptables -t raw -A ${guard.slice(0, 3).join(' ')}`)
    listener.close()
  })
})

test('under a FORWARD policy of DROP and with a Docker Engine’s rules in place, all of it still works', async () => {
  const rules = [
    '*filter',
    ':FORWARD DROP [0:0]',
    ':DOCKER-USER - [0:0]',
    ':DOCKER-ISOLATION-STAGE-1 - [0:0]',
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
    '-A FORWARD -i docker0 -o docker0 -j ACCEPT',
    '-A DOCKER-ISOLATION-STAGE-1 -j RETURN',
    '-A DOCKER-USER -j RETURN',
    'COMMIT',
    '',
  ]
  await run('iptables-restore', ['--noflush'], { input: rules.join('\n') })
  onTestFinished(async () => {
    const added = rules.filter((line) => line.startsWith('-A FORWARD')).map((line) => line.replace('-A', '-D'))
    const made = ['DOCKER-USER', 'DOCKER-ISOLATION-STAGE-1'].flatMap((chain) => [`-F ${chain}`, `-X ${chain}`])
    await run('iptables-restore', ['--noflush'], {
      input: ['*filter', ':FORWARD ACCEPT [0:0]', ...added, ...made, 'COMMIT', ''].join('\n'),
    })
  })
  expect(await ping('box1', outside.address)).toBe(0)
  expect(await fetchFrom(outside.netns, `${outside.host}:8080`)).toContain('hello')
  expect(await ping('box1', addressOf('box3', 'frontend'))).not.toBe(0)
})

async function fetchFrom(netns: 'host' | `/${string}`, address: string): Promise<string> {
  const [host, port] = address.split(':')
  const script = `
    const request = require('node:http').get({ host: '${host}', port: ${port}, timeout: 2000 }, (response) => {
      response.pipe(process.stdout)
    })
    request.on('timeout', () => request.destroy(new Error('timeout'))).on('error', () => process.exit(1))`
  return (await run('node', ['-e', script], { netns, timeoutMs: 5_000 })).stdout
}

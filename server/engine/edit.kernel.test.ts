import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { OperationId } from '../cnm/ids'
import { run } from '../kernel/run'
import type { PortInput } from './contract'
import { type Bed, createBed, outside } from './testing/bed'

/** Networks and endpoints that are changed under running containers, with real packets. */

let bed: Bed
let restarted: Awaited<ReturnType<Bed['again']>> | undefined
const asked = { actor: 'test' }
const docker = (name: string, value: string) => ({ [`com.docker.network.${name}`]: value })

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'edited', subnet: '10.60.0.0/24' }, asked)
  await bed.engine.createNetwork({ name: 'steady', subnet: '10.61.0.0/24' }, asked)
  for (const name of ['one', 'two']) {
    await bed.engine.runContainer({ name, network: 'edited', command: ['sleep', '3600'] }, asked)
    await bed.engine.connect({ network: 'steady', container: name, gwPriority: -1 }, asked)
  }
})

/** Whatever was changed, nothing of it is drift. */
afterEach(async () => {
  const { commands } = await (restarted?.engine ?? bed.engine).reconcile({ ...asked, dryRun: true })
  // After a restart in one process the sockets of the resolver are still the first daemon's.
  expect(commands.filter((line) => !restarted || !line.startsWith('#'))).toEqual([])
})
afterAll(async () => {
  await restarted?.close()
  await bed?.end()
})

const inside = async (container: string, script: string) => {
  return (await bed.engine.exec(container, ['sh', '-c', script])).stdout.trim()
}
const reaches = async (from: string, to: string) => (await bed.tries(from, 'ping', '-c1', '-W1', to)) === 0
const names = (container: string, name: string) => bed.engine.names.of(netnsOf(container))?.find(name, 'A')
const change = (input: Parameters<Bed['engine']['updateNetwork']>[1]) =>
  bed.engine.updateNetwork('edited', input, asked)
const changeJoint = (input: Parameters<Bed['engine']['updateEndpoint']>[1], network = 'edited') =>
  bed.engine.updateEndpoint({ network, container: 'one' }, input, asked)

/** 150 numbers over one TCP connection, 10 ms apart, while the change runs; gives those that arrived. */
async function stream(address: string, during: () => Promise<unknown>): Promise<string[]> {
  const listening = inside('two', 'nc -l -p 9000 -e tee /tmp/arrived')
  await new Promise((resolve) => setTimeout(resolve, 150))
  const numbers = 'i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo $i; usleep 10000; done'
  const sending = inside('one', `(${numbers}) | nc -w 3 ${address} 9000`)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await during()
  await sending
  await listening
  return (await inside('two', 'cat /tmp/arrived')).split('\n')
}

const all = Array.from({ length: 150 }, (_, at) => String(at + 1))

test('a stream over another network, and one over the network itself, lose nothing while its rules change', async () => {
  const plain = { options: {} }
  const rules = { options: { ...docker('bridge.enable_ip_masquerade', 'false'), ...docker('driver.mtu', '1400') } }
  const both = { pools: [{ subnet: '10.60.0.0/24' }, { subnet: '10.62.0.0/24' }] }
  const single = { pools: [{ subnet: '10.60.0.0/24' }] }
  for (const address of ['10.61.0.3', '10.60.0.3']) {
    const arrived = await stream(address, async () => {
      for (const input of [rules, both, { labels: { a: 'b' } }, single, plain]) {
        expect((await change(input)).interruptions).toEqual([])
      }
    })
    expect(arrived).toEqual(all)
  }
})

test('the MTU is another on the bridge and at both ends of the cables', async () => {
  await change({ options: docker('driver.mtu', '1300') })
  expect(await inside('one', 'cat /sys/class/net/eth0/mtu')).toBe('1300')
  expect(await bed.tries('one', 'ping', '-c1', '-W1', '-s', '1272', '10.60.0.3')).toBe(0)
  await change({ options: {} })
  expect(await inside('one', 'cat /sys/class/net/eth0/mtu')).toBe('1500')
})

test('containers are kept apart, and let together again', async () => {
  const { interruptions } = await change({ options: docker('bridge.enable_icc', 'false') })
  expect(interruptions.map(String)).toEqual(['containers one, two reach each other no longer on network edited'])
  expect(await reaches('one', '10.60.0.3')).toBe(false)
  expect(await reaches('one', '10.61.0.3')).toBe(true)
  await change({ options: {} })
  expect(await reaches('one', '10.60.0.3')).toBe(true)
})

test('a network is closed to the outside and opened, and the way out goes by another meanwhile', async () => {
  await changeJoint({ gwPriority: -2 }, 'steady')
  const { interruptions } = await change({ internal: true })
  expect(interruptions.map(String)).toContain(
    'container one leaves by network steady instead of edited: its IPv4 connections to the outside end',
  )
  expect(await inside('one', 'ip route | grep default')).toBe('default via 10.61.0.1 dev eth1')
  expect(await reaches('one', outside.address)).toBe(true)
  await change({ internal: false })
  expect(await inside('one', 'ip route | grep default')).toBe('default via 10.60.0.1 dev eth0')
  expect(await reaches('one', outside.address)).toBe(true)
})

test('the gateway is another, and packets leave by it', async () => {
  await change({ pools: [{ subnet: '10.60.0.0/24', gateway: '10.60.0.200' }] })
  expect(await inside('one', 'ip route | grep default')).toBe('default via 10.60.0.200 dev eth0')
  expect(await reaches('one', outside.address)).toBe(true)
  expect(await reaches('one', '10.60.0.1')).toBe(false)
  await change({ pools: [{ subnet: '10.60.0.0/24', gateway: '10.60.0.1' }] })
})

test('IPv6 comes to those that run, goes from those that did not ask for an address of it, and comes again', async () => {
  const both = { pools: [{ subnet: '10.60.0.0/24' }, { subnet: 'fd00:60::/64' }] }
  await change(both)
  expect(await bed.tries('one', 'ping', '-6', '-c1', '-W1', 'fd00:60::3')).toBe(0)
  expect(await inside('one', 'nslookup two.edited | grep -c fd00:60::3')).toBe('1')
  const { interruptions } = await change({ ipv6: false })
  expect(interruptions.map(String)).toContain(
    'container one loses address fd00:60::2 on network edited: connections to and from the old one end',
  )
  expect(await inside('one', 'ip -6 address show dev eth0 scope global; ip -6 route | grep fd00 || true')).toBe('')
  expect(await reaches('one', outside.address)).toBe(true)
  await change(both)
  expect(await bed.tries('one', 'ping', '-6', '-c1', '-W1', 'fd00:60::3')).toBe(0)
})

test('names on the network are those of its new name', async () => {
  await change({ name: 'renamed' })
  try {
    expect(await inside('one', 'nslookup two.renamed | grep -c 10.60.0.3')).toBe('1')
    expect(names('one', 'two.edited')).toBeUndefined()
  } finally {
    await bed.engine.updateNetwork('renamed', { name: 'edited' }, asked)
  }
})

describe('an endpoint', () => {
  test('has another address: name, hosts file, neighbours and way out follow', async () => {
    expect(await reaches('two', '10.60.0.2')).toBe(true)
    await changeJoint({ ipv4Address: '10.60.0.77', ipv6Address: 'fd00:60::77' })
    expect(await reaches('two', 'one.edited')).toBe(true)
    expect(await reaches('two', '10.60.0.2')).toBe(false)
    expect(await reaches('one', outside.address)).toBe(true)
    expect(await inside('one', 'grep -Ec "10.60.0.77|fd00:60::77" /etc/hosts')).toBe('2')
    expect(await bed.tries('two', 'ping', '-6', '-c1', '-W1', 'fd00:60::77')).toBe(0)
  })

  test('has another MAC, and its neighbours find it at once', async () => {
    expect(await reaches('two', '10.60.0.77')).toBe(true)
    await changeJoint({ macAddress: '02:00:00:00:00:99' })
    expect(await inside('one', 'cat /sys/class/net/eth0/address')).toBe('02:00:00:00:00:99')
    expect(await reaches('two', '10.60.0.77')).toBe(true)
  })

  test('has another interface name, its cable made anew', async () => {
    const { interruptions } = await changeJoint({ driverOpts: docker('endpoint.ifname', 'lan0') })
    expect(interruptions.map(String)).toEqual([
      'container one is off network edited for a moment: its interface is made anew',
    ])
    expect(await reaches('one', '10.60.0.3')).toBe(true)
    expect(await inside('one', 'ip route | grep default')).toBe('default via 10.60.0.1 dev lan0')
  })

  test('has aliases and links that answer at once', async () => {
    await changeJoint({ aliases: ['shop'], links: ['two:db'] })
    expect(await reaches('two', 'shop')).toBe(true)
    expect(await reaches('one', 'db')).toBe(true)
    await changeJoint({ aliases: [], links: [] })
    expect(names('two', 'shop')).toBeUndefined()
  })
})

const socket = 'use IO::Socket::INET; $s = IO::Socket::INET->new(Proto => "udp", '
const netnsOf = (container: string) => bed.engine.getContainer(container).sandbox?.key as `/${string}`

describe('published ports of a container that runs', () => {
  const publish = (...ports: PortInput[]) => bed.engine.updateContainer('two', { ports }, asked)
  /** From the outside, from one port: a datagram before the change and two after it; gives the answers. */
  const asks = async (port: number, change: () => Promise<unknown>) => {
    const told = join(directory, `told-${port}-${Math.random()}`)
    const ask = 'my $r; eval { local $SIG{ALRM} = sub { die }; alarm 1; $s->recv($r, 9); alarm 0; print $r };'
    const wait = `until (-e "${told}") { select(undef, undef, undef, 0.02) }`
    const script = `${socket}PeerAddr => "${outside.host}:${port}", LocalPort => 4711); $| = 1;
      for (1..3) { $s->send($_); ${ask} if ($_ == 1) { open F, ">", "${told}.1"; close F; ${wait} } }`
    const asking = run('perl', ['-e', script], { netns: outside.netns })
    await expect.poll(() => existsSync(`${told}.1`), { timeout: 5_000 }).toBe(true)
    await change()
    await writeFile(told, '')
    return (await asking).stdout
  }
  const opens = (port: number) =>
    run('busybox', ['nc', '-w', '1', outside.host, String(port)], { netns: outside.netns }).then(
      ({ stdout }) => stdout.trim(),
      () => 'nobody',
    )
  let echoing: Promise<unknown>
  let directory: string
  const udp: PortInput = { protocol: 'udp', containerPort: 53, hostPort: 5353 }
  const [web, other] = [8080, 8081].map((hostPort): PortInput => ({ containerPort: hostPort - 8000, hostPort }))
  if (!web || !other) throw new Error('two ports')

  beforeAll(async () => {
    for (const port of [80, 81])
      await bed.tries('two', 'sh', '-c', `nc -ll -p ${port} -e echo at ${port} >/dev/null 2>&1 &`)
    const echo = `${socket}LocalPort => 53); while ($s->recv($d, 9) && $d ne "end") { $s->send($d) }`
    directory = await mkdtemp(join(tmpdir(), 'patchbay-edit-'))
    echoing = run('perl', ['-e', echo], { netns: netnsOf('two'), timeoutMs: 60_000 })
  })
  afterAll(async () => {
    await run('perl', ['-e', `${socket}PeerAddr => "127.0.0.1:53"); $s->send("end")`], { netns: netnsOf('two') })
    await echoing
    await rm(directory, { recursive: true, force: true })
  })

  test('come and go one by one, and what stays goes on', async () => {
    await publish(web)
    expect(await opens(8080)).toBe('at 80')
    const { interruptions } = await publish(web, other)
    expect(interruptions.map(String)).toEqual([])
    expect([await opens(8080), await opens(8081)]).toEqual(['at 80', 'at 81'])
    await publish(other)
    expect([await opens(8080), await opens(8081)]).toEqual(['nobody', 'at 81'])
  })

  test('let no datagram of an old flow pass once they are gone, and leave the flows of others alone', async () => {
    await publish(udp)
    expect(await asks(5353, () => publish(udp, web))).toBe('123')
    expect(await asks(5353, () => publish(web))).toBe('1')
  })

  test('end the connections over them with them, though the container is the next to speak, and no others', async () => {
    const same: PortInput = { containerPort: 82, hostPort: 82 }
    await publish(same)
    const talk = 'echo 1; : >/tmp/begun-$$; until [ -e /tmp/go ]; do usleep 20000; done; echo 2'
    await inside('two', `echo '${talk}' >/tmp/talk; nc -ll -p 82 -e sh /tmp/talk >/dev/null 2>&1 &`)
    const listen = (netns: `/${string}`, host: string) =>
      run('perl', ['-MIO::Socket::INET', '-e', `print readline IO::Socket::INET->new("${host}:82")`], { netns })
    const asking = [listen(outside.netns, outside.host), listen(netnsOf('one'), '10.60.0.3')]
    await expect.poll(() => inside('two', 'ls /tmp/begun-* | wc -l')).toBe('2')
    const { commands } = await publish()
    expect(commands).toContainEqual(expect.stringContaining('# end the sockets 10.60.0.3:82 in '))
    await inside('two', ': >/tmp/go')
    expect((await Promise.all(asking)).map(({ stdout }) => stdout)).toEqual(['1\n', '1\n2\n'])
  })

  test('follow the container to another address', async () => {
    await publish(web)
    await bed.engine.updateEndpoint({ network: 'edited', container: 'two' }, { ipv4Address: '10.60.0.88' }, asked)
    expect(await opens(8080)).toBe('at 80')
  })
})

// Last: the second daemon clears away what the first has made ahead.
test('a daemon killed between the record of a change and the kernel finishes it: old address and rules are gone', async () => {
  const [container, network] = [bed.engine.getContainer('one'), bed.engine.getNetwork('edited')]
  const endpoint = bed.engine
    .listEndpoints()
    .find((each) => each.containerId === container.id && each.networkId === network.id)
  if (!endpoint?.assigned) throw new Error('no endpoint')
  const was = endpoint.assigned
  await bed.store.change({
    putNetworks: [{ ...network, options: docker('driver.mtu', '1350') }],
    putEndpoints: [{ ...endpoint, assigned: { ...was, ipv4Address: '10.60.0.150/24' } }],
    putOperation: {
      id: 'e'.repeat(64) as OperationId,
      ...{ verb: 'endpoint.update', records: { containerId: container.id }, subjects: ['one'], actor: 'test' },
      ...{ status: 'running', commands: [], error: null, startedAt: new Date(), durationMs: null },
    },
  })
  const second = await bed.again()
  restarted = second
  await second.engine.recover()
  expect(second.engine.listOperations().find(({ id }) => id === 'e'.repeat(64))?.status).toBe('finished')
  const addresses = await inside(
    'one',
    `ip -4 address show ${was.ifname}; cat /sys/class/net/${was.ifname}/mtu /etc/hosts`,
  )
  expect(addresses).toMatch(/10\.60\.0\.150\/24/)
  expect(addresses).not.toContain('10.60.0.77')
  expect(addresses).toMatch(/\n1350\n.*10\.60\.0\.150/s)
  expect(await reaches('two', '10.60.0.150')).toBe(true)
  expect(await reaches('one', outside.address)).toBe(true)
})

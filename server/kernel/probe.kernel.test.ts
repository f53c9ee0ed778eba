import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Netns } from '../plan/object'
import type { Frame } from './frame'
import { openProbe, type ProbeTarget } from './probe'
import { run, start } from './run'
import { openWitness, type Witnessed } from './witness'

const client: Netns = '/run/netns/probe-client'
const server: Netns = '/run/netns/probe-server'
const toServer = ['--to-destination', '10.89.2.2:85']

beforeEach(async () => {
  for (const name of ['probe-client', 'probe-server']) await run('ip', ['netns', 'add', name])
  await run('ip', ['link', 'add', 'pc0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'probe-client'])
  await run('ip', ['link', 'add', 'ps0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'probe-server'])
  for (const [side, other] of [
    ['c', 'client'],
    ['s', 'server'],
  ] as const) {
    const number = side === 'c' ? 1 : 2
    await run('ip', ['address', 'add', `10.89.${number}.1/24`, 'dev', `p${side}0`])
    await run('ip', ['link', 'set', `p${side}0`, 'up'])
    const inside = ['-n', `probe-${other}`]
    await run('ip', [...inside, 'address', 'add', `10.89.${number}.2/24`, 'dev', 'eth0'])
    for (const link of ['lo', 'eth0']) await run('ip', [...inside, 'link', 'set', link, 'up'])
    await run('ip', [...inside, 'route', 'add', 'default', 'via', `10.89.${number}.1`])
  }
  await run('sysctl', ['-w', 'net.ipv4.ip_forward=1'])
})

afterEach(async () => {
  // With a namespace they would go only a moment later.
  for (const link of ['pc0', 'ps0']) await run('ip', ['link', 'delete', link])
  for (const name of ['probe-client', 'probe-server']) await run('ip', ['netns', 'delete', name])
  await run('iptables', ['-F', 'FORWARD'])
  await run('iptables', ['-t', 'nat', '-F', 'PREROUTING'])
})

async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('not so within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Sends one probe while all three namespaces are watched. */
async function send(target: ProbeTarget, withinMs = 400) {
  const probe = await openProbe(client, [target])
  const mark = { protocol: target.protocol, mark: probe.marks[0] ?? 0 }
  const seen: Record<string, Witnessed[]> = { client: [], host: [], server: [] }
  const witnesses = await Promise.all(
    Object.entries({ client, host: 'host', server } as const).map(([name, netns]) =>
      openWitness(netns, mark, (witnessed) => seen[name]?.push(witnessed)),
    ),
  )
  try {
    const [outcome] = await probe.fire(withinMs)
    await Promise.all(witnesses.map((witness) => witness.settle()))
    return { outcome, seen: Object.fromEntries(Object.entries(seen).map(([name, all]) => [name, all.map(brief)])) }
  } finally {
    await Promise.all(witnesses.map((witness) => witness.close()))
  }
}

function brief(witnessed: Witnessed): string {
  if (witnessed.type === 'packet') return `${witnessed.direction} ${briefFrame(witnessed.frame)}`
  const { family, table, chain, handle, verdict, frame } = witnessed
  return `${family} ${table} ${chain} ${handle ? 'rule' : witnessed.what} ${verdict}${frame ? ` ${briefFrame(frame)}` : ''}`
}

function briefFrame(frame: Frame): string {
  if (frame.kind === 'icmp') return `icmp ${frame.type}/${frame.code}`
  return frame.kind === 'neighbour' ? 'neighbour' : `${frame.destination}:${frame.destinationPort} ${frame.flags}`
}

test('a probe tells what the socket saw, and each namespace what passed there', async () => {
  await run('iptables', ['-A', 'FORWARD', '-p', 'tcp', '--dport', '82', '-j', 'DROP'])
  await run('iptables', ['-t', 'nat', '-A', 'PREROUTING', ...['-p', 'tcp', '--dport', '84', '-j', 'DNAT'], ...toServer])
  const listener = start('busybox', ['nc', '-l', '-p', '85'], { netns: server })
  try {
    await waitFor(async () => (await run('busybox', ['netstat', '-ltn'], { netns: server })).stdout.includes(':85 '))
    const passed = await send({ protocol: 'tcp', address: '10.89.1.1', port: 84 })
    expect(passed.outcome?.result).toBe('answered')
    expect(passed.seen.client).toContain('out 10.89.1.1:84 SYN')
    expect(passed.seen.host).toContain('ip nat PREROUTING rule accept 10.89.1.1:84 SYN')
    expect(passed.seen.host).toContain('out 10.89.2.2:85 SYN')
    expect(passed.seen.server).toContain('in 10.89.2.2:85 SYN')
  } finally {
    listener.kill('SIGKILL')
  }
  const dropped = await send({ protocol: 'tcp', address: '10.89.2.2', port: 82 })
  expect(dropped.outcome).toMatchObject({ result: 'silent', errno: null })
  // A chain tells the packet with the first of its rules that the packet meets.
  expect(dropped.seen.host?.join('\n')).toContain('ip filter FORWARD rule drop')
  expect(dropped.seen.server?.filter((line) => line.includes(':82'))).toEqual([])
  await run('iptables', ['-A', 'FORWARD', '-p', 'tcp', '--dport', '83', '-j', 'REJECT'])
  const rejected = await send({ protocol: 'tcp', address: '10.89.2.2', port: 83 })
  expect(rejected.outcome).toMatchObject({ result: 'refused', errno: 'ECONNREFUSED' })
  expect(rejected.seen.client).toContain('in icmp 3/3')
})

test('many targets are asked at once, of all protocols and both families', async () => {
  const probe = await openProbe(client, [
    { protocol: 'udp', address: '10.89.2.2', port: 53 },
    { protocol: 'icmp', address: '10.89.2.2', port: 0 },
    { protocol: 'icmp', address: '::1', port: 0 },
    { protocol: 'tcp', address: 'fd00::1', port: 9 },
    { protocol: 'tcp', address: '10.89.2.2', port: 9 },
  ])
  const told: number[] = []
  const outcomes = await probe.fire(3000, (index) => told.push(index))
  expect(outcomes.map(({ result }) => result)).toEqual(['refused', 'answered', 'answered', 'no-route', 'refused'])
  expect(told.sort()).toEqual([0, 1, 2, 3, 4])
})

test('what marks the packets goes with the process, also when that is killed; a namespace that has gone is told', async () => {
  const program = fileURLToPath(new URL('./witness.ts', import.meta.url))
  const text = `const { openWitness } = await import(process.argv[1]); await openWitness('host', { protocol: 'tcp', mark: 4711 }, () => undefined); console.log('open')`
  const child = start('node', ['--import', 'tsx', '--input-type=module', '-e', text, program])
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
  expect(await tables()).toContain('table inet patchbay_probe_4711')
  child.kill('SIGKILL')
  await waitFor(async () => !(await tables()).includes('patchbay_probe'))
  const gone = '/run/netns/probe-gone'
  await expect(openProbe(gone, [{ protocol: 'icmp', address: '::1', port: 0 }])).rejects.toThrow(/probe-gone/)
  await expect(openWitness(gone, { protocol: 'tcp', mark: 1 }, () => undefined)).rejects.toThrow(/probe-gone/)
})

async function tables(): Promise<string> {
  return (await run('nft', ['list', 'tables'])).stdout
}

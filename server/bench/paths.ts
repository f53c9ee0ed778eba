import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { mustRun, runProgram } from '../conformance/program'
import type { Engine } from '../engine/contract'
import { asked, withEngine } from './engine'
import { addressOf } from './scale/namespaces'
import { formatTable, median } from './table'

/** What is made anew lies elsewhere in memory and on other processors' queues, which is worth some per cent either way. */
const builds = 5
const turns = 6
const seconds = 1
/** Networks that are on the host before the one that is measured, for the last row. */
const crowd = 500
const port = 5201
const publishedPort = 20_001

/** What data goes through: from a client in one namespace to a server in another. */
interface Path {
  readonly client: string
  readonly server: string
  /** Where the client finds the server. */
  readonly address: string
  readonly port: number
}

type Kind = 'container to container' | 'published port' | 'macvlan'
type Paths = Readonly<Record<Kind, Path>>

interface Rates {
  readonly ours: number[]
  readonly byHand: number[]
}

/**
 * Throughput of Patchbay's paths beside the same paths made by hand on a host of their own (a namespace without a rule
 * of Patchbay's), in turns; both are made several times.
 */
export async function benchPaths(): Promise<void> {
  const rates: Record<Kind, Rates> = {
    'container to container': { ours: [], byHand: [] },
    'published port': { ours: [], byHand: [] },
    macvlan: { ours: [], byHand: [] },
  }
  const crowded: Pick<typeof rates, 'container to container'> = { 'container to container': { ours: [], byHand: [] } }
  for (let build = 0; build < builds; build++) {
    await withEngine((engine) => measureBuild(engine, rates))
    await withEngine(async (engine) => {
      for (let network = 0; network < crowd; network++) {
        await engine.createNetwork({ name: `net${network}`, subnet: `${addressOf(network)}/22` }, asked)
      }
      await measureBuild(engine, crowded)
    })
  }
  const measured = { ...rates, [`… on the last of ${crowd} networks`]: crowded['container to container'] }
  const rows = Object.entries(measured).map(([kind, { ours, byHand }]) => {
    // Of neighbours in time: the machine's speed wanders more within a minute than the paths differ.
    const ratio = median(ours.map((rate, turn) => rate / (byHand[turn] ?? Number.NaN)))
    return [kind, median(ours).toFixed(1), median(byHand).toFixed(1), ratio.toFixed(2)]
  })
  console.log(
    `\nGbit/s, iperf3 with one stream, medians of ${builds * turns} turns of ${seconds} s each, all made anew after every ${turns}; the ratio is the median of the turns' own.\n`,
  )
  console.log(formatTable(['path', 'Patchbay', 'by hand', 'ratio'], rows))
}

async function measureBuild(engine: Engine, rates: Readonly<Partial<Record<Kind, Rates>>>): Promise<void> {
  const made: string[] = []
  const makeNamespace = async (name: string): Promise<void> => {
    await mustRun('ip', 'netns', 'add', name)
    made.push(name)
  }
  try {
    const ours = await makeOurs(engine, makeNamespace)
    const byHand = await makeByHand(makeNamespace)
    for (const [kind, { ours: here, byHand: there }] of Object.entries(rates) as [Kind, Rates][]) {
      for (let turn = 0; turn < turns; turn++) {
        const both = [
          () => transfer(ours[kind]).then((rate) => here.push(rate)),
          () => transfer(byHand[kind]).then((rate) => there.push(rate)),
        ]
        for (const one of turn % 2 === 0 ? both : both.toReversed()) await one()
      }
    }
  } finally {
    for (const name of made) await mustRun('ip', 'netns', 'delete', name)
  }
}

type MakeNamespace = (name: string) => Promise<void>

async function makeOurs(engine: Engine, makeNamespace: MakeNamespace): Promise<Paths> {
  await makeNamespace('out')
  await join('out', 'uplink', '10.77.0')
  await engine.createNetwork({ name: 'paths', subnet: '10.78.0.0/24' }, asked)
  const onWire = { driver: 'macvlan', subnet: '10.77.0.0/24', options: { parent: 'uplink' } }
  await engine.createNetwork({ name: 'wire', ...onWire }, asked)
  const start = async (name: string, input: object) => {
    await engine.runContainer({ name, command: ['sleep', '3600'], ...input }, asked)
    return engine.getContainer(name).sandbox?.key ?? ''
  }
  const ports = [{ containerPort: port, hostPort: publishedPort }]
  const server = await start('server', { network: 'paths', ipv4Address: '10.78.0.10', ports })
  const client = await start('client', { network: 'paths' })
  const wiredServer = await start('wired', { network: 'wire', ipv4Address: '10.77.0.10' })
  const wiredClient = await start('other', { network: 'wire', ipv4Address: '10.77.0.11' })
  return {
    'container to container': { client, server, address: '10.78.0.10', port },
    'published port': { client: '/run/netns/out', server, address: '10.77.0.1', port: publishedPort },
    macvlan: { client: wiredClient, server: wiredServer, address: '10.77.0.10', port },
  }
}

/** The namespace stands for a machine beside this host, at .2 of a link whose other end is the host's, at .1. */
async function join(name: string, link: string, subnet: string, host?: string): Promise<void> {
  const at = host === undefined ? [] : ['-n', host]
  const ip = (line: string) => mustRun('ip', ...at, ...line.split(' '))
  await ip(`link add ${link} type veth peer name eth0 netns ${name}`)
  await ip(`address add ${subnet}.1/24 dev ${link}`)
  await ip(`link set ${link} up`)
  await mustRun('ip', '-n', name, 'address', 'add', `${subnet}.2/24`, 'dev', 'eth0')
  await mustRun('ip', '-n', name, 'link', 'set', 'eth0', 'up')
}

async function makeByHand(makeNamespace: MakeNamespace): Promise<Paths> {
  const host = 'hand'
  await makeNamespace(host)
  await makeNamespace('handout')
  await join('handout', 'uplink', '10.87.0', host)
  const ip = (line: string) => mustRun('ip', '-n', host, ...line.split(' '))
  const inside = (line: string) => mustRun('nsenter', `--net=/run/netns/${host}`, ...line.split(' '))
  await ip('link add br0 type bridge')
  await ip('address add 10.88.0.1/24 dev br0')
  await ip('link set br0 up')
  for (const [name, address] of [
    ['handserver', '10.88.0.10'],
    ['handclient', '10.88.0.11'],
  ] as const) {
    await makeNamespace(name)
    await ip(`link add v${name} type veth peer name eth0 netns ${name}`)
    await ip(`link set v${name} master br0 up`)
    await ready(name, 'eth0', address)
    await mustRun('ip', '-n', name, 'route', 'add', 'default', 'via', '10.88.0.1')
  }
  for (const [name, address] of [
    ['handwired', '10.87.0.10'],
    ['handother', '10.87.0.11'],
  ] as const) {
    await makeNamespace(name)
    await ip(`link add link uplink name eth0 netns ${name} type macvlan mode bridge`)
    await ready(name, 'eth0', address)
  }
  await inside('sysctl -qw net.ipv4.ip_forward=1')
  await inside(
    `iptables -t nat -A PREROUTING -p tcp --dport ${publishedPort} -j DNAT --to-destination 10.88.0.10:${port}`,
  )
  await inside('iptables -t nat -A POSTROUTING -s 10.88.0.0/24 ! -o br0 -j MASQUERADE')
  await inside('iptables -P FORWARD DROP')
  await inside('iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT')
  await inside(`iptables -A FORWARD -d 10.88.0.10 -o br0 -p tcp --dport ${port} -j ACCEPT`)
  await inside('iptables -A FORWARD -i br0 -j ACCEPT')
  const at = (name: string) => `/run/netns/${name}`
  return {
    'container to container': { client: at('handclient'), server: at('handserver'), address: '10.88.0.10', port },
    'published port': { client: at('handout'), server: at('handserver'), address: '10.87.0.1', port: publishedPort },
    macvlan: { client: at('handother'), server: at('handwired'), address: '10.87.0.10', port },
  }
}

async function ready(namespace: string, link: string, address: string): Promise<void> {
  await mustRun('ip', '-n', namespace, 'address', 'add', `${address}/24`, 'dev', link)
  await mustRun('ip', '-n', namespace, 'link', 'set', link, 'up')
}

/** Gbit/s that arrive. */
async function transfer(path: Path): Promise<number> {
  const serving = spawn('nsenter', [`--net=${path.server}`, 'iperf3', '-s', '-1', '-p', String(port)], {
    stdio: 'ignore',
  })
  try {
    for (let attempt = 0; attempt < 50; attempt++) {
      await delay(100)
      const place = ['-c', path.address, '-p', String(path.port), '-t', String(seconds), '-J']
      const said = await runProgram(['nsenter', `--net=${path.client}`, 'iperf3', ...place])
      if (said.exit !== 0) continue
      const { end } = JSON.parse(said.stdout) as { end: { sum_received: { bits_per_second: number } } }
      return end.sum_received.bits_per_second / 1e9
    }
    throw new Error(`nothing answers at ${path.address}:${path.port}`)
  } finally {
    serving.kill('SIGKILL')
  }
}

import type { Engine } from '../../engine/contract'
import { createIpBatch, type IpBatch } from '../../kernel/ip-batch'
import { createRestoreBatch, type RestoreLine } from '../../kernel/restore-batch'
import { createRuleRemover } from '../../kernel/rule-remover'
import { asked, timed } from '../engine'
import { plainSequence, shellRemoval, timeShell } from '../shell'
import type { Aside, Peer } from './measure'
import { addressOf } from './namespaces'

const command = ['sleep', '36000']
/** Publishes a port on the one network that it is on, if any. */
const publisher = 'publisher'

export function createOurs(engine: Engine): Peer {
  let boxes = 0
  const run = async (name: string, input: object): Promise<void> => {
    await engine.createContainer({ name, command, ...input }, asked)
    await engine.startContainer(name, asked)
  }
  const connected = async (network: number, container: string): Promise<number> => {
    const place = { network: `net${network}`, container }
    const took = await timed(() => engine.connect(place, asked))
    await engine.disconnect(place, asked)
    return took
  }
  return {
    createNetwork: async (network) => {
      await engine.createNetwork({ name: `net${network}`, subnet: `${addressOf(network)}/22` }, asked)
    },
    removeNetwork: async (network) => {
      await engine.removeNetwork(`net${network}`, asked)
    },
    ensureBoxes: async (count) => {
      if (boxes === 0) {
        await run(publisher, { ports: [{ containerPort: 80, hostPort: 20_000 }] })
        await engine.disconnect({ network: 'bridge', container: publisher }, asked)
      }
      for (; boxes < count; boxes++) await run(`box${boxes}`, {})
    },
    connect: async (network, box) => {
      await engine.connect({ network: `net${network}`, container: `box${box}` }, asked)
    },
    disconnect: async (network, box) => {
      await engine.disconnect({ network: `net${network}`, container: `box${box}` }, asked)
    },
    publish: async (network) => {
      const plain = await connected(network, 'box0')
      return (await connected(network, publisher)) - plain
    },
    crowd: async (network, from, to) => {
      for (let index = from; index < to; index++) await run(`one${index}`, { network: `net${network}` })
    },
  }
}

/** In every round beside Patchbay: its commands by a shell one step a command, and the kernel alone. */
export async function createAside(engine: Engine): Promise<Aside & { close(): Promise<void> }> {
  const ip = createIpBatch('host')
  const [restore, remover] = [createRestoreBatch('iptables'), createRuleRemover()]
  await Promise.all([ip.warm(), restore.warm()])
  const container = 'box1'
  /** A network's rules, of a bridge that is not there: through the programs that Patchbay keeps open, and nothing else. */
  const rulesAlone = async (creation: readonly string[]) => {
    const lines = creation.flatMap(ruleLineOf)
    const removal = lines.map(({ table, args: [, ...rest] }) => {
      return { program: 'iptables' as const, netns: 'host' as const, table, args: ['-D', ...rest] }
    })
    const added = await timed(() => restore.run(lines))
    const removed = await timed(async () => {
      if (!(await remover.remove(removal))) throw new Error('the rules that were just added are not there')
    })
    return { 'rules added': added, 'rules removed': removed }
  }
  const aside = async () => {
    const input = { name: 'shell', subnet: `${addressOf(2000)}/22` }
    const { commands: creation } = await engine.createNetwork(input, { ...asked, dryRun: true })
    const rules = await rulesAlone(creation)
    const create = timeShell(creation)
    const remove = timeShell(shellRemoval(creation))
    await engine.createNetwork(input, asked)
    const planned = await engine.connect({ network: 'shell', container }, { ...asked, dryRun: true })
    const connect = timeShell(plainSequence(planned.commands, planned.result))
    const disconnect = timeShell(shellRemoval(planned.commands))
    await engine.removeNetwork('shell', asked)
    return {
      ...{ 'shell create': create, 'shell remove': remove, 'shell connect': connect, 'shell disconnect': disconnect },
      ...rules,
      ...(await linksAlone(ip)),
    }
  }
  const close = async () => void (await Promise.all([ip.close(), restore.close(), remover.close()]))
  return Object.assign(aside, { close })
}

/** `iptables -t nat -A POSTROUTING …` as a plan writes it; nothing for other programs. */
function ruleLineOf(command: string): RestoreLine[] {
  const [, table = 'filter', rest] = /^iptables (?:-t (filter|nat|raw) )?(-A .+)$/.exec(command) ?? []
  if (rest === undefined) return []
  return [{ table: table as RestoreLine['table'], args: rest.replaceAll("'", '').split(' ') }]
}

async function linksAlone(ip: IpBatch) {
  const bridge = 'alone0'
  await ip.run([
    ['link', 'add', 'name', bridge, 'type', 'bridge'],
    ['address', 'add', '10.255.0.1/22', 'dev', bridge],
    ['link', 'set', 'dev', bridge, 'up'],
    ['link', 'add', 'name', 'alone1', 'type', 'veth', 'peer', 'name', 'alone2'],
    ['link', 'set', 'dev', 'alone1', 'master', bridge, 'up'],
    ['link', 'set', 'dev', 'alone2', 'up'],
  ])
  const removal = (device: string) => timed(() => ip.run([['link', 'del', 'dev', device]]))
  return { 'veth removed': await removal('alone1'), 'bridge removed': await removal(bridge) }
}

import { cpus, release } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine } from '../engine/contract'
import { asked, timed, withEngine } from './engine'
import { plainSequence, shellRemoval, timeShell } from './shell'
import { formatTable, median, percentile } from './table'

const rounds = 40
const starts = 20
const warmUps = 5

/** Every change through the engine, database write and rules included, beside the same commands run by a shell. */
export async function benchChanges(): Promise<void> {
  print(await withEngine(async (engine) => [...(await benchNetworks(engine)), ...(await benchContainers(engine))]))
}

interface Row {
  readonly name: string
  readonly ours: readonly number[]
  /** A shell script as people write it, one step a command; absent where a shell has no counterpart. */
  readonly plain?: readonly number[]
  /** A shell script of the very commands that Patchbay batches. */
  readonly same?: readonly number[]
}

interface Compared extends Row {
  readonly ours: number[]
  readonly plain: number[]
  readonly same: number[]
}

async function benchNetworks(engine: Engine): Promise<Row[]> {
  const create: Compared = { name: 'create a network', ours: [], plain: [], same: [] }
  const remove: Compared = { name: 'remove a network', ours: [], plain: [], same: [] }
  for (let round = 0; round < rounds + warmUps; round++) {
    const name = `bench${round}`
    const kept = round >= warmUps
    const planned = await engine.createNetwork({ name }, { ...asked, dryRun: true })
    const shellCreate = timeShell(planned.commands)
    const shellRemove = timeShell(shellRemoval(planned.commands))
    const created = await timed(() => engine.createNetwork({ name }, asked))
    const removed = await timed(() => engine.removeNetwork(name, asked))
    if (!kept) continue
    create.plain.push(shellCreate)
    remove.plain.push(shellRemove)
    create.ours.push(created)
    remove.ours.push(removed)
  }
  return [create, remove]
}

async function benchContainers(engine: Engine): Promise<Row[]> {
  await engine.createNetwork({ name: 'home' }, asked)
  await engine.createNetwork({ name: 'other' }, asked)
  const container = 'bench'
  await engine.createContainer({ name: container, network: 'home', command: ['sleep', '3600'] }, asked)
  await engine.startContainer(container, asked)
  const connect: Compared = { name: 'connect a running container', ours: [], plain: [], same: [] }
  const disconnect: Compared = { name: 'disconnect it', ours: [], plain: [], same: [] }
  for (let round = 0; round < rounds + warmUps; round++) {
    const kept = round >= warmUps
    const { commands, result } = await engine.connect({ network: 'other', container }, { ...asked, dryRun: true })
    const plainConnect = timeShell(plainSequence(commands, result))
    timeShell(shellRemoval(commands))
    const sameConnect = timeShell(commands)
    const shellDisconnect = timeShell(shellRemoval(commands))
    const joined = await timed(() => engine.connect({ network: 'other', container }, asked))
    const left = await timed(() => engine.disconnect({ network: 'other', container }, asked))
    if (!kept) continue
    connect.plain.push(plainConnect)
    connect.same.push(sameConnect)
    disconnect.plain.push(shellDisconnect)
    connect.ours.push(joined)
    disconnect.ours.push(left)
  }
  return [connect, disconnect, ...(await benchStarts(engine))]
}

async function benchStarts(engine: Engine): Promise<Row[]> {
  const create: number[] = []
  const start: number[] = []
  const stop: number[] = []
  const remove: number[] = []
  for (let round = 0; round < starts; round++) {
    const name = `start${round}`
    create.push(await timed(() => engine.createContainer({ name, network: 'home', command: ['sleep', '3600'] }, asked)))
    await delay(300) // people start one after another; the next sandbox is made meanwhile
    start.push(await timed(() => engine.startContainer(name, asked)))
    stop.push(await timed(() => engine.stopContainer(name, { ...asked, timeoutMs: 0 })))
    remove.push(await timed(() => engine.removeContainer(name, asked)))
  }
  return [
    { name: 'create a container', ours: create },
    { name: 'start it', ours: start },
    { name: 'stop it (killed at once)', ours: stop },
    { name: 'remove it', ours: remove },
  ]
}

function print(rows: readonly Row[]): void {
  const cells = rows.map(({ name, ours, plain, same }) => [
    name,
    median(ours).toFixed(1),
    percentile(ours, 0.9).toFixed(1),
    plain ? median(plain).toFixed(1) : '–',
    plain ? `${(median(plain) / median(ours)).toFixed(1)} ×` : '–',
    same?.length ? median(same).toFixed(1) : '–',
  ])
  const head = ['operation', 'Patchbay', '90 %', 'shell script', 'faster', 'shell, our commands']
  console.log(
    `\nMilliseconds, medians of ${rounds} (containers ${starts}); ${cpus().length} cores, kernel ${release()}.\n`,
  )
  console.log(formatTable(head, cells))
}

import { cpus, release } from 'node:os'
import type { Engine } from '../engine/contract'
import { run } from '../kernel/run'
import type { Netns } from '../plan/object'
import { asked, withEngine } from './engine'
import { formatTable } from './table'

const seconds = 5
const rates = [1_000, 10_000, 20_000]
const containers = 10
const records = 200

/**
 * Runs in a sandbox: asks 127.0.0.11 so many questions a second over UDP, a new name each time, whether or not answers
 * come, and says how long they took, in milliseconds.
 */
const client = `
const dgram = require('node:dgram')
const [rate, seconds, ...names] = process.argv.slice(1)
const sockets = Array.from({ length: 4 }, () => dgram.createSocket('udp4'))
const queries = names.map((name) => Buffer.concat([
  Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
  Buffer.from([0, 0, 1, 0, 1]),
]))
const began = new Float64Array(sockets.length * 65536)
const times = []
let sent = 0, wrong = 0
for (const [at, socket] of sockets.entries()) {
  socket.on('message', (answer) => {
    const index = at * 65536 + answer.readUInt16BE(0)
    times.push(performance.now() - began[index])
    if ((answer[3] & 15) !== 0 || answer.readUInt16BE(6) === 0) wrong++
  })
}
const ask = () => {
  const at = sent % sockets.length
  const query = Buffer.from(queries[sent % queries.length])
  const id = Math.floor(sent / sockets.length) & 65535
  query.writeUInt16BE(id, 0)
  began[at * 65536 + id] = performance.now()
  sockets[at].send(query, 0, query.length)
  sent++
}
const total = Number(rate) * Number(seconds)
let start
const tick = () => {
  const due = Math.min(total, Math.floor((performance.now() - start) * Number(rate) / 1000))
  while (sent < due) ask()
  if (sent < total) setTimeout(tick, 1)
  else setTimeout(end, 500)
}
const end = () => {
  times.sort((one, other) => one - other)
  const part = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  console.log(JSON.stringify({ sent, lost: sent - times.length, wrong, median: part(0.5), most: part(0.99), last: times.at(-1) }))
  process.exit(0)
}
Promise.all(sockets.map((socket) => new Promise((resolve) => socket.connect(53, '127.0.0.11', resolve)))).then(() => {
  start = performance.now()
  tick()
})
`

interface Result {
  readonly sent: number
  readonly lost: number
  readonly wrong: number
  readonly median: number
  readonly most: number
  readonly last: number
}

/** Questions of a container for the names of others, at growing rates, and how busy the daemon is with them. */
export async function benchDns(): Promise<void> {
  const rows = await withEngine(async (engine) => {
    const names = await prepare(engine)
    await askFor(engine, names, 1_000)
    const found: string[][] = []
    for (const rate of rates) found.push(await row(engine, names, rate))
    return found
  })
  console.log(`\nNames of a network, asked over UDP from inside a container, ${seconds} s each; ${machine()}.\n`)
  console.log(formatTable(['questions a second', 'median', '99 %', 'slowest', 'lost', 'daemon'], rows))
}

async function prepare(engine: Engine): Promise<string[]> {
  const list = Array.from({ length: records }, (_, at) => ({
    name: `host${at}.lan`,
    type: 'A',
    value: `10.99.0.${at}`,
  }))
  await engine.createNetwork({ name: 'names', names: { records: list } }, asked)
  for (let at = 0; at < containers; at++) {
    await engine.runContainer(
      { name: `box${at}`, network: 'names', command: ['sleep', '3600'], aliases: ['pool'] },
      asked,
    )
  }
  return ['pool', ...Array.from({ length: containers }, (_, at) => `box${at}`), ...list.map(({ name }) => name)]
}

async function row(engine: Engine, names: readonly string[], rate: number): Promise<string[]> {
  const before = process.cpuUsage()
  const { median, most, last, lost, wrong } = await askFor(engine, names, rate)
  const { user, system } = process.cpuUsage(before)
  if (wrong > 0) throw new Error(`${wrong} answers were wrong`)
  const share = (user + system) / 10_000 / seconds
  return [
    String(rate),
    ...[median, most, last].map((ms) => `${ms.toFixed(2)} ms`),
    String(lost),
    `${share.toFixed(0)} %`,
  ]
}

async function askFor(engine: Engine, names: readonly string[], rate: number): Promise<Result> {
  const netns = engine.getContainer('box0').sandbox?.key as Netns
  const argv = ['--input-type=commonjs', '-e', client, '--', String(rate), String(seconds), ...names]
  const { stdout } = await run('node', argv, { netns, timeoutMs: 60_000 })
  return JSON.parse(stdout) as Result
}

function machine(): string {
  return `${cpus().length} cores, kernel ${release()}`
}

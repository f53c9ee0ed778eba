import type { ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { start } from '../../kernel/run'
import type { Netns } from '../../plan/object'

/** Real traffic between two namespaces, by Node itself: nothing has to be installed for it. */

export interface Place {
  readonly netns: Netns
  readonly address: string
}

/**
 * Takes what one client sends; after `skip` ms counts for `span` ms what arrives on the wire (what a program is given
 * comes in lumps after a loss), prints the bytes, the time and what the program was given, and ends.
 */
const taker = `
const [address, skip, span] = process.argv.slice(1)
const arrived = () =>
  require('fs').readFileSync('/proc/net/dev', 'utf8').split('\\n').slice(2)
    .filter((line) => line.includes(':') && !line.trim().startsWith('lo:'))
    .reduce((sum, line) => sum + Number(line.split(':')[1].trim().split(/ +/)[0]), 0)
const server = require('net').createServer((socket) => {
  let bytes = 0, began = 0, taken = 0
  setTimeout(() => { began = performance.now(); bytes = arrived(); taken = 0 }, +skip)
  socket.on('data', (data) => { taken += data.length }).on('error', () => {})
  setTimeout(() => {
    console.log(arrived() - bytes, performance.now() - began, taken)
    socket.resetAndDestroy()
    server.close()
  }, +skip + +span)
})
server.listen(5201, address, () => console.log('ready'))
`
const giver = `
const data = Buffer.alloc(65536)
const socket = require('net').connect(5201, process.argv[1], function give() { while (socket.write(data)); })
socket.on('drain', () => { while (socket.write(data)); }).on('error', () => process.exit()).on('close', () => process.exit())
// What still waits to be sent goes with the connection: a socket that closes by and by would be in the next measurement's way.
process.on('SIGTERM', () => socket.resetAndDestroy())
`
/** Counts datagrams until none has come for a second, those too that came while a slow machine left no room for them. */
const counter = `
let count = 0, timer
const isIpv6 = process.argv[1].includes(':')
const overflowed = () => {
  const lines = require('fs').readFileSync(isIpv6 ? '/proc/net/snmp6' : '/proc/net/snmp', 'utf8').split('\\n')
  if (isIpv6) return Number(lines.find((line) => line.startsWith('Udp6RcvbufErrors'))?.split(/\\s+/)[1])
  const [names, values] = lines.filter((line) => line.startsWith('Udp:')).map((line) => line.split(' '))
  return Number(values[names.indexOf('RcvbufErrors')])
}
const before = overflowed()
const end = () => { console.log(count + overflowed() - before); process.exit() }
const socket = require('dgram').createSocket(isIpv6 ? 'udp6' : 'udp4')
socket.on('message', (data, { port, address }) => {
  if (data.length === 1) return socket.send(data, port, address)
  count++
  clearTimeout(timer)
  timer = setTimeout(end, 1000)
})
socket.bind(5202, process.argv[1], () => console.log('ready'))
timer = setTimeout(end, 5000)
`
const sender = `
const [address, count] = process.argv.slice(1)
const socket = require('dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4')
const data = Buffer.alloc(64)
let sent = 0
// Only when both know each other's MAC: what waits for a lost question for it is thrown away.
const knocking = setInterval(() => socket.send('?', 5202, address), 100)
socket.once('message', () => { clearInterval(knocking); more() })
const more = () => {
  for (let n = 0; n < 20 && sent < +count; n++, sent++) socket.send(data, 5202, address)
  if (sent < +count) setTimeout(more, 2)
  else setTimeout(() => process.exit(), 300)
}
`

/** A first connection sends too much until it has found out, and mends that for a while. */
const strideMs = '600'

/**
 * Mbit/s of one connection, once it has come into its stride: on the wire, or, where a link is held at its own receiving
 * end and counts what it drops, as the program was given it.
 */
export async function throughput(from: Place, to: Place, spanMs = 900, counted: 'wire' | 'given' = 'wire') {
  const args = [to.address, strideMs, String(spanMs)]
  const [wire = 0, ms = 1, given = 0] = await transfer(taker, args, giver, [to.address], from, to)
  return ((counted === 'wire' ? wire : given) * 8) / ms / 1000
}

/** Of a hundred datagrams so many do not arrive. */
export async function lossPercent(from: Place, to: Place, count = 2000): Promise<number> {
  const [arrived = 0] = await transfer(counter, [to.address], sender, [to.address, String(count)], from, to)
  return 100 - (arrived / count) * 100
}

async function transfer(
  takes: string,
  takesArgs: readonly string[],
  gives: string,
  givesArgs: readonly string[],
  from: Place,
  to: Place,
): Promise<number[]> {
  const receiving = start('node', ['-e', takes, ...takesArgs], {
    netns: to.netns,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const children: ChildProcess[] = [receiving]
  try {
    await new Promise((resolve) => receiving.stdout?.once('readable', resolve))
    children.push(start('node', ['-e', gives, ...givesArgs], { netns: from.netns, stdio: 'ignore' }))
    const answer = receiving.stdout === null ? '' : await text(receiving.stdout)
    return (answer.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  } finally {
    await Promise.all(children.map(end))
  }
}

const patienceMs = 2_000

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await gone
  clearTimeout(timer)
}

import { createSocket, Socket } from 'node:dgram'
import { createServer, Server } from 'node:net'
import { messageOf } from '../cnm/errors'
import { keyOf, type Netns, type SocketObject } from '../plan/object'
import { BatchError, type Outcome } from './batch-error'
import { start } from './run'

export type ListeningSocket = Socket | Server
/** May give what ends its work on the socket before that is closed. */
export type SocketListener = (object: SocketObject, socket: ListeningSocket) => (() => void) | undefined

/**
 * Sockets that the daemon listens on, on the host and inside sandboxes. Node cannot enter a namespace: a short-lived
 * child is started there, binds them and hands them over.
 */
export interface Sockets {
  /** Opens sockets of one namespace, all or none; one that is open already stays. Throws BatchError. */
  open(netns: Netns, objects: readonly SocketObject[]): Promise<void>
  /** Quiet when it is not open. */
  close(object: SocketObject): Promise<void>
  /** Closes all sockets of a namespace. */
  closeIn(netns: Netns): Promise<void>
  list(): SocketObject[]
  closeAll(): Promise<void>
}

const timeoutMs = 10_000

/**
 * Runs in the child. It is ended with SIGKILL once everything has arrived, before it takes a datagram itself. Where the
 * daemon is killed under it, Node may not tell it (a handle was on its way): it ends by its own clock.
 */
const program = `
setTimeout(() => process.exit(1), ${timeoutMs})
const dgram = require('node:dgram'), net = require('node:net')
const wanted = JSON.parse(process.argv[1])
const fail = (error) => process.send({ error: error.message }, () => process.exit(1))
const next = (index) => {
  if (index === wanted.length) return
  const { protocol, address, port } = wanted[index]
  const ipv6Only = address.includes(':')
  const type = ipv6Only ? 'udp6' : 'udp4'
  const socket = protocol === 'udp' ? dgram.createSocket({ type, ipv6Only }) : net.createServer()
  const hand = () => process.send({}, socket, () => next(index + 1))
  socket.on('error', fail)
  if (protocol === 'udp') socket.bind(port, address, hand)
  else socket.listen({ port, host: address, ipv6Only }, hand)
}
process.on('disconnect', () => process.exit(1))
next(0)
`

export function createSockets(onSocket: SocketListener): Sockets {
  const registry = new Map<string, { object: SocketObject; socket: ListeningSocket; end: (() => void) | undefined }>()

  async function close(object: SocketObject): Promise<void> {
    const entry = registry.get(keyOf(object))
    registry.delete(keyOf(object))
    if (entry === undefined) return
    entry.end?.()
    await closeSocket(entry.socket)
  }
  async function closeMany(objects: readonly SocketObject[]): Promise<void> {
    await Promise.all(objects.map(close))
  }
  const list = () => [...registry.values()].map(({ object }) => object)

  return {
    open: async (netns, objects) => {
      const missing = objects.filter((object) => !registry.has(keyOf(object)))
      if (missing.length === 0) return
      const { sockets, failure } = await (netns === 'host' ? openHere(missing) : receiveSockets(netns, missing))
      if (failure !== undefined) {
        await Promise.all(sockets.map(closeSocket))
        const failed = missing[sockets.length] ?? missing[0]
        throw new BatchError(
          failed === undefined ? 0 : objects.indexOf(failed),
          new Array<Outcome>(objects.length).fill('not-run'),
          failure,
        )
      }
      for (const [index, object] of missing.entries()) {
        const socket = sockets[index]
        if (socket === undefined) continue
        registry.set(keyOf(object), { object, socket, end: onSocket(object, socket) })
      }
    },
    close,
    closeIn: (netns) => closeMany(list().filter((object) => object.netns === netns)),
    list,
    closeAll: () => closeMany(list()),
  }
}

interface Received {
  /** As many as were handed over, in the order asked for. */
  readonly sockets: readonly ListeningSocket[]
  /** Why the one after them could not be had. */
  readonly failure?: string
}

/** The daemon is in the host's namespace itself. */
async function openHere(objects: readonly SocketObject[]): Promise<Received> {
  const sockets: ListeningSocket[] = []
  for (const object of objects) {
    try {
      sockets.push(await openSocket(object))
    } catch (error) {
      return { sockets, failure: messageOf(error) }
    }
  }
  return { sockets }
}

function openSocket({ protocol, address, port }: SocketObject): Promise<ListeningSocket> {
  const ipv6Only = address.includes(':')
  return new Promise((resolve, reject) => {
    if (protocol === 'udp') {
      const socket = createSocket({ type: ipv6Only ? 'udp6' : 'udp4', ipv6Only })
      socket.once('error', reject)
      socket.bind(port, address, () => resolve(socket))
    } else {
      const server = createServer()
      server.once('error', reject)
      server.listen({ port, host: address, ipv6Only }, () => resolve(server))
    }
  })
}

function receiveSockets(netns: Netns, objects: readonly SocketObject[]): Promise<Received> {
  const child = start('node', ['--input-type=commonjs', '-e', program, '--', JSON.stringify(objects)], {
    netns,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const sockets: ListeningSocket[] = []
  let stderr = ''
  return new Promise((resolve) => {
    let failure: string | undefined
    const timer = setTimeout(() => {
      failure = `sockets took longer than ${timeoutMs} ms to open`
      child.kill('SIGKILL')
    }, timeoutMs)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', (error) => {
      failure = error.message
      if (child.pid === undefined) finish()
    })
    child.on('message', (message, handle) => {
      if (handle instanceof Socket || handle instanceof Server) sockets.push(handle)
      failure ??= readFailure(message)
      if (sockets.length === objects.length) child.kill('SIGKILL')
    })
    // Only now has the child stopped taking datagrams.
    child.on('close', finish)
    function finish(): void {
      clearTimeout(timer)
      if (sockets.length === objects.length) resolve({ sockets })
      else resolve({ sockets, failure: failure ?? (stderr.trim() || 'the process that opens sockets ended') })
    }
  })
}

function readFailure(message: unknown): string | undefined {
  const isFailure = typeof message === 'object' && message !== null && 'error' in message
  return isFailure ? String(message.error) : undefined
}

function closeSocket(socket: ListeningSocket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(() => resolve())
    } catch {
      // Its listener has closed it already.
      resolve()
    }
  })
}

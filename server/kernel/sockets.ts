import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { messageOf } from '../cnm/errors'
import { keyOf, type Netns, type SocketObject } from '../plan/object'
import { BatchError, type Outcome } from './batch-error'
import { createSocketOpener, type ListeningSocket, NotOpened } from './socket-opener'

/** May give what ends its work on the socket before that is closed. */
export type SocketListener = (object: SocketObject, socket: ListeningSocket) => (() => void) | undefined

/** Sockets that the daemon listens on, on the host and inside sandboxes. */
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

export function createSockets(onSocket: SocketListener): Sockets {
  const opener = createSocketOpener()
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
      const sockets = await (netns === 'host' ? openHere(missing) : opener.open(netns, missing)).catch((error) => {
        const failed = missing[error instanceof NotOpened ? error.index : 0] as SocketObject
        throw new BatchError(
          objects.indexOf(failed),
          new Array<Outcome>(objects.length).fill('not-run'),
          messageOf(error),
        )
      })
      for (const [index, object] of missing.entries()) {
        const socket = sockets[index]
        if (socket === undefined) continue
        registry.set(keyOf(object), { object, socket, end: onSocket(object, socket) })
      }
    },
    close,
    closeIn: (netns) => closeMany(list().filter((object) => object.netns === netns)),
    list,
    closeAll: async () => {
      await opener.close()
      await closeMany(list())
    },
  }
}

/** The daemon is in the host's namespace itself. All or none; throws NotOpened. */
async function openHere(objects: readonly SocketObject[]): Promise<ListeningSocket[]> {
  const sockets: ListeningSocket[] = []
  for (const [index, object] of objects.entries()) {
    try {
      sockets.push(await openSocket(object))
    } catch (error) {
      await Promise.all(sockets.map(closeSocket))
      throw new NotOpened(index, messageOf(error))
    }
  }
  return sockets
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

import { createSocket, Socket as Datagrams, type RemoteInfo } from 'node:dgram'
import { connect, type Server, type Socket } from 'node:net'
import type { ListeningSocket } from './socket-opener'

export interface RelayTarget {
  readonly address: string
  readonly port: number
}

/** Without a datagram either way for so long, a client is forgotten. */
const quietMs = 60_000
/** Clients of one UDP port at a time; each holds a socket. */
const mostClients = 1_000

/**
 * Hands what comes to a socket of the host's on to a container's port, and answers back. The container sees the host as
 * its client. Gives how to end it: what is on its way is cut.
 */
export function relayPort(socket: ListeningSocket, target: RelayTarget): () => void {
  return socket instanceof Datagrams ? relayDatagrams(socket, target) : relayStreams(socket, target)
}

function relayStreams(server: Server & { allowHalfOpen?: boolean }, { address, port }: RelayTarget): () => void {
  const open = new Set<Socket>()
  const follow = (socket: Socket, other: Socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      other.destroy()
    })
    socket.on('error', () => other.destroy())
    socket.setNoDelay(true)
  }
  // Running out of descriptors is no reason to end.
  server.on('error', () => undefined)
  // One side may have said all that it has to say while it still listens.
  server.allowHalfOpen = true
  server.on('connection', (client: Socket) => {
    const far = connect({ host: address, port, allowHalfOpen: true })
    follow(client, far)
    follow(far, client)
    far.once('connect', () => {
      client.pipe(far)
      far.pipe(client)
    })
  })
  return () => {
    for (const socket of open) socket.destroy()
  }
}

interface Client {
  readonly socket: Datagrams
  timer: NodeJS.Timeout
}

function relayDatagrams(socket: Datagrams, { address, port }: RelayTarget): () => void {
  const clients = new Map<string, Client>()
  const forget = (key: string) => {
    const client = clients.get(key)
    if (!client) return
    clients.delete(key)
    clearTimeout(client.timer)
    client.socket.close()
  }
  const stir = (key: string) => {
    const client = clients.get(key)
    if (!client) return
    clearTimeout(client.timer)
    client.timer = setTimeout(forget, quietMs, key).unref()
  }
  const admit = (key: string, { address: to, port: at }: RemoteInfo): Client => {
    const own = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const client: Client = { socket: own, timer: setTimeout(forget, quietMs, key).unref() }
    clients.set(key, client)
    own.on('message', (answer) => {
      stir(key)
      socket.send(answer, at, to, () => undefined)
    })
    own.on('error', () => forget(key))
    if (clients.size > mostClients) forget(clients.keys().next().value ?? key)
    return client
  }
  socket.on('message', (message, from) => {
    const key = `${from.address} ${from.port}`
    const client = clients.get(key) ?? admit(key, from)
    stir(key)
    client.socket.send(message, port, address, () => undefined)
  })
  return () => {
    for (const key of [...clients.keys()]) forget(key)
  }
}

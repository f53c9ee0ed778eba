import { isIP } from 'node:net'
import { isResolverItself, type Upstream } from '../cnm/network-names'
import { codeNameOf } from './message'
import { headerBytes } from './question'
import { ask } from './upstream'

export interface ForwardOptions {
  /** How long one upstream may take. */
  timeoutMs: number
  /** Questions that wait for upstreams, all sandboxes together; further ones get SERVFAIL. */
  maxForwarded: number
  /** So long a server that did not answer is asked after all others. */
  silenceMs: number
}

/** What became of a forwarded question. */
export interface Forwarded {
  /** Undefined: nobody answered. */
  readonly response?: Buffer
  readonly server?: string
  /** Servers that were asked before, and failed. */
  readonly tried: readonly string[]
  /** Too many wait already: nobody was asked. */
  readonly isBusy?: true
}

type Transport = 'udp' | 'tcp'

/** Docker asks the first three. */
const mostAsked = 3
const failures = ['SERVFAIL', 'REFUSED']

/**
 * Asks servers in their order until one answers. A question that waits already is not asked a second time: whoever asks
 * it, too, gets the same answer, so that two resolvers which forward to each other do not keep each other busy.
 */
export function createForwarder(options: ForwardOptions) {
  const waiting = new Map<string, Promise<Buffer | undefined>>()
  const silentUntil = new Map<string, number>()
  let count = 0

  return async function forward(servers: readonly Upstream[], query: Buffer, transport: Transport): Promise<Forwarded> {
    if (count >= options.maxForwarded) return { tried: [], isBusy: true }
    count++
    try {
      return await askInOrder(servers, query, transport)
    } finally {
      count--
    }
  }

  /** A server that fails or refuses leaves it to the next; what the last of them said is kept. */
  async function askInOrder(servers: readonly Upstream[], query: Buffer, transport: Transport): Promise<Forwarded> {
    const tried: string[] = []
    let last: Buffer | undefined
    let lastServer: string | undefined
    for (const server of inOrder(servers)) {
      const name = nameOf(server)
      const response = await askOnce(server, name, query, transport)
      if (response && !failures.includes(codeNameOf(response))) return { response, server: name, tried }
      if (response) [last, lastServer] = [response, name]
      tried.push(name)
    }
    if (!last || lastServer === undefined) return { tried }
    return { response: last, server: lastServer, tried: tried.filter((name) => name !== lastServer) }
  }

  async function askOnce(server: Upstream, name: string, query: Buffer, transport: Transport) {
    const key = `${name} ${transport} ${query.toString('latin1', 2)}`
    const known = waiting.get(key)
    const answer = known ?? askAndNote(server, name, query, transport).finally(() => waiting.delete(key))
    if (!known) waiting.set(key, answer)
    const response = await answer
    if (!response) return undefined
    const copy = known ? Buffer.from(response) : response
    query.copy(copy, 0, 0, 2)
    return copy
  }

  async function askAndNote(server: Upstream, name: string, query: Buffer, transport: Transport) {
    const began = performance.now()
    // A host without IPv6 cannot even ask a server that has no other address.
    const response = await ask(server, query, transport, options.timeoutMs).catch(() => undefined)
    if (response) silentUntil.delete(name)
    else if (performance.now() - began >= options.timeoutMs / 2) {
      silentUntil.set(name, performance.now() + options.silenceMs)
    }
    return response && response.length >= headerBytes ? response : undefined
  }

  /** Servers that were silent lately come last. */
  function inOrder(servers: readonly Upstream[]): Upstream[] {
    const usable = servers.filter(({ address }) => isIP(address) && !isResolverItself(address)).slice(0, mostAsked)
    if (silentUntil.size === 0) return usable
    const now = performance.now()
    const isSilent = (server: Upstream) => (silentUntil.get(nameOf(server)) ?? 0) > now
    for (const [name, until] of silentUntil) if (until <= now) silentUntil.delete(name)
    return [...usable.filter((server) => !isSilent(server)), ...usable.filter(isSilent)]
  }
}

/** "9.9.9.9", "9.9.9.9:5353". */
function nameOf({ address, port }: Upstream): string {
  if (port === 53) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

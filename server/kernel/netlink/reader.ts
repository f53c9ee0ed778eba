import { readFile, readlink } from 'node:fs/promises'
import { isPatchbayError, PatchbayError } from '../../cnm/errors'
import type { FoundNetns, NetCounters, NetnsId, NetnsState } from '../../cnm/netns-state'
import { sentence } from '../../cnm/sentence'
import type { NetnsPart, NetnsReader, NetSocket, NftTable } from '../netns-contract'
import { type Agent, startAgent } from './agent'
import { decodeCounters } from './decode-link'
import { joinFound, parseElsewhere, parseMounts, parseProcesses, parseTunHolders, waysInto } from './find'
import { type Listener, listenerRequests, listenersIn } from './inet-diag'
import { attributesIn, dumpRequest, messagesIn, messageTypes, numberAttribute } from './message'
import { nftRulesIn, nftRulesRequest, nftTablesIn, nftTablesRequest, rawNftRulesIn } from './nft-tables'
import { collectState, countersRequest, requestsFor } from './state'
import { createWatches } from './watches'

const allParts = Object.keys(requestsFor) as NetnsPart[]
/** A table that never holds still is taken as it is. */
const mostAttempts = 4
const lingerMs = 30_000
const netnsAttribute = { id: 1, target: 4, current: 5 }

/** Reads namespaces over netlink, by way of one process that lives no longer than it is needed. */
export function createNetnsReader(): NetnsReader {
  let agent: Agent | null = null
  let lingering: NodeJS.Timeout | undefined
  /** What the daemon's namespace calls others, both ways; known only while it would be heard that one is gone. */
  const numbers = new Map<NetnsId, number>()
  const numbered = new Map<number, NetnsId>()
  const watches = createWatches({ ask, number, gone: forgetNumber })

  function ask(
    letter: string,
    body: Buffer = Buffer.alloc(0),
    onDatagram?: (datagram: Buffer) => void,
  ): Promise<Buffer> {
    clearTimeout(lingering)
    agent ??= startAgent(watches.take, () => {
      agent = null
      watches.restart()
    })
    return agent.ask(letter, body, onDatagram).finally(linger)
  }

  /** By the first way into it that leads there. */
  async function askIn(
    netns: FoundNetns,
    letter: string,
    requests: readonly Buffer[],
    onDatagram?: (datagram: Buffer) => void,
  ): Promise<Buffer> {
    const [path = '', ...others] = waysInto(netns)
    let answer = ask(letter, placed(netns.id, path, requests), onDatagram)
    for (const other of others) {
      answer = answer.catch((error: unknown) => {
        if (!isPatchbayError(error) || error.kind !== 'not-found') throw error
        return ask(letter, placed(netns.id, other, requests), onDatagram)
      })
    }
    return answer
  }

  function linger(): void {
    clearTimeout(lingering)
    lingering = setTimeout(() => {
      if (!agent?.isIdle || watches.areNeeded) return
      const leaving = agent
      agent = null
      void leaving.close()
    }, lingerMs)
    lingering.unref()
  }

  /** What the daemon's namespace calls that one; made up if nobody did so before. */
  async function number(netns: FoundNetns): Promise<number> {
    const known = watches.areNeeded ? numbers.get(netns.id) : undefined
    if (known !== undefined) return known
    const asked = (await askIn(netns, 'W', [])).readInt32LE(0)
    numbers.set(netns.id, asked)
    numbered.set(asked, netns.id)
    return asked
  }

  function forgetNumber(number: number | null): void {
    for (const [id, known] of numbers) {
      if (number !== null && known !== number) continue
      numbers.delete(id)
      numbered.delete(known)
    }
  }

  async function find(): Promise<FoundNetns[]> {
    const [found, mountinfo, own] = await Promise.all([
      ask('F'),
      readFile('/proc/self/mountinfo', 'utf8'),
      readlink('/proc/self/ns/net'),
    ])
    const host = own.slice('net:['.length, -1)
    const end = 4 + found.readUInt32LE(0)
    const [processes, elsewhere] = [found.subarray(4, end), found.subarray(end)]
    return joinFound(host, parseProcesses(processes), parseMounts(mountinfo), parseElsewhere(elsewhere))
  }

  async function read(netns: FoundNetns, parts: readonly NetnsPart[] = allParts): Promise<NetnsState> {
    const requests = parts.flatMap((part) => requestsFor[part])
    for (let attempt = 1; ; attempt++) {
      const collector = collectState(netns.id)
      await askIn(netns, 'R', requests, collector.take)
      if (collector.errno !== null) {
        throw new PatchbayError(
          'system',
          sentence`the kernel does not tell what is in a network namespace: error ${collector.errno}`,
        )
      }
      if (!collector.isInterrupted || attempt === mostAttempts) return collector.state
    }
  }

  async function readCounters(netns: FoundNetns): Promise<ReadonlyMap<number, NetCounters>> {
    const counters = new Map<number, NetCounters>()
    await askIn(netns, 'R', [countersRequest], (datagram) => {
      for (const { type, body } of messagesIn(datagram)) {
        if (type === messageTypes.newCounters) counters.set(...decodeCounters(body))
      }
    })
    return counters
  }

  async function nftTables(netns: FoundNetns): Promise<NftTable[]> {
    const tables: NftTable[] = []
    await askIn(netns, 'N', [nftTablesRequest], (datagram) => tables.push(...nftTablesIn(datagram)))
    return tables
  }

  async function countNftRules(netns: FoundNetns, counts: (table: NftTable) => boolean): Promise<number> {
    let count = 0
    await askIn(netns, 'N', [nftRulesRequest], (datagram) => {
      for (const table of nftRulesIn(datagram)) if (counts(table)) count += 1
    })
    return count
  }

  async function rawNftRules(netns: FoundNetns): Promise<Buffer> {
    const rules: Buffer[] = []
    await askIn(netns, 'N', [nftRulesRequest], (datagram) => rules.push(...rawNftRulesIn(datagram)))
    return Buffer.concat(rules)
  }

  async function listeners(netns: FoundNetns): Promise<NetSocket[]> {
    const answers: (Listener[] | undefined)[] = []
    await askIn(netns, 'S', listenerRequests, (datagram) => answers.push(listenersIn(datagram)))
    if (answers.includes(undefined)) throw new PatchbayError('system', sentence`this kernel does not tell who listens`)
    const found = answers.flatMap((some) => some ?? [])
    if (!found.some(({ linkIndex }) => linkIndex > 0)) return found
    const { links } = await read(netns, ['links'])
    const names = new Map(links.map(({ index, name }) => [index, name]))
    return found.map((one) => ({ ...one, link: names.get(one.linkIndex) ?? null }))
  }

  async function texts(netns: FoundNetns, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const answer = await askIn(
      netns,
      'P',
      paths.map((path) => Buffer.from(path)),
    )
    const found = new Map<string, string>()
    let at = 0
    for (const path of paths) {
      const length = answer.readUInt32LE(at + 1)
      if (answer[at] === 1) found.set(path, answer.toString('utf8', at + 5, at + 5 + length))
      at += 5 + length
    }
    return found
  }

  async function peers(netns: FoundNetns, others: readonly FoundNetns[]): Promise<ReadonlyMap<number, NetnsId>> {
    if (!watches.areNeeded) forgetNumber(null)
    // One that has gone meanwhile leads nowhere.
    await Promise.allSettled(others.filter(({ id }) => !numbers.has(id)).map(number))
    return netns.isHost ? new Map(numbered) : numbersOf(await number(netns))
  }

  /** The kernel tells of that namespace's numbers what they are called here: RTM_GETNSID with a target. */
  async function numbersOf(target: number): Promise<ReadonlyMap<number, NetnsId>> {
    const found = new Map<number, NetnsId>()
    const request = dumpRequest(
      messageTypes.getNetnsId,
      Buffer.concat([Buffer.alloc(4), numberAttribute(netnsAttribute.target, target)]),
    )
    await ask('R', placed('0', '', [request]), (datagram) => {
      for (const { type, body } of messagesIn(datagram)) {
        if (type !== messageTypes.newNetnsId) continue
        const attributes = attributesIn(body, 4)
        const there = attributes.get(netnsAttribute.id)?.readInt32LE(0)
        const id = numbered.get(attributes.get(netnsAttribute.current)?.readInt32LE(0) ?? -1)
        if (there !== undefined && id !== undefined) found.set(there, id)
      }
    })
    return found
  }

  return {
    find,
    read,
    readCounters,
    texts,
    nftTables,
    rawNftRules,
    countNftRules,
    listeners,
    peers,
    tunHolders: async () => parseTunHolders(await ask('U')),
    watch: watches.watch,
    watchFound: watches.watchFound,
    watchRules: watches.watchRules,
    async close() {
      clearTimeout(lingering)
      watches.close()
      const leaving = agent
      agent = null
      await leaving?.close()
    },
  }
}

/** As the agent takes it: the namespace's number in nsfs, then texts with their length. */
function placed(id: NetnsId, path: string, requests: readonly Buffer[]): Buffer {
  const inode = Buffer.alloc(4)
  inode.writeUInt32LE(Number(id))
  return Buffer.concat([inode, ...[Buffer.from(path), ...requests].flatMap(behindLength)])
}

function behindLength(bytes: Buffer): Buffer[] {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return [length, bytes]
}

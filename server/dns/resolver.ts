import { Socket as UdpSocket } from 'node:dgram'
import type { Netns } from '../plan/object'
import { type Compiled, compile, writeAnswer } from './answer'
import type { Cause, Found, NameSource, Resolver, SandboxNames } from './contract'
import { joinAnswers, questionFor, shownAnswers } from './follow'
import { createForwarder, type ForwardOptions } from './forward'
import { presentationOf } from './lookup'
import { bareReply, codeNameOf, cutTo, isResponse, opcodeOf, type ResponseCode } from './message'
import { createQueryLog } from './query-log'
import * as question from './question'
import { type ServeOptions, serveTcp, serveUdp } from './serve'

export interface ResolverOptions extends ForwardOptions, ServeOptions {
  /** Questions of one sandbox that wait for upstreams over one transport, so that none takes the place of all others. */
  maxOfOne: number
}

const defaults: ResolverOptions = {
  timeoutMs: 4_000,
  maxForwarded: 2_048,
  maxOfOne: 512,
  silenceMs: 30_000,
  idleMs: 10_000,
  maxConnections: 64,
}

const longestMessage = 0xffff
/** Answers kept ready for one sandbox; when there are more, all are forgotten. */
const mostReady = 500

type Transport = 'udp' | 'tcp'

/** What a sandbox asked lately, and the answers to it. */
interface Desk {
  generation: number
  names: SandboxNames | undefined
  /** Questions that wait for upstreams. */
  waiting: number
  /** By the question as it came, in its letters' case. */
  readonly ready: Map<string, Ready>
}

type Ready = Compiled & { readonly name: string; readonly type: string }

/** A question on its way. */
interface Asked {
  readonly desk: Desk
  readonly raw: Buffer
  readonly transport: Transport
  readonly began: number
}

/** A question that could be read. */
interface Query extends Asked {
  readonly name: string
  readonly type: string
  /** Offset behind the question. */
  readonly end: number
  /** What a UDP answer may measure by EDNS; 0: the client has none. */
  readonly edns: number
}

/**
 * The embedded resolver, as Docker's at 127.0.0.11: names of containers and records of networks from the source, all
 * else from the upstreams in their order, asked from the daemon's own namespace. Never throws for anything that comes in.
 */
export function createResolver(source: NameSource, options: Partial<ResolverOptions> = {}): Resolver {
  const limits = { ...defaults, ...options }
  const log = createQueryLog()
  const forward = createForwarder(limits)

  /** At once where the same question was answered before and nothing has changed since. */
  function respond(desk: Desk, netns: Netns, raw: Buffer, transport: Transport): Buffer | Promise<Buffer | undefined> {
    const asked = { desk, raw, transport, began: performance.now() }
    if (desk.generation !== source.generation && !refreshSafely(desk, netns)) return refuse(asked)
    const end = question.plainEnd(raw)
    const ready = end === 0 ? undefined : desk.ready.get(raw.toString('latin1', question.headerBytes, end))
    return ready ? give(asked, ready, end, question.plainEdnsBytes(raw, end)) : respondSafely(asked, end)
  }

  /** False where the source cannot say; it is asked again with the next question. */
  function refreshSafely(desk: Desk, netns: Netns): boolean {
    desk.ready.clear()
    try {
      desk.names = source.of(netns)
    } catch {
      desk.names = undefined
      return false
    }
    desk.generation = source.generation
    return true
  }

  function give(asked: Asked, ready: Ready, end: number, edns: number): Buffer {
    const { turn } = ready
    const answer = writeAnswer(ready, asked.raw, end, edns, limitOf(asked.transport, edns))
    note(asked, ready, 'NOERROR', ready.cause, ready.shown, ready.fixedCount, turn)
    return answer
  }

  /** A source that throws is answered like an upstream that fails. */
  async function respondSafely(asked: Asked, plainEnd: number): Promise<Buffer | undefined> {
    try {
      return await respondFully(asked, plainEnd)
    } catch {
      return refuse(asked)
    }
  }

  async function refuse(asked: Asked): Promise<Buffer | undefined> {
    const { raw } = asked
    if (raw.length < question.headerBytes || isResponse(raw)) return undefined
    return fail(asked, unread, 'SERVFAIL', { from: 'refusal', reason: 'error' })
  }

  async function respondFully(asked: Asked, plainEnd: number): Promise<Buffer | undefined> {
    const { desk, raw } = asked
    // What is itself an answer must not be answered: two resolvers would keep each other busy.
    if (raw.length < question.headerBytes || isResponse(raw)) return undefined
    if (opcodeOf(raw) !== 0) return fail(asked, unread, 'NOTIMP', malformed)
    const read = readQuery(raw, plainEnd)
    if (!read) return fail(asked, unread, 'FORMERR', malformed)
    const query = { ...asked, ...read }
    const found = read.isInternet ? desk.names?.find(read.name.toLowerCase(), read.type) : undefined
    if (!found || found.follow !== null) return forwardQuery(query, found)
    const ready = { ...compile(found, read.name), name: read.name, type: read.type }
    if (plainEnd !== 0) keep(desk, raw.toString('latin1', question.headerBytes, plainEnd), ready)
    return give(asked, ready, read.end, read.edns)
  }

  /** `found`: records of ours that lead to a name which is not. */
  async function forwardQuery(query: Query, found: Found | undefined): Promise<Buffer> {
    const { desk, raw, transport, name } = query
    const way = desk.names?.upstreams()
    if (!way) return fail(query, query, 'SERVFAIL', { from: 'refusal', reason: 'no-server' })
    if (way.keepsShortNames && !found && isShortAddressQuery(query)) {
      return fail(query, query, 'NOERROR', { from: 'refusal', reason: 'short-name' })
    }
    if (way.refusal) return fail(query, query, 'SERVFAIL', { from: 'refusal', reason: way.refusal })
    const asked = found?.follow == null ? raw : questionFor(found.follow, raw)
    const { response, server, tried, isBusy } = await forwardFairly(desk, way.servers, asked, transport)
    if (isBusy) return fail(query, query, 'SERVFAIL', { from: 'refusal', reason: 'busy' })
    if (!response || server === undefined) return fail(query, query, 'SERVFAIL', { from: 'silence', tried })
    const answer = found ? joinAnswers(raw, name, found.records, response) : response
    const shown = [...(found?.records ?? []).map(({ data }) => presentationOf(data)), ...shownAnswers(response)]
    note(query, query, codeNameOf(answer), { from: 'upstream', server, tried }, shown, shown.length, 0)
    return cutTo(limitOf(transport, query.edns), raw, answer)
  }

  async function forwardFairly(desk: Desk, ...question: Parameters<typeof forward>): ReturnType<typeof forward> {
    if (desk.waiting >= limits.maxOfOne) return { tried: [], isBusy: true }
    desk.waiting++
    try {
      return await forward(...question)
    } finally {
      desk.waiting--
    }
  }

  function fail(asked: Asked, read: Named, code: ResponseCode, cause: Cause): Buffer {
    note(asked, read, code, cause, [], 0, 0)
    return bareReply(asked.raw, code)
  }

  function note(
    { desk, transport, began }: Asked,
    { name, type }: Named,
    code: string,
    cause: Cause,
    answers: readonly string[],
    fixed: number,
    turn: number,
  ): void {
    const durationMs = performance.now() - began
    log.record({ asker: desk.names?.asker, transport, name, type, code, cause, answers, fixed, turn, durationMs })
  }

  return {
    queries: log,
    listen(netns, socket) {
      const desk: Desk = { generation: Number.NaN, names: undefined, waiting: 0, ready: new Map() }
      if (socket instanceof UdpSocket) serveUdp(socket, (raw) => respond(desk, netns, raw, 'udp'))
      else serveTcp(socket, limits, (raw) => respond(desk, netns, raw, 'tcp'))
    },
  }
}

type Named = Pick<Query, 'name' | 'type'>

const unread: Named = { name: '', type: '' }
const malformed = { from: 'refusal', reason: 'malformed' } as const

function keep(desk: Desk, key: string, ready: Ready): void {
  if (desk.ready.size >= mostReady) desk.ready.clear()
  desk.ready.set(key, ready)
}

function limitOf(transport: Transport, edns: number): number {
  return transport === 'tcp' ? longestMessage : question.udpLimit(edns)
}

/** Undefined for what is no query of one question. */
function readQuery(raw: Buffer, plainEnd: number): (Omit<Query, keyof Asked> & { isInternet: boolean }) | undefined {
  const end = plainEnd === 0 ? question.questionEnd(raw) : plainEnd
  if (end === 0 || raw.readUInt16BE(4) !== 1) return undefined
  const edns = plainEnd === 0 ? ednsSafely(raw) : question.plainEdnsBytes(raw, end)
  if (edns === undefined) return undefined
  return {
    ...{ end, edns },
    name: question.nameAt(raw),
    type: question.typeAt(raw, end),
    isInternet: question.isInternetClass(raw, end),
  }
}

function ednsSafely(raw: Buffer): number | undefined {
  try {
    return question.ednsBytes(raw)
  } catch {
    return undefined
  }
}

function isShortAddressQuery({ name, type }: Query): boolean {
  return (type === 'A' || type === 'AAAA') && name !== '' && !name.includes('.')
}

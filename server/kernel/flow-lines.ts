import type { Flow, FlowSide } from './netns-contract'

export type FlowEventType = 'new' | 'update' | 'destroy'

/** One line of `conntrack -E -o extended,id`: `[NEW] ipv4 2 tcp 6 120 SYN_SENT src=…`; undefined for anything else. */
export function parseFlowEvent(line: string): { type: FlowEventType; flow: Flow } | undefined {
  const [, type, rest = ''] = /^\s*\[(NEW|UPDATE|DESTROY)\]\s+(.*)$/.exec(line) ?? []
  const flow = type === undefined ? undefined : parseFlowLine(rest)
  return flow && { type: type?.toLowerCase() as FlowEventType, flow }
}

/** What `parseFlowLine` understands, at a glance. */
export function isFlowLine(line: string): boolean {
  return line.startsWith('ipv') && line.includes(' src=')
}

/**
 * One line of `conntrack -L -o extended,id`: family, its number, protocol, its number, timeout, state where the protocol
 * has one, then both directions, with flags between and behind. Undefined for anything else.
 */
export function parseFlowLine(line: string): Flow | undefined {
  const [family, , protocol, , ...words] = line.trim().split(/\s+/)
  if ((family !== 'ipv4' && family !== 'ipv6') || protocol === undefined) return undefined
  const timeout = /^\d+$/.test(words[0] ?? '') ? Number(words.shift()) : null
  const state = /^[A-Z][A-Z0-9_]*$/.test(words[0] ?? '') ? (words.shift() ?? null) : null
  const sides: Map<string, string>[] = []
  const values = new Map<string, string>()
  const flags: string[] = []
  for (const word of words) {
    const flag = /^\[(.+)\]$/.exec(word)?.[1]
    if (flag !== undefined) flags.push(flag)
    else take(word, sides, values)
  }
  const [original, reply] = sides.map(sideOf)
  if (original === undefined || reply === undefined) return undefined
  return {
    id: values.get('id') ?? null,
    family,
    protocol,
    state,
    timeout,
    original,
    reply,
    flags,
    mark: Number(values.get('mark') ?? 0),
    zone: numberOf(values.get('zone')),
  }
}

/** Names of values that stand in each direction; others are the whole connection's. */
const sideNames = new Set(['src', 'dst', 'sport', 'dport', 'type', 'code', 'packets', 'bytes', 'srckey', 'dstkey'])

/** `src=` begins a direction. An `id=` is that of an echo where type and code stand before it, else the connection's. */
function take(word: string, sides: Map<string, string>[], values: Map<string, string>): void {
  const at = word.indexOf('=')
  if (at < 1) return
  const [name, value] = [word.slice(0, at), word.slice(at + 1)]
  if (name === 'src') sides.push(new Map())
  const side = sides.at(-1)
  const isOfEcho = name === 'id' && side?.has('code') === true && !side.has('id')
  if (side !== undefined && (sideNames.has(name) || isOfEcho)) side.set(name, value)
  else values.set(name, value)
}

function sideOf(values: ReadonlyMap<string, string>): FlowSide {
  return {
    source: values.get('src') ?? '',
    destination: values.get('dst') ?? '',
    sourcePort: numberOf(values.get('sport')),
    destinationPort: numberOf(values.get('dport')),
    packets: numberOf(values.get('packets')),
    bytes: numberOf(values.get('bytes')),
  }
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text)
}

import type { Place, TraceProtocol, TraceQuestion } from '@/server/observe/trace/contract'
import { isAddress } from './address'

/** A place as it stands in a page's address: "container:<id>", "namespace:<id>", "host", "address:…", "name:…". */
export function formatPlace(place: Place): string {
  switch (place.kind) {
    case 'host':
      return 'host'
    case 'address':
      return `address:${place.address}`
    case 'name':
      return `name:${place.name}`
    default:
      return `${place.kind}:${place.id}`
  }
}

/** Undefined for what is no place, or not a whole one. */
export function parsePlace(text: string): Place | undefined {
  const [, kind, value = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? ['', text]
  if (kind === 'host') return { kind }
  if (value === '') return undefined
  if (kind === 'container' || kind === 'namespace') return { kind, id: value }
  if (kind === 'name') return { kind, name: value }
  return kind === 'address' && isAddress(value) ? { kind, address: value } : undefined
}

export const protocols = ['tcp', 'udp', 'icmp'] as const satisfies readonly TraceProtocol[]

/** What the form holds: text, as somebody types it. */
export interface TraceDraft {
  readonly from: string
  readonly to: string
  readonly protocol: TraceProtocol
  readonly port: string
  /** Of tcp and udp: a new one, or one that is there already. */
  readonly connection: 'new' | 'existing'
}

export function readDraft(parameters: URLSearchParams): TraceDraft {
  const protocol = protocols.find((known) => known === parameters.get('protocol')) ?? 'tcp'
  return {
    ...{ from: parameters.get('from') ?? '', to: parameters.get('to') ?? '' },
    ...{ protocol, port: parameters.get('port') ?? '80' },
    connection: parameters.get('connection') === 'existing' ? 'existing' : 'new',
  }
}

/** Undefined while something is missing or cannot be. */
export function questionOf({
  from: fromText,
  to: toText,
  protocol,
  port: portText,
  connection,
}: TraceDraft): TraceQuestion | undefined {
  const [from, to] = [parsePlace(fromText), parsePlace(toText)]
  if (!from || from.kind === 'name' || !to) return undefined
  if (protocol === 'icmp') return { from, to, protocol }
  const port = Number(portText)
  const isPort = /^\d{1,5}$/.test(portText) && port >= 1 && port <= 65_535
  if (!isPort) return undefined
  return { from, to, protocol, port, ...(connection === 'existing' ? { isExisting: true } : {}) }
}

/** The page that explains a question. */
export function traceHref(draft: { readonly [Key in keyof TraceDraft]?: TraceDraft[Key] | undefined }): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(draft)) if (value) parameters.set(key, value)
  return `/trace?${parameters}`
}

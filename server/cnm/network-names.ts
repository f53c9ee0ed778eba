import { canonicalAddress, isOfOneHost, parseAddress } from './address'
import { PatchbayError } from './errors'
import { checkDnsName, shown } from './names'
import { type Said, type Sentence, sentence } from './sentence'

export const recordTypes = ['A', 'AAAA', 'CNAME', 'TXT', 'SRV', 'MX'] as const
export type RecordType = (typeof recordTypes)[number]

/** A record that the resolver answers on one network beside the names of containers. */
export interface NameRecord {
  /** Without the last dot; "*.apps" stands for every name below. */
  readonly name: string
  readonly type: RecordType
  /** As in a zone file: an address, a name, a text, "priority weight port target", "preference exchange". */
  readonly value: string
}

/** What a network adds to the resolver of its containers. */
export interface NetworkNames {
  /** Servers that other questions go to instead of the host's: "9.9.9.9", "[2001:db8::53]:5353". */
  readonly upstreams: readonly string[]
  readonly records: readonly NameRecord[]
}

export const plainNames: NetworkNames = { upstreams: [], records: [] }

/** A name server and its port. */
export interface Upstream {
  readonly address: string
  readonly port: number
}

/** A record's value by its parts. */
export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME' | 'PTR'; readonly target: string }
  | { readonly type: 'TXT'; readonly text: string }
  | {
      readonly type: 'SRV'
      readonly priority: number
      readonly weight: number
      readonly port: number
      readonly target: string
    }
  | { readonly type: 'MX'; readonly preference: number; readonly target: string }

/** Docker asks no more than three either. */
export const mostUpstreams = 3
export const mostRecords = 1_000
const longestTextBytes = 2_000
const dnsPort = 53
const resolverAddress = '127.0.0.11'

/** Every value in the one way to write it. Throws PatchbayError ("invalid-parameter") that names row and value. */
export function checkNetworkNames(raw: NetworkNames): NetworkNames {
  if (raw.upstreams.length > mostUpstreams) {
    throw invalid(
      'upstreams',
      sentence`${raw.upstreams.length} upstream servers are given; at most ${mostUpstreams} are asked`,
    )
  }
  if (raw.records.length > mostRecords) {
    throw invalid('records', sentence`${raw.records.length} records are given; a network takes at most ${mostRecords}`)
  }
  const upstreams = raw.upstreams.map((text, row) => formatUpstream(parseUpstream(text, `upstreams.${row}`)))
  const records = raw.records.map(checkRecord)
  checkRepeated(upstreams, 'upstreams', (text) => sentence`upstream server ${text} is given twice; leave one out`)
  checkRepeated(
    records.map(({ name, type, value }) => `${name.toLowerCase()} ${type} ${value}`),
    'records',
    (text) => sentence`record ${shown(text)} is given twice; leave one out`,
  )
  checkCanonicalNames(records)
  return { upstreams, records }
}

/** "9.9.9.9", "9.9.9.9:5353", "2001:db8::53", "[2001:db8::53]:5353". Throws for anything else. */
export function parseUpstream(text: string, field = 'upstreams'): Upstream {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^[\]]*?))(?::(\d{1,5}))?$/.exec(text.trim()) ?? []
  const isBare = parseAddress(text.trim()) !== undefined
  const address = isBare ? text.trim() : (bracketed ?? plain ?? '')
  const port = isBare || portText === undefined ? dnsPort : Number(portText)
  if (parseAddress(address) === undefined || (bracketed !== undefined && !address.includes(':'))) {
    throw invalid(
      field,
      sentence`upstream server ${shown(text)} is not an address: write 9.9.9.9, 9.9.9.9:5353, 2001:db8::53 or [2001:db8::53]:5353`,
    )
  }
  if (port < 1 || port > 65_535) {
    throw invalid(field, sentence`upstream server ${shown(text)} has port ${port}; ports are 1 to 65535`)
  }
  const canonical = canonicalAddress(address)
  if (isResolverItself(canonical)) {
    throw invalid(
      field,
      sentence`upstream server ${shown(text)} is the resolver itself; name the server that it shall ask`,
    )
  }
  if (!isOfOneHost(canonical)) {
    throw invalid(field, sentence`upstream server ${shown(text)} is no single address; name one server`)
  }
  return { address: canonical, port }
}

/** Also written as an IPv6 address that stands for it. */
export function isResolverItself(address: string): boolean {
  return address === resolverAddress || canonicalAddress(address) === '::ffff:7f00:b'
}

function formatUpstream({ address, port }: Upstream): string {
  if (port === dnsPort) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function checkRecord(raw: NameRecord, row: number): NameRecord {
  const name = checkDnsName(raw.name.replace(/\.$/, ''), `names.records.${row}.name`, {
    word: sentence`record`,
    wildcard: true,
  })
  if (!recordTypes.includes(raw.type)) {
    throw invalid(
      `records.${row}.type`,
      sentence`record type ${shown(raw.type)} is not known; there are ${recordTypes}`,
    )
  }
  const value = raw.type === 'TXT' ? raw.value : raw.value.trim()
  const data = parseRecord({ ...raw, name, value }, `records.${row}.value`)
  return { name, type: raw.type, value: formatRecord(data) }
}

/** The parts of a record's value. Throws PatchbayError ("invalid-parameter") where it does not fit the type. */
export function parseRecord({ name, type, value }: NameRecord, field = 'records'): RecordData {
  const bad = (right: Said) =>
    invalid(field, sentence`record ${name}: ${type} value ${shown(value)} is not valid; it must be ${right}`)
  switch (type) {
    case 'A':
    case 'AAAA': {
      const address = parseAddress(value)
      const right = type === 'A' ? sentence`an IPv4 address, as 10.0.0.9` : sentence`an IPv6 address, as fd00::9`
      if (address?.family !== (type === 'A' ? 'ipv4' : 'ipv6')) throw bad(right)
      return { type, address: canonicalAddress(value) }
    }
    case 'CNAME':
      return { type, target: targetOf(value, () => bad(sentence`the name that it leads to, as db.example.com`)) }
    case 'TXT':
      if (value === '' || Buffer.byteLength(value) > longestTextBytes || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) {
        throw bad(sentence`1 to ${longestTextBytes} bytes of text without characters that cannot be seen`)
      }
      return { type, text: value }
    case 'MX': {
      const [, preference, target = ''] = /^(\d{1,5})\s+(\S+)$/.exec(value) ?? []
      const error = () => bad(sentence`preference and mail server, as 10 mail.example.com`)
      return { type, preference: numberOf(preference, error), target: targetOf(target, error) }
    }
    case 'SRV': {
      const [, priority, weight, port, target = ''] = /^(\d{1,5})\s+(\d{1,5})\s+(\d{1,5})\s+(\S+)$/.exec(value) ?? []
      const error = () => bad(sentence`priority, weight, port and target, as 10 5 8080 web`)
      const [first, second, third] = [priority, weight, port].map((text) => numberOf(text, error))
      return { type, priority: first ?? 0, weight: second ?? 0, port: third ?? 0, target: targetOf(target, error) }
    }
  }
}

function formatRecord(data: RecordData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address
    case 'TXT':
      return data.text
    case 'MX':
      return `${data.preference} ${data.target}`
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${data.target}`
    default:
      return data.target
  }
}

function targetOf(text: string, error: () => PatchbayError): string {
  const name = text.replace(/\.$/, '')
  try {
    return checkDnsName(name, 'value')
  } catch {
    throw error()
  }
}

function numberOf(text: string | undefined, error: () => PatchbayError): number {
  const value = Number(text ?? 'none')
  if (Number.isInteger(value) && value <= 0xffff) return value
  throw error()
}

/** A name that leads to another one has no other records (RFC 1034, 3.6.2), and must not lead back to itself. */
function checkCanonicalNames(records: readonly NameRecord[]): void {
  const targets = new Map<string, string>()
  for (const [row, { name, type, value }] of records.entries()) {
    if (type !== 'CNAME') continue
    if (records.some((other, at) => at !== row && other.name.toLowerCase() === name.toLowerCase())) {
      throw invalid(
        `records.${row}.name`,
        sentence`record ${name} leads to ${value} (CNAME), so it can have no other records`,
      )
    }
    targets.set(name.toLowerCase(), value.toLowerCase())
  }
  for (const [row, { name, type }] of records.entries()) {
    if (type !== 'CNAME') continue
    let at: string | undefined = name.toLowerCase()
    for (let steps = 0; at !== undefined && steps <= targets.size; steps++) at = targets.get(at)
    if (at !== undefined) {
      throw invalid(
        `records.${row}.value`,
        sentence`record ${name} leads back to itself by its CNAME records; break the circle`,
      )
    }
  }
}

function checkRepeated(texts: readonly string[], field: string, message: (text: string) => Sentence): void {
  const row = texts.findIndex((text, at) => texts.indexOf(text) < at)
  const text = texts[row]
  if (text !== undefined) throw invalid(`${field}.${row}`, message(text))
}

function invalid(field: string, message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: `names.${field}` })
}

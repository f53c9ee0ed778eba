import { formatAddress, parseAddress } from '../cnm/address'
import type { Lease } from '../cnm/lease'

/** What a client's environment says, as its script wrote it: NAME=value, apart by NUL. All of it comes from the network. */
export function parseLeaseFile(text: string, writtenAt: Date): Lease | undefined {
  const values = new Map(text.split('\0').map((entry) => partsOf(entry)))
  const event = values.get('event')
  const address = ipv4Of(values.get('ip'))
  const prefix = prefixOf(values)
  if ((event !== 'bound' && event !== 'renew') || address === undefined || prefix === undefined) return undefined
  const gateway = addressesOf(values.get('router')).find((router) => isNeighbour(address, router, prefix))
  const server = ipv4Of(values.get('serverid'))
  const seconds = numberOf(values.get('lease'), 1, 0xffffffff)
  return {
    address: `${address}/${prefix}`,
    ...(gateway === undefined ? {} : { gateway }),
    ...(server === undefined ? {} : { server }),
    ...(seconds === undefined ? {} : { seconds }),
    nameServers: addressesOf(values.get('dns')).slice(0, 3),
    renewedAt: writtenAt,
  }
}

function partsOf(entry: string): [string, string] {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}

/** `mask` is a number of bits, `subnet` the same as an address; a server that says neither means the whole of one address. */
function prefixOf(values: ReadonlyMap<string, string>): number | undefined {
  const mask = values.get('mask')
  return mask === undefined ? 32 : numberOf(mask, 1, 32)
}

function numberOf(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  const number = Number(text)
  return number >= least && number <= most ? number : undefined
}

/** A unicast address in its one way to write it. */
function ipv4Of(text: string | undefined): string | undefined {
  const address = parseAddress(text ?? '')
  if (address?.family !== 'ipv4') return undefined
  const first = address.value >> 24n
  return first === 0n || first === 127n || first >= 224n ? undefined : formatAddress(address)
}

function addressesOf(text = ''): string[] {
  return text.split(' ').flatMap((part) => ipv4Of(part) ?? [])
}

function isNeighbour(own: string, other: string, prefix: number): boolean {
  const shift = BigInt(32 - prefix)
  const network = (text: string) => (parseAddress(text)?.value ?? 0n) >> shift
  return own !== other && network(own) === network(other)
}

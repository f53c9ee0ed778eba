import { readFileSync } from 'node:fs'
import { formatAddress } from '../cnm/address'
import type { HostPlace } from '../cnm/host-place'
import { readFacts, readIpv6Facts } from './facts'
import type { IpQuery } from './ip-query'

/** Where the host's routes lead, and its name servers: from files in /proc, as `readFacts`, and as cheap. */
export function readGround(): HostPlace[] {
  const links = new Map([
    ...linksOfRoutes(read('/proc/self/net/route')),
    ...linksOfIpv6(read('/proc/self/net/ipv6_route')),
  ])
  const { routedSubnets, nameservers } = readFacts()
  const subnets = [...routedSubnets, ...readIpv6Facts().routedSubnets]
  return [
    ...subnets.map((subnet): HostPlace => ({ subnet, link: links.get(subnet) ?? null, what: 'route' })),
    ...nameservers
      .filter((address) => !address.startsWith('127.'))
      .map((address): HostPlace => ({ subnet: `${address}/32`, link: null, what: 'nameserver' })),
  ]
}

/** The same, with the links of routes in further tables, as VPNs make them: they stand in no file, and `ip` is asked. */
export async function readGroundWhole(routes: IpQuery['routes']): Promise<HostPlace[]> {
  const places = readGround()
  if (places.every(isNamed)) return places
  const links = new Map(
    ((await routes('table', 'all')) ?? []).flatMap(({ dst, dev }): [string, string][] =>
      dev === undefined ? [] : [[dst.includes('/') ? dst : `${dst}/32`, dev]],
    ),
  )
  return places.map((place) => (isNamed(place) ? place : { ...place, link: links.get(place.subnet) ?? null }))
}

function isNamed({ link, what }: HostPlace): boolean {
  return what !== 'route' || link !== null
}

/** By destination: `eth0 0000590A 00000000 0001 0 0 0 00FFFFFF`. */
export function linksOfRoutes(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [link = '', destination = '', , , , , , mask = ''] = line.split('\t')
      if (!/^[0-9A-F]{8}$/.test(destination) || !/^[0-9A-F]{8}$/.test(mask)) return []
      const prefix = Math.clz32(~Buffer.from(mask, 'hex').readUInt32LE())
      return [[`${Buffer.from(destination, 'hex').reverse().join('.')}/${prefix}`, link.trim()]]
    }),
  )
}

/** The same for IPv6: the link comes last. */
export function linksOfIpv6(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const parts = line.trim().split(/\s+/)
      const [digits = '', prefix = ''] = parts
      if (!/^[0-9a-f]{32}$/.test(digits)) return []
      const address = formatAddress({ family: 'ipv6', value: BigInt(`0x${digits}`) })
      return [[`${address}/${Number.parseInt(prefix, 16)}`, parts.at(-1) ?? '']]
    }),
  )
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

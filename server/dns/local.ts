import { isIPv4, isIPv6 } from 'node:net'
import { formatAddress } from '../cnm/address'
import type { Netns } from '../plan/object'
import type { NameSource } from './contract'
import type { Local, Query } from './message'

/** What the engine knows about a question; undefined: not ours, forward it. */
export function answerLocally(source: NameSource, netns: Netns, { question }: Query): Local | undefined {
  if (question.class !== undefined && question.class !== 'IN') return undefined
  const name = question.name.replace(/\.$/, '').toLowerCase()
  if (question.type === 'PTR') return answerReverse(source, netns, name)
  const addresses = source.resolve(netns, name)
  if (!addresses) return undefined
  if (question.type === 'A') return { type: 'A', addresses: shuffled(addresses.filter((text) => isIPv4(text))) }
  if (question.type === 'AAAA') return { type: 'AAAA', addresses: shuffled(addresses.filter((text) => isIPv6(text))) }
  // The name is ours, so nobody outside is asked; it has no records of another type.
  return { type: 'A', addresses: [] }
}

function answerReverse(source: NameSource, netns: Netns, name: string): Local | undefined {
  const address = addressOf(name)
  const found = address === undefined ? undefined : source.reverse(netns, address)
  return found === undefined ? undefined : { type: 'PTR', name: found }
}

/** "2.0.18.172.in-addr.arpa" is 172.18.0.2; 32 digits before "ip6.arpa" are an IPv6 address. */
export function addressOf(name: string): string | undefined {
  const digits = /^((?:[0-9a-f]\.){32})ip6\.arpa$/i.exec(name)?.[1]?.replaceAll('.', '')
  if (digits !== undefined) {
    return formatAddress({ family: 'ipv6', value: BigInt(`0x${[...digits].reverse().join('')}`) })
  }
  const octets = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1]
  const address = octets?.split('.').slice(0, 4).reverse().join('.')
  return address !== undefined && isIPv4(address) ? address : undefined
}

/** Spreads the load over containers that share an alias. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const copy = [...items]
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    const [a, b] = [copy[last], copy[other]]
    if (a !== undefined && b !== undefined) [copy[last], copy[other]] = [b, a]
  }
  return copy
}

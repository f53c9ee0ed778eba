import { bitsOf, type Family, parseAddress } from '../cnm/address'
import { splitArguments } from '../kernel/firewall-save'
import type { DriftView, EndpointView, NetworkView } from './snapshot'

/** A rule of somebody else's that ends packets before Patchbay's rules see them. */
interface Stopper {
  readonly chain: string
  readonly args: readonly string[]
  /** The rules that lead to it, and itself: a packet has met them all. */
  readonly way: readonly (readonly string[])[]
}

/** More than so many of one chain for the same networks are told as one. */
const mostAlike = 25
/** Chains can call each other in so many ways that nobody could follow all. */
const [deepest, mostLookedAt] = [16, 50_000]

/** Finds them in what `iptables-save -c` printed; the answer to one text is kept, for it is asked for often. */
export function createObstacles(
  family: Family = 'ipv4',
): (text: string, networks: readonly NetworkView[], endpoints?: readonly EndpointView[]) => DriftView[] {
  let lastText = ''
  let lastNetworks = ''
  let stoppers: readonly Stopper[] = []
  let views: DriftView[] = []
  return (text, networks, endpoints = []) => {
    const own = networks.filter(
      ({ origin, pools, configuration }) =>
        origin === 'patchbay' &&
        !configuration &&
        pools.some(({ subnet }) => subnet.includes(':') === (family === 'ipv6')),
    )
    const ids = new Set(own.map(({ id }) => id))
    const ends = endpoints.filter(({ networkId }) => ids.has(networkId))
    const seen = [
      ...own.map(({ id, name, device, pools }) => [id, name, device, ...pools.map(({ subnet }) => subnet)]),
      ...ends.map(({ id, ipv4Address, ipv6Address }) => [id, ipv4Address, ipv6Address]),
    ].join(';')
    if (text === lastText && seen === lastNetworks) return views
    if (text !== lastText) stoppers = findStoppers(text)
    lastText = text
    lastNetworks = seen
    views = gather(
      stoppers.flatMap((stopper) => {
        const hit = own.filter((network) => hits(stopper.way, network))
        return hit.length === 0 ? [] : [viewOf(stopper, hit, endsIn(stopper.way, ends), family)]
      }),
    )
    return views
  }
}

function gather(views: readonly DriftView[]): DriftView[] {
  const groups = new Map<string, DriftView[]>()
  for (const view of views) {
    const { chain, networks } = view.words[0]?.values ?? {}
    const place = `${chain} ${networks}`
    groups.set(place, [...(groups.get(place) ?? []), view])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first || group.length <= mostAlike) return group
    const at = [...new Set(group.flatMap((view) => view.at ?? []))]
    return [{ ...first, alike: group.length - 1, ...(at.length > 0 ? { at } : {}) }]
  })
}

/** In FORWARD only what stands before Patchbay's own jump counts, with all the chains of others that are called there. */
function findStoppers(text: string): Stopper[] {
  const chains = rulesByChain(text)
  const found: Stopper[] = []
  let lookedAt = 0
  const walk = (chain: string, way: readonly (readonly string[])[], callers: readonly string[]) => {
    for (const args of chains.get(chain) ?? []) {
      if (++lookedAt > mostLookedAt) return
      const target = args[Math.max(args.indexOf('-j'), args.indexOf('-g')) + 1] ?? ''
      if (target === 'PATCHBAY-FORWARD' && chain === 'FORWARD') return
      if (args.some((one) => one.startsWith('patchbay:')) || args.includes('INVALID')) continue
      const here = [...way, args]
      if (target === 'DROP' || target === 'REJECT') found.push({ chain, args, way: here })
      else if (!isOver(target, callers)) walk(target, here, [...callers, target])
      // Nothing behind it is met.
      if (args.length === 2 && (target === 'RETURN' || target === 'ACCEPT' || args[0] === '-g')) return
    }
  }
  for (const chain of ['FORWARD', 'PATCHBAY-USER']) walk(chain, [], [chain])
  return found
}

function isOver(target: string, callers: readonly string[]): boolean {
  return target.startsWith('PATCHBAY') || callers.length > deepest || callers.includes(target)
}

function rulesByChain(text: string): Map<string, string[][]> {
  const filter = text.slice(text.indexOf('*filter'))
  const chains = new Map<string, string[][]>()
  for (const line of filter.slice(0, filter.indexOf('\nCOMMIT')).split('\n')) {
    const [, chain, rule = ''] = /-A (\S+) (.*)$/.exec(line) ?? []
    if (chain === undefined) continue
    const rules = chains.get(chain)
    if (rules) rules.push(splitArguments(rule))
    else chains.set(chain, [splitArguments(rule)])
  }
  return chains
}

/** Whether packets to or from a network can meet it, as far as links and addresses tell. */
function hits(way: readonly (readonly string[])[], { device, pools }: NetworkView): boolean {
  const isDevice = (value: string) => value === device || isPrefix(value, device)
  const isAddress = (value: string) => pools.some(({ subnet }) => overlap(value, subnet))
  const isWhole = (value: string) => pools.every(({ subnet }) => covers(value, subnet))
  const side = (link: string, address: string) =>
    way.flatMap((args) => [matches(args, link, isDevice), matches(args, address, isAddress, isWhole)])
  const [from, to] = [side('-i', '-s'), side('-o', '-d')]
  if (!from.includes('no') && !to.includes('no')) return true
  return (!from.includes('no') && from.includes('yes')) || (!to.includes('no') && to.includes('yes'))
}

/** `open`: the rule does not ask for it, or only that it is none of those that are not all of it (`isAll`). */
function matches(
  args: readonly string[],
  flag: string,
  test: (value: string) => boolean,
  isAll = test,
): 'yes' | 'no' | 'open' {
  const at = args.indexOf(flag)
  if (at < 0) return 'open'
  const value = args[at + 1] ?? ''
  if (args[at - 1] === '!') return isAll(value) ? 'no' : 'open'
  return test(value) ? 'yes' : 'no'
}

function isPrefix(value: string, device: string | null): boolean {
  return value.endsWith('+') && (device?.startsWith(value.slice(0, -1)) ?? false)
}

function overlap(one: string, other: string): boolean {
  return covers(one, other) || covers(other, one)
}

/** Whether all of `inner` is in `outer`. */
function covers(outer: string, inner: string): boolean {
  const [a, b] = [outer, inner].map((text) => {
    const [address = '', length] = text.split('/')
    const parsed = parseAddress(address)
    return parsed && { ...parsed, length: length === undefined ? bitsOf[parsed.family] : Number(length) }
  })
  if (!a || !b || a.family !== b.family || a.length > b.length) return false
  const rest = BigInt(bitsOf[a.family] - a.length)
  return a.value >> rest === b.value >> rest
}

/** The cables of single addresses that it asks for: it hurts there alone. */
function endsIn(way: readonly (readonly string[])[], endpoints: readonly EndpointView[]): string[] {
  const asked = new Set(
    way.flatMap((args) =>
      ['-s', '-d'].flatMap((flag) => {
        const at = args.indexOf(flag)
        const [address, length] = (args[at + 1] ?? '').split('/')
        const isSingle = at >= 0 && args[at - 1] !== '!' && [undefined, '32', '128'].includes(length)
        return isSingle && address ? [address] : []
      }),
    ),
  )
  const has = (address: string | null) => address !== null && asked.has(address.split('/')[0] ?? '')
  return endpoints.flatMap(({ id, ipv4Address, ipv6Address }) => (has(ipv4Address) || has(ipv6Address) ? [id] : []))
}

function viewOf(
  { chain: name, args }: Stopper,
  networks: readonly NetworkView[],
  ends: readonly string[],
  family: Family,
): DriftView {
  const chain = family === 'ipv6' ? `${name} (ip6tables)` : name
  const [first, ...more] = networks
  const names = networks.map(({ name }) => name).join(', ')
  const rule = args.join(' ')
  const key = `obstacle host filter ${chain} ${rule}`
  return {
    key,
    keys: [key],
    kind: 'obstacle',
    subjectId: first && more.length === 0 ? first.id : null,
    ...(ends.length > 0 ? { at: ends } : more.length > 0 ? { at: networks.map(({ id }) => id) } : {}),
    about: first && more.length === 0 ? { kind: 'network', network: first.name } : null,
    summary: `a rule of somebody else's in ${chain} drops packets of ${names}: ${rule}`,
    words: [{ code: 'obstacle.rule', values: { chain, networks: names, rule } }],
    hurts: 'swallowed',
    mends: 'nothing',
    byHand: true,
    commands: [],
  }
}

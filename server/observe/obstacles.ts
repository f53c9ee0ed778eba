import { bitsOf, parseAddress } from '../cnm/address'
import { splitArguments } from '../kernel/firewall-save'
import type { DriftView, NetworkView } from './snapshot'

/** A rule of somebody else's that ends packets before Patchbay's rules see them. */
interface Stopper {
  readonly chain: string
  readonly args: readonly string[]
}

/** Finds them in what `iptables-save -c` printed; the answer to one text is kept, for it is asked for often. */
export function createObstacles(): (text: string, networks: readonly NetworkView[]) => DriftView[] {
  let last = ''
  let stoppers: readonly Stopper[] = []
  return (text, networks) => {
    if (text !== last) stoppers = findStoppers(text)
    last = text
    return stoppers.flatMap((stopper) => {
      const hit = networks.filter((network) => network.origin === 'patchbay' && hits(stopper.args, network))
      return hit.length === 0 ? [] : [viewOf(stopper, hit)]
    })
  }
}

/** In FORWARD only what stands before Patchbay's own jump counts. */
function findStoppers(text: string): Stopper[] {
  const filter = text.slice(text.indexOf('*filter'))
  const found: Stopper[] = []
  let isBehindUs = false
  for (const line of filter.slice(0, filter.indexOf('\nCOMMIT')).split('\n')) {
    const [, chain = '', rule = ''] = /-A (FORWARD|PATCHBAY-USER) (.*)$/.exec(line) ?? []
    if (chain === 'FORWARD' && rule.endsWith('-j PATCHBAY-FORWARD')) isBehindUs = true
    if (chain === '' || (chain === 'FORWARD' && isBehindUs) || rule.includes('patchbay:')) continue
    const args = splitArguments(rule)
    const target = args[args.indexOf('-j') + 1]
    if ((target === 'DROP' || target === 'REJECT') && !args.includes('INVALID')) found.push({ chain, args })
  }
  return found
}

/** Whether packets to or from a network can meet it, as far as links and addresses tell. */
function hits(args: readonly string[], { device, pools }: NetworkView): boolean {
  const link = (flag: string) => matches(args, flag, (value) => value === device || isPrefix(value, device))
  const address = (flag: string) => matches(args, flag, (value) => pools.some(({ subnet }) => overlap(value, subnet)))
  const from = [link('-i'), address('-s')]
  const to = [link('-o'), address('-d')]
  const isOf = (side: readonly (boolean | undefined)[]) => side.every((one) => one !== false)
  return isOf(from) && isOf(to) ? true : (isOf(from) && from.some(Boolean)) || (isOf(to) && to.some(Boolean))
}

/** Undefined where the rule does not ask. */
function matches(args: readonly string[], flag: string, test: (value: string) => boolean): boolean | undefined {
  const at = args.indexOf(flag)
  if (at < 0) return undefined
  const isMet = test(args[at + 1] ?? '')
  return args[at - 1] === '!' ? !isMet : isMet
}

function isPrefix(value: string, device: string | null): boolean {
  return value.endsWith('+') && (device?.startsWith(value.slice(0, -1)) ?? false)
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const [address = '', length] = text.split('/')
    const parsed = parseAddress(address)
    return parsed && { ...parsed, length: length === undefined ? bitsOf[parsed.family] : Number(length) }
  })
  if (!a || !b || a.family !== b.family) return false
  const rest = BigInt(bitsOf[a.family] - Math.min(a.length, b.length))
  return a.value >> rest === b.value >> rest
}

function viewOf({ chain, args }: Stopper, networks: readonly NetworkView[]): DriftView {
  const [first, ...more] = networks
  const names = networks.map(({ name }) => name).join(', ')
  const rule = args.join(' ')
  const key = `obstacle host filter ${chain} ${rule}`
  return {
    key,
    keys: [key],
    kind: 'obstacle',
    subjectId: first && more.length === 0 ? first.id : null,
    about: first && more.length === 0 ? { kind: 'network', network: first.name } : null,
    summary: `a rule of somebody else's in ${chain} drops packets of ${names}: ${rule}`,
    words: [{ code: 'obstacle.rule', values: { chain, networks: names, rule } }],
    hurts: 'swallowed',
    mends: 'nothing',
    byHand: true,
    commands: [],
  }
}

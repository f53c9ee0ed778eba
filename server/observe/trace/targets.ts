import type { SavedChain } from '../../kernel/firewall-save'
import type { ChainVerdict, FoundRule, Passage } from './chains'
import type { ParsedRule } from './parse-rule'
import { addressOf } from './route'
import { translate } from './tracking'
import type { Trip } from './trip'
import { linkNamed } from './world'

export function isHarmless(target: string): boolean {
  return target === '' || target === 'LOG' || target === 'NFLOG' || target === 'TRACE'
}

export function tell(
  found: FoundRule,
  code: 'rule-accepts' | 'rule-drops' | 'rule-jumps' | 'rule-returns' | 'rule-does',
  values = {},
) {
  const { trip, place, table } = found.passage
  if (trip.isBrief) return
  trip.say(
    place.netns,
    'rule',
    [code, { number: found.number, chain: found.chain.name, table, ...values }],
    evidenceOf(found),
  )
}

export function evidenceOf({ passage, chain, number, saved }: FoundRule) {
  const { place } = passage
  return {
    evidence: () => saved.text,
    links: [place.inLink, place.outLink],
    rule: { ...chainAt(passage, chain), number },
  }
}

export function chainAt({ trip, table, hooked }: Passage, { name }: SavedChain) {
  return { family: trip.family, table, chain: name, ...(hooked.variant === 'legacy' ? { isLegacy: true } : {}) }
}

/** Targets that change a packet; those of nat end the table. */
export function act(found: FoundRule): ChainVerdict | 'next' {
  const { passage, rule } = found
  const { trip, place } = passage
  const option = (name: string) => rule.options.get(name)?.[0]
  switch (rule.target) {
    case 'DNAT':
      return changed(found, 'destination', parseTarget(option('to-destination') ?? ''))
    case 'SNAT':
      return changed(found, 'source', parseTarget(option('to-source') ?? ''))
    case 'REDIRECT': {
      const link = linkNamed(trip.world, place.netns, place.inLink ?? '')
      const own = link && addressOf(trip.world, place.netns, link, trip.packet.destination)
      const loopback = trip.family === 'ipv4' ? '127.0.0.1' : '::1'
      return changed(found, 'destination', { address: own ?? loopback, port: portOf(option('to-ports')) })
    }
    case 'MASQUERADE': {
      const link = linkNamed(trip.world, place.netns, place.outLink ?? '')
      const address = link && addressOf(trip.world, place.netns, link, trip.packet.destination)
      if (address === undefined) return 'next'
      return changed(found, 'source', { address, port: portOf(option('to-ports')) })
    }
    case 'MARK':
      trip.packet = { ...trip.packet, mark: marked(trip.packet.mark, rule) }
      break
    case 'CONNMARK':
      connectionMark(trip, rule)
      break
    case 'NOTRACK':
      trip.packet = { ...trip.packet, state: 'UNTRACKED', flow: null }
      break
    case 'CT':
      if (rule.options.has('notrack')) trip.packet = { ...trip.packet, state: 'UNTRACKED', flow: null }
      break
    case 'TTL':
    case 'HL':
      trip.packet = { ...trip.packet, ttl: Number(option('ttl-set') ?? option('hl-set') ?? trip.packet.ttl) }
      break
  }
  if (!isHarmless(rule.target)) tell(found, 'rule-does', { target: rule.target })
  return 'next'
}

export function changed(
  found: FoundRule,
  side: 'source' | 'destination',
  to: { address: string; port: number | null },
): ChainVerdict | 'next' {
  const { trip, place } = found.passage
  const { packet } = trip
  if (!packet.flow) return 'next'
  packet.flow.decided.add(side)
  const before = side === 'source' ? packet.source : packet.destination
  const address = to.address === '' ? before : to.address
  tell(found, 'rule-does', { target: found.rule.target })
  translate(
    trip,
    place.netns,
    side,
    { address, port: packet.protocol === 'icmp' ? null : to.port },
    () => found.saved.text,
  )
  return 'accept'
}

/** "10.0.0.2:80", "10.0.0.2-10.0.0.9", "[fd00::2]:80", ":80": of ranges the first. */
function parseTarget(text: string): { address: string; port: number | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const [address = '', port] = bracketed
    ? [bracketed[1], bracketed[2]]
    : text.includes(':') && text.split(':').length > 2
      ? [text, undefined]
      : text.split(':')
  return { address: address.split('-')[0] ?? '', port: portOf(port) }
}

export function portOf(text: string | undefined): number | null {
  const port = Number.parseInt(text ?? '', 10)
  return Number.isNaN(port) ? null : port
}

/** `--set-xmark 0x1/0xff`: the mask's bits are cleared, then the value's turned. */
function marked(mark: number, { options }: ParsedRule): number {
  const [name, values] = [...options].find(([key]) => key.endsWith('mark')) ?? ['', []]
  const [value = '0', mask = '0xffffffff'] = (values[0] ?? '').split('/')
  if (name === 'or-mark') return (mark | Number(value)) >>> 0
  if (name === 'and-mark') return (mark & Number(value)) >>> 0
  if (name === 'set-mark') return ((mark & ~Number(mask)) | Number(value)) >>> 0
  return ((mark & ~Number(mask)) ^ Number(value)) >>> 0
}

function connectionMark(trip: Trip, rule: ParsedRule): void {
  const { flow, mark } = trip.packet
  if (!flow) return
  if (rule.options.has('restore-mark')) trip.packet = { ...trip.packet, mark: flow.mark }
  else if (rule.options.has('save-mark')) flow.mark = mark
  else flow.mark = marked(flow.mark, rule)
}

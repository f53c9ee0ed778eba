import { changedBridgeArgs, hasOtherGroup, hasOtherMtu, peerMtu } from '../plan/equal'
import { isStanding, type KernelObject, type LinkObject, ownerOf, type RuleObject } from '../plan/object'
import type { Plan } from '../plan/plan'
import { portWords } from '../plan/port'
import { isStranger } from '../plan/stranger'
import type { Finding } from './drift'
import type { DriftCode, DriftHurt, DriftMend } from './drift-codes'
import type { DriftWord } from './snapshot'

/** What is wrong, in codes with values. */
export function wordsOf(finding: Finding): DriftWord[] {
  const { kind, object, present, rename } = finding
  if (kind === 'missing') return [word(`missing.${missingName(object)}`, valuesOf(object))]
  if (kind === 'foreign') return [word(foreignCode(finding), valuesOf(object))]
  const words: DriftWord[] = rename ? [word('changed.name', { from: rename.from, to: rename.to })] : []
  if (finding.isMoved) words.push(word('changed.order', valuesOf(object)))
  else if (present) words.push(...differences(object, present))
  return words.length > 0 ? words : [word('changed.other', valuesOf(object))]
}

function word(code: string, values: Readonly<Record<string, string>> = {}): DriftWord {
  return { code: code as DriftCode, values }
}

function missingName(object: KernelObject): string {
  if (object.kind === 'qdisc') return 'queue'
  if (object.kind === 'lookup') return 'route'
  return object.kind === 'flows' || object.kind === 'neighbour' || object.kind === 'fdb' ? 'rule' : object.kind
}

function foreignCode({ object, isCopy }: Finding): DriftCode {
  switch (object.kind) {
    case 'namespace':
    case 'link':
    case 'address':
    case 'filter':
    case 'chain':
    case 'lease':
    case 'socket':
    case 'redirect':
    case 'neighbour':
    case 'fdb':
      return `foreign.${object.kind}`
    case 'lookup':
      return object.concerns === 'sent' ? 'obstacle.lookup' : 'foreign.lookup'
    case 'qdisc':
      return 'foreign.queue'
    case 'route':
      if (object.expected !== undefined) return 'foreign.theft'
      return isDefault(object.destination) ? 'foreign.default' : 'foreign.route'
    case 'rule':
      if (isCopy) return 'foreign.copy'
      return isMarked(object) ? 'foreign.rule' : 'foreign.unmarked'
    default:
      return 'foreign.other'
  }
}

/** What the sentences name; all as text, for names are whatever somebody chose. */
function valuesOf(object: KernelObject): Record<string, string> {
  switch (object.kind) {
    case 'namespace':
      return { name: object.path }
    case 'link':
      return { name: object.name, type: object.type === 'inner' ? 'interface' : object.type }
    case 'parent':
      return { name: object.name }
    case 'address':
      return { address: object.address, link: object.link }
    case 'route':
      return {
        destination: object.destination,
        link: object.link || (object.fate ?? ''),
        via: object.via ?? '',
        expected: object.expected ?? '',
      }
    case 'neighbour':
      return { address: object.address, mac: object.mac, expected: object.expected, link: object.link }
    case 'fdb':
      return { mac: object.mac, link: object.link, bridge: object.bridge, expected: object.expected }
    case 'lookup':
      return {
        rule: `${object.priority}: ${object.args.join(' ')}`,
        expected: object.expected.join(', '),
        leads: object.leads,
      }
    case 'qdisc':
    case 'filter':
      return { type: object.type, link: object.link }
    case 'chain':
      return { name: object.name, table: object.table }
    case 'policy':
      return { name: object.chain, table: object.table }
    case 'rule':
      return { chain: object.chain, table: object.table, rule: withoutMark(object.args).join(' ') }
    case 'sysctl':
      return { name: object.name, value: object.value }
    case 'lease':
      return { link: object.link }
    case 'flows':
      return { address: object.address }
    case 'redirect':
      return { address: object.address, port: String(object.port), to: String(object.to) }
    case 'socket':
      return { address: object.address, port: String(object.port), protocol: object.protocol }
  }
}

/** The mark says nothing to people: whose the rule is, is told beside it. */
function withoutMark(args: readonly string[]): string[] {
  const at = args.findIndex((one) => one.startsWith('patchbay:'))
  return args.filter((_, index) => at < 0 || index < at - 3 || index > at)
}

function differences(wanted: KernelObject, present: KernelObject): DriftWord[] {
  if (wanted.kind === 'link' && present.kind === 'link') return linkDifferences(wanted, present)
  if (wanted.kind === 'route' && present.kind === 'route') {
    return [word('changed.route', { ...valuesOf(wanted), is: present.via ?? '–', wanted: wanted.via ?? '–' })]
  }
  if (wanted.kind === 'sysctl' && present.kind === 'sysctl') {
    return [word('changed.sysctl', { name: wanted.name, is: present.value, wanted: wanted.value })]
  }
  if (wanted.kind === 'policy' && present.kind === 'policy') {
    return [word('changed.policy', { ...valuesOf(wanted), is: present.policy, wanted: wanted.policy })]
  }
  if (wanted.kind === 'qdisc' && wanted.type === 'tbf' && present.kind === 'qdisc' && present.type === 'tbf') {
    const [is, should] = [present, wanted].map(({ bytesPerSecond }) => `${(bytesPerSecond * 8) / 1e6}`)
    return [word('changed.rate', { link: wanted.link, is: is ?? '', wanted: should ?? '' })]
  }
  return []
}

function linkDifferences(wanted: LinkObject, present: LinkObject): DriftWord[] {
  const name = wanted.name
  const words: DriftWord[] = []
  const tell = (code: DriftCode, values: Record<string, string> = {}) => words.push(word(code, { name, ...values }))
  if (wanted.type !== present.type) tell('changed.type', { is: present.type, wanted: wanted.type })
  if (wanted.up !== present.up) tell(present.up ? 'changed.up' : 'changed.down')
  if (wanted.type === 'veth' && present.type === 'veth') {
    if (wanted.master !== present.master) {
      if (present.master === '') tell('changed.unplugged', { wanted: wanted.master })
      else tell('changed.master', { is: present.master, wanted: wanted.master })
    }
    // A port forgets its settings when it changes bridges.
    const isPlugged = wanted.master === present.master
    if (isPlugged && wanted.hairpin !== present.hairpin) tell('changed.hairpin', { is: onOff(present.hairpin) })
    if (isPlugged && (wanted.isolated ?? false) !== (present.isolated ?? false)) {
      tell('changed.isolated', { is: onOff(present.isolated ?? false) })
    }
    if (isPlugged && present.otherwise) tell('changed.port', { is: portWords(present.otherwise) })
    const { peer } = present
    if (wanted.peer.netns !== peer.netns || wanted.peer.name !== peer.name) tell('changed.peer')
    else if (wanted.peer.mac !== peer.mac) tell('changed.mac', { is: peer.mac, wanted: wanted.peer.mac })
    if (peerMtu(wanted) !== peerMtu(present) && wanted.mtu === present.mtu) {
      tell('changed.mtu', { is: String(peerMtu(present)), wanted: String(peerMtu(wanted)), name: wanted.peer.name })
    }
  }
  if (isStanding(wanted) && isStanding(present) && wanted.parent !== present.parent) {
    tell('changed.parent', { is: present.parent || '–', wanted: wanted.parent })
  }
  if (wanted.type === 'bridge' && present.type === 'bridge') {
    const args = changedBridgeArgs(wanted, present)
    if (hasOtherGroup(wanted, present)) {
      tell('changed.group', { is: String(present.group ?? 0), wanted: String(wanted.group ?? 0) })
    }
    if (args.length > 0) tell('changed.bridge', { wanted: args.join(' ') })
  }
  if ('mode' in wanted && 'mode' in present && wanted.mode !== present.mode) {
    tell('changed.mode', { is: present.mode, wanted: wanted.mode })
  }
  if (wanted.type === 'macvlan' && present.type === 'macvlan' && wanted.mac !== present.mac) {
    tell('changed.mac', { is: present.mac, wanted: wanted.mac })
  }
  if (wanted.type !== 'inner' && present.type !== 'inner') {
    if (hasOtherMtu(wanted, present)) tell('changed.mtu', { is: String(present.mtu), wanted: String(wanted.mtu) })
    if (wanted.alias !== present.alias) tell('changed.mark')
  }
  return words
}

function onOff(isOn: boolean): string {
  return isOn ? 'on' : 'off'
}

/** What does not work because of it. */
export function hurtOf(finding: Finding): DriftHurt {
  const { kind, object } = finding
  if (kind === 'foreign') return hurtByForeign(object)
  switch (object.kind) {
    case 'link':
      return hurtByLink(finding)
    case 'parent':
      return 'network'
    case 'namespace':
      return 'container'
    case 'address':
    case 'route':
    case 'lease':
    case 'sysctl':
      return object.kind
    case 'qdisc':
    case 'filter':
      return 'shaping'
    case 'chain':
      return 'rules'
    case 'policy':
      return 'open'
    case 'rule':
      return hurtByRule(object)
    case 'redirect':
      return 'names'
    case 'socket':
      return object.service === 'dns' ? 'names' : 'port'
    default:
      return 'unknown'
  }
}

function hurtByForeign(object: KernelObject): DriftHurt {
  if (object.kind === 'neighbour' || object.kind === 'fdb') return object.kind
  if (object.kind === 'lookup') return object.concerns === 'sent' ? 'elsewhere' : 'theft'
  if (object.kind === 'rule' && !isMarked(object)) return 'unmarked'
  if (object.kind !== 'route') return 'leftover'
  if (object.expected !== undefined) return 'theft'
  return isDefault(object.destination) ? 'default' : 'route'
}

function hurtByLink({ kind, object, present, rename }: Finding): DriftHurt {
  const cut: DriftHurt = object.kind === 'link' && object.type === 'bridge' ? 'network' : 'cable'
  if (kind === 'missing' || rename) return cut
  if (object.kind !== 'link' || present?.kind !== 'link') return cut
  const codes = new Set<string>(linkDifferences(object, present).map(({ code }) => code))
  const cuts = ['changed.type', 'changed.down', 'changed.master', 'changed.unplugged', 'changed.peer', 'changed.parent']
  if (cuts.some((code) => codes.has(code))) return cut
  if (codes.has('changed.mac')) return 'neighbour'
  if (codes.has('changed.mtu')) return 'large'
  if (codes.has('changed.group')) return 'accept'
  const isCut = present.type === 'veth' && present.otherwise?.state !== undefined
  if (isCut && codes.has('changed.port')) return cut
  return codes.has('changed.isolated') ? 'open' : 'unknown'
}

function hurtByRule({ netns, table, args }: RuleObject): DriftHurt {
  if (netns !== 'host') return 'names'
  const target = args[args.indexOf('-j') + 1] ?? ''
  if (target === 'DNAT') return 'port'
  if (target === 'MASQUERADE' || target === 'SNAT') return 'masquerade'
  if (target === 'DROP' || target === 'REJECT' || table === 'raw') return 'open'
  return target === 'ACCEPT' ? 'accept' : 'rules'
}

/** What the repair does to traffic: a link that is made anew is away for a moment, all else is put right under it. */
export function mendsHow({ kind, object }: Finding, plan: Plan): DriftMend {
  if (plan.steps.length === 0) return 'nothing'
  if (kind === 'foreign') return isStranger(object) ? 'removesStranger' : 'removes'
  const makesAnew = plan.steps.some(({ verb, object: one }) => verb === 'remove' && one.kind === 'link')
  if (makesAnew) return 'brief'
  return kind === 'missing' || object.kind === 'link' ? 'flows' : 'quiet'
}

function isDefault(destination: string): boolean {
  return destination === 'default' || destination === '::/0'
}

function isMarked(object: RuleObject): boolean {
  return ownerOf(object)?.startsWith('patchbay:') ?? false
}

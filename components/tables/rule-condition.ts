import type { ExplainTranslator } from './explain-rule'
import { parseOptions, type RuleOption } from './rule-arguments'

/** The network whose bridge a device is, by the device's name; undefined where it is none. */
export type NetworkOfDevice = (device: string) => string | undefined

/** What a rule asks of a packet, in words. */
export interface RuleConditions {
  protocol: string | null
  /** "from 172.18.0.0/16", "to 172.18.0.2" */
  places: string[]
  /** "arriving by br-0", "with mark 0x1" */
  manners: string[]
  /** What people wrote beside the rule; owner marks are left out. */
  comments: string[]
}

/** Reads a match as iptables prints it. What is not known is quoted. */
export function readConditions(match: string, t: ExplainTranslator, networkOf: NetworkOfDevice): RuleConditions {
  const conditions: RuleConditions = { protocol: null, places: [], manners: [], comments: [] }
  const options = parseOptions(match)
  const names = new Set(options.map((option) => option.name))
  for (const option of options) readOption(option, { t, names, networkOf }, conditions)
  return conditions
}

interface Reader {
  readonly t: ExplainTranslator
  /** All options of the rule, where the words depend on its neighbours. */
  readonly names: ReadonlySet<string>
  readonly networkOf: NetworkOfDevice
}

type Reading = (value: string, not: 'yes' | 'no', reader: Reader) => string

const readSourcePort: Reading = (value, not, { t, names }) =>
  t(names.has('-s') ? 'atSourcePort' : 'sourcePort', { value: listPorts(value, t), not })

const readDestinationPort: Reading = (value, not, { t, names }) =>
  t(names.has('-d') ? 'atDestinationPort' : 'destinationPort', { value: listPorts(value, t), not })

const readState: Reading = (value, not, { t }) => t('connectionState', { value: listWords(value, t), not })

const placeReadings: Record<string, Reading> = {
  '-s': (value, not, { t }) => t('source', { value: showAddress(value), not }),
  '--sport': readSourcePort,
  '--sports': readSourcePort,
  '-d': (value, not, { t }) => t('destination', { value: showAddress(value), not }),
  '--dport': readDestinationPort,
  '--dports': readDestinationPort,
  '--ctstate': readState,
  '--state': readState,
}

const mannerReadings: Record<string, Reading> = {
  '-i': (value, not, reader) => reader.t('inInterface', { value: showDevice(value, reader), not }),
  '-o': (value, not, reader) => reader.t('outInterface', { value: showDevice(value, reader), not }),
  '--src-group': (value, not, { t }) => t('inGroup', { group: showGroup(value, t), not }),
  '--dst-group': (value, not, { t }) => t('outGroup', { group: showGroup(value, t), not }),
  '--ctorigdst': (value, not, { t }) => t('originalDestination', { value, not }),
  '--ctorigdstport': (value, not, { t }) => t('originalPort', { value, not }),
  '--dst-type': (value, not, { t }) =>
    value === 'LOCAL' ? t('destinationLocal', { not }) : t('destinationType', { value, not }),
  '--src-type': (value, not, { t }) =>
    value === 'LOCAL' ? t('sourceLocal', { not }) : t('sourceType', { value, not }),
  '--mark': (value, not, { t }) => t('mark', { value, not }),
  '--limit': (value, _not, { t }) => t('limit', { value }),
  '--physdev-in': (value, not, { t }) => t('physicalIn', { value, not }),
  '--physdev-out': (value, not, { t }) => t('physicalOut', { value, not }),
  '--physdev-is-bridged': (_value, not, { t }) => t('bridged', { not }),
  '--ctdir': (value, not, { t }) => t('connectionSide', { value, not }),
  '--icmpv6-type': (value, not, { t }) => t('icmpType', { value, not }),
  '--icmp-type': (value, not, { t }) => t('icmpType', { value, not }),
  '--match-set': (value, not, { t }) => t('matchSet', { value, not }),
}

/** Name a module or say nothing by themselves. */
const silent = new Set(['-m', '--limit-burst', '--comment'])

function readOption(option: RuleOption, reader: Reader, conditions: RuleConditions): void {
  const { name, negated } = option
  const value = option.values.join(' ')
  const not = negated ? 'yes' : 'no'
  const place = placeReadings[name]
  const manner = mannerReadings[name]
  if (name === '-p' && negated) conditions.manners.push(reader.t('protocol', { value: value.toUpperCase() }))
  else if (name === '-p') conditions.protocol = value.toUpperCase()
  else if (place) conditions.places.push(place(value, not, reader))
  else if (manner) conditions.manners.push(manner(value, not, reader))
  else if (name === '--comment' && !value.startsWith('patchbay:')) conditions.comments.push(value)
  else if (!silent.has(name)) conditions.manners.push(reader.t('other', { text: showOption(option) }))
}

function listWords(value: string, t: ExplainTranslator): string {
  return value.split(',').reduce((left, right) => t('or', { left, right }))
}

/** As the daemon numbers it. */
const bridgeGroup = '0x5042'

function showGroup(value: string, t: ExplainTranslator): string {
  return t(value === bridgeGroup ? 'bridgeGroup' : 'group', { value })
}

function listPorts(value: string, t: ExplainTranslator): string {
  return listWords(value.replaceAll(':', '–'), t)
}

/** One host's address without its prefix length. */
function showAddress(value: string): string {
  return value.replace(/\/(32|128)$/, '')
}

export function showDevice(device: string, { t, networkOf }: Pick<Reader, 't' | 'networkOf'>): string {
  const network = networkOf(device)
  return network === undefined ? device : t('bridgeOf', { network })
}

function showOption({ name, negated, values }: RuleOption): string {
  return [...(negated ? ['!'] : []), name, ...values].join(' ')
}

import type { CauseCode } from '../codes'
import type { TraceProtocol } from '../contract'

/** A place of the laboratory: "host", or a namespace by its name. */
export type Spot = 'host' | 'a' | 'b' | 'c' | 'd' | 'out' | 'm1' | 'm2'

/** Something done to the laboratory, what is asked then, and what is to be named as its cause. */
export interface SetUp {
  readonly title: string
  /** Lines of a shell; `at a …` runs in the namespace a. */
  readonly make: readonly string[]
  readonly mend: readonly string[]
  readonly from: Spot
  readonly to: string
  readonly protocol: TraceProtocol
  readonly port?: number
  readonly size?: number
  readonly cause: CauseCode
  /** Instead of the address: whose. */
  readonly owner?: Spot
}

export type Ask = Pick<SetUp, 'from' | 'to' | 'protocol'> & Partial<Pick<SetUp, 'port' | 'size' | 'owner'>>

export const tcp = (from: Spot, to: string, port = 80): Ask => ({ from, to, protocol: 'tcp', port })
export const udp = (from: Spot, to: string, port = 53, size?: number): Ask => ({
  ...{ from, to, protocol: 'udp', port },
  ...(size === undefined ? {} : { size }),
})
export const ping = (from: Spot, to: string): Ask => ({ from, to, protocol: 'icmp' })

export function setUp(
  title: string,
  ask: Ask,
  cause: CauseCode,
  make: readonly string[] = [],
  mend: readonly string[] = [],
): SetUp {
  return { title, ...ask, cause, make, mend }
}

/** Rules that are put first and taken away again. */
export function withRules(
  title: string,
  ask: Ask,
  cause: CauseCode,
  rules: readonly string[],
  { spot = 'host' as Spot, program = 'iptables' } = {},
): SetUp {
  const where = spot === 'host' ? '' : `at ${spot} `
  const make = rules.map((rule) => `${where}${program} ${rule}`)
  const mend = [...rules].reverse().map((rule) => `${where}${program} ${undone(rule)}`)
  return setUp(title, ask, cause, make, mend)
}

function undone(rule: string): string {
  if (/(^| )-P /.test(rule)) return rule.replace(/DROP$/, 'ACCEPT')
  if (/(^| )-N /.test(rule)) return rule.replace('-N ', '-X ')
  return rule.replace(/-I (\S+)( \d+)?/, '-D $1').replace('-A ', '-D ')
}

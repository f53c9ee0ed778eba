export type PolicyAction = 'allow' | 'deny'

/** Seen from who has the policy: what comes to it, and what it sends. */
export type PolicyDirection = 'ingress' | 'egress'

/**
 * Who is at the other end. Containers and networks are meant by their names, as in DNS: whoever bears the name now.
 * `host` is this host itself; `subnet` is in CIDR notation of either family.
 */
export type PolicyPeer =
  | { readonly kind: 'any' | 'host' }
  | { readonly kind: 'container' | 'network'; readonly name: string }
  | { readonly kind: 'subnet'; readonly subnet: string }

export type PolicyProtocol = 'any' | 'tcp' | 'udp' | 'sctp' | 'icmp'

/** Destination ports; one port where both are the same. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

export interface PolicyRule {
  readonly action: PolicyAction
  readonly direction: PolicyDirection
  readonly peer: PolicyPeer
  /** `icmp` is ICMPv6 where the packet is IPv6. */
  readonly protocol: PolicyProtocol
  /** Empty: every port. */
  readonly ports: readonly PortRange[]
}

/**
 * Who may begin what with a container, or with the containers of a network: the first rule that matches decides, and
 * what no rule matches meets the direction's own verdict. Replies always pass. A policy only takes away: what isolation
 * or the host's own rules stop, it does not let through.
 */
export interface Policy {
  readonly ingress: PolicyAction
  readonly egress: PolicyAction
  readonly rules: readonly PolicyRule[]
}

/** What there is where nobody has set anything. */
export const openPolicy: Policy = { ingress: 'allow', egress: 'allow', rules: [] }

/** Stops nothing and says nothing: as good as none. */
export function isOpen({ ingress, egress, rules }: Policy): boolean {
  return ingress === 'allow' && egress === 'allow' && rules.length === 0
}

/** Whether something may be stopped that passed before: a verdict that became denial, a rule that came, went or moved. */
export function mayStopMore(before: Policy = openPolicy, after: Policy = openPolicy): boolean {
  return (['ingress', 'egress'] as const).some((direction) => {
    const texts = ({ rules }: Policy, action?: PolicyAction) =>
      rules
        .filter((rule) => rule.direction === direction && (action === undefined || rule.action === action))
        .map((rule) => JSON.stringify(rule))
    const comes = (action: PolicyAction, from: Policy, to: Policy) =>
      texts(to, action).some((rule) => !texts(from).includes(rule))
    const stops = after[direction] === 'deny' || texts(after, 'deny').length > 0
    const kept = (one: Policy, other: Policy) => texts(one).filter((rule) => texts(other).includes(rule))
    return (
      (after[direction] === 'deny' && before[direction] === 'allow') ||
      comes('deny', before, after) ||
      (stops && (comes('allow', after, before) || kept(before, after).join() !== kept(after, before).join()))
    )
  })
}

/** "80", or "8000:8010" with the separator that is asked for. */
export function portsText({ first, last }: PortRange, separator: string): string {
  return first === last ? String(first) : `${first}${separator}${last}`
}

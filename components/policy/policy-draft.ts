import type { Policy, PolicyDirection, PolicyPeer, PolicyProtocol, PolicyRule } from '@/server/cnm/policy'

/** A rule as it is being typed. */
export interface RuleDraft {
  readonly key: number
  readonly action: PolicyRule['action']
  readonly direction: PolicyDirection
  readonly kind: PolicyPeer['kind']
  /** Name of the container or network, or the subnet. */
  readonly value: string
  readonly protocol: PolicyProtocol
  /** "80,443,8000-8010" */
  readonly ports: string
}

export interface PolicyDraft {
  readonly ingress: Policy['ingress']
  readonly egress: Policy['egress']
  readonly rules: readonly RuleDraft[]
}

export function draftOf(policy: Policy | undefined): PolicyDraft {
  const { ingress = 'allow', egress = 'allow', rules = [] } = policy ?? {}
  return {
    ...{ ingress, egress },
    rules: rules.map(({ action, direction, peer, protocol, ports }, key) => ({
      ...{ key, action, direction, kind: peer.kind, value: shownPeer(peer), protocol, ports: portsText(ports) },
    })),
  }
}

/** Of what has no policy. */
export const openDraft = draftOf(undefined)

/** What the daemon is asked for. */
export function inputOf({ ingress, egress, rules }: PolicyDraft) {
  return {
    ...{ ingress, egress },
    rules: rules.map(({ action, direction, kind, value, protocol, ports }) => ({
      ...{ action, direction, protocol },
      peer: { kind, ...(kind === 'subnet' ? { subnet: value } : hasName(kind) ? { name: value } : {}) },
      ports: hasPorts(protocol) ? ports : '',
    })),
  }
}

export function addRule(draft: PolicyDraft): PolicyDraft {
  const key = Math.max(-1, ...draft.rules.map((rule) => rule.key)) + 1
  const rule: RuleDraft = {
    ...{ key, direction: 'ingress', kind: 'any', value: '', protocol: 'tcp', ports: '' },
    // Beside a switch that denies, people want to allow something.
    action: draft.ingress === 'deny' ? 'allow' : 'deny',
  }
  return { ...draft, rules: [...draft.rules, rule] }
}

/** One place up (-1) or down (1); at the end it stays. */
export function moveRule(draft: PolicyDraft, key: number, by: -1 | 1): PolicyDraft {
  const rules = [...draft.rules]
  const at = rules.findIndex((rule) => rule.key === key)
  const [rule, other] = [rules[at], rules[at + by]]
  if (!rule || !other) return draft
  rules[at] = other
  rules[at + by] = rule
  return { ...draft, rules }
}

export function hasPorts(protocol: PolicyProtocol): boolean {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp'
}

export function hasName(kind: PolicyPeer['kind']): boolean {
  return kind === 'container' || kind === 'network'
}

export function portsText(ports: PolicyRule['ports']): string {
  return ports.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(', ')
}

function shownPeer(peer: PolicyPeer): string {
  if (peer.kind === 'subnet') return peer.subnet
  return 'name' in peer ? peer.name : ''
}

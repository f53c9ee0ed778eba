import { type Policy, type PolicyPeer, type PolicyRule, portsText } from './policy'

/** A policy as texts under these names: driver options of a network, labels of a container that is being made. */
export const policyTextNames = {
  ingress: 'patchbay.policy.ingress',
  egress: 'patchbay.policy.egress',
  rules: 'patchbay.policy.rules',
} as const
/** The texts that ask for a policy: what a client reads can be given again. */
export function policyTexts(policy: Policy | undefined): Record<string, string> {
  if (!policy) return {}
  const { ingress, egress, rules } = policy
  return {
    [policyTextNames.ingress]: ingress,
    [policyTextNames.egress]: egress,
    ...(rules.length > 0 ? { [policyTextNames.rules]: rules.map(ruleText).join('; ') } : {}),
  }
}

function ruleText({ action, direction, peer, protocol, ports }: PolicyRule): string {
  const what = [protocol, ports.map((range) => portsText(range, '-')).join(',')].filter((part) => part !== '')
  return [action, direction, ...what, direction === 'ingress' ? 'from' : 'to', peerText(peer)].join(' ')
}

function peerText(peer: PolicyPeer): string {
  switch (peer.kind) {
    case 'any':
    case 'host':
      return peer.kind
    case 'subnet':
      return peer.subnet
    case 'container':
    case 'network':
      return `${peer.kind} ${/^[\w.-]+$/.test(peer.name) ? peer.name : JSON.stringify(peer.name)}`
  }
}

import type { Policy, PolicyDirection } from '@/server/cnm/policy'
import type { Snapshot } from '@/server/observe/snapshot'

type Picture = Pick<Snapshot, 'networks' | 'containers' | 'endpoints'>

/** Whose policy stops everything that one container would begin with another, and on which side. */
export interface Denial {
  readonly holder: string
  readonly direction: PolicyDirection
}

/** Undefined: no policy stops all of it. What rules say of subnets, protocols and ports is left to the packets. */
export function denialBetween(picture: Picture, from: string, to: string): Denial | undefined {
  const [source, target] = [picture.containers[from], picture.containers[to]]
  if (!source || !target || from === to) return undefined
  const networks = (id: string) =>
    Object.values(picture.endpoints).flatMap(({ containerId, networkId }) => {
      const network = picture.networks[networkId]
      return containerId === id && network ? [network] : []
    })
  const holders: [direction: PolicyDirection, holders: { name: string; policy?: Policy }[]][] = [
    ['egress', [source, ...networks(from)]],
    ['ingress', [target, ...networks(to)]],
  ]
  for (const [direction, all] of holders) {
    const other = direction === 'egress' ? target : source
    const ways = networks(other.id).map(({ name }) => name)
    const holder = all.find(({ policy }) => policy && deniesAll(policy, direction, other.name, ways))
    if (holder) return { holder: holder.name, direction }
  }
  return undefined
}

/** Nothing may be begun with it from anywhere. */
export function isShut(policy: Policy | undefined): boolean {
  return (
    policy?.ingress === 'deny' &&
    !policy.rules.some(({ direction, action }) => direction === 'ingress' && action === 'allow')
  )
}

function deniesAll(policy: Policy, direction: PolicyDirection, name: string, networks: readonly string[]): boolean {
  for (const { action, direction: of, peer, protocol } of policy.rules) {
    if (of !== direction) continue
    const isMeant =
      peer.kind === 'any' ||
      (peer.kind === 'container' && peer.name === name) ||
      (peer.kind === 'network' && networks.includes(peer.name))
    if (action === 'allow' && (isMeant || peer.kind === 'subnet')) return false
    if (action === 'deny' && isMeant && protocol === 'any') return true
  }
  return policy[direction] === 'deny'
}

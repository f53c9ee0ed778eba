import { parseSave } from '../kernel/firewall-save'
import { describeFirewall } from '../kernel/observe-firewall'
import { diff } from '../plan/diff'
import { type KernelObject, keyOf, type OwnLink } from '../plan/object'
import type { HostLink } from './sources'

/** What is known of the host without asking anybody: links and rules as events have kept them. */
export interface KnownHost {
  readonly links: ReadonlyMap<string, HostLink>
  /** As `iptables-save -c` printed it. */
  readonly firewall: string
}

/**
 * Keys of the host's links and rules that look otherwise than wanted. Costs no process, so it can be
 * asked after every event; it is no proof, because what is inside of sandboxes is not known.
 */
export function suspectedKeys(wanted: readonly KernelObject[], host: KnownHost): string[] {
  const links = wanted.filter(isHostLink)
  const rules = wanted.filter(isHostRule)
  const parents = wanted.filter((object) => object.kind === 'parent')
  const known = [
    ...parents.filter(({ name }) => host.links.has(name)),
    ...knownLinks(links, host.links),
    ...describeFirewall('host', parseSave(host.firewall), rules),
  ]
  return diff([...parents, ...links, ...rules], known).steps.map((step) => keyOf(step.object))
}

function isHostLink(object: KernelObject): object is OwnLink {
  return object.kind === 'link' && object.type !== 'inner' && object.netns === 'host'
}

function isHostRule(object: KernelObject): boolean {
  return (object.kind === 'rule' || object.kind === 'chain' || object.kind === 'policy') && object.netns === 'host'
}

/** In the wanted form; what a link's row does not tell is taken to be as wanted. */
function knownLinks(wanted: readonly OwnLink[], links: KnownHost['links']): KernelObject[] {
  const byName = new Map(wanted.map((link) => [link.name, link]))
  return [...links.values()].flatMap((link): KernelObject[] => {
    const { name, up, mtu, port } = link
    const wish = byName.get(name)
    const alias = link.alias ?? ''
    if (!wish && !alias.startsWith('patchbay:')) return []
    if (wish?.type === 'veth' && link.kind === 'veth') {
      return [{ ...wish, up, mtu, alias, master: link.master ?? '', ...port }]
    }
    const isOther = wish?.type !== 'veth' && wish?.type === link.kind
    if (wish && isOther) return [{ ...wish, up, mtu, alias }]
    return [{ kind: 'link', type: 'bridge', netns: 'host', name, up, mtu, alias }]
  })
}

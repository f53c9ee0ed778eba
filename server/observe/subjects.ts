import { type KernelObject, keyOf, type LinkObject, ownerOf } from '../plan/object'
import type { Records } from './picture'

/** Whom a kernel object belongs to, with a name for people. */
export interface Subject {
  readonly id: string
  readonly name: string
  readonly about: About
}

/** The same by parts, for sentences in any language. */
export type About =
  | { readonly kind: 'network'; readonly network: string }
  | { readonly kind: 'container'; readonly container: string }
  | { readonly kind: 'endpoint'; readonly container: string; readonly network: string }
  | { readonly kind: 'service'; readonly service: string }

export interface Subjects {
  /** By the object's mark, else by the link that it lives on, else by the sandbox that it is in. Null: the host. */
  of(object: KernelObject, links: ReadonlyMap<string, LinkObject>): Subject | null
}

export function createSubjects(
  records: Pick<Records, 'listNetworks' | 'listContainers' | 'listEndpoints' | 'listServices'>,
): Subjects {
  const byMark = new Map<string, Subject>()
  const byNetns = new Map<string, Subject>()
  const names = new Map<string, string>()
  for (const { id, name } of records.listNetworks()) {
    byMark.set(`patchbay:${id}`, { id, name: `network ${name}`, about: { kind: 'network', network: name } })
    names.set(id, name)
  }
  for (const { id, name, sandbox } of records.listContainers()) {
    const subject: Subject = { id, name, about: { kind: 'container', container: name } }
    byMark.set(`patchbay:${id}`, subject)
    names.set(id, name)
    if (sandbox) byMark.set(`patchbay:${sandbox.id}`, subject)
    if (sandbox && sandbox.key !== 'host') byNetns.set(sandbox.key, subject)
  }
  for (const { id, containerId, networkId } of records.listEndpoints()) {
    const [container, network] = [names.get(containerId) ?? containerId, names.get(networkId) ?? networkId]
    const about = { kind: 'endpoint', container, network } as const
    byMark.set(`patchbay:${id}`, { id, name: `${container} on ${network}`, about })
  }

  for (const { id, networkId, name } of records.listServices()) {
    byMark.set(`patchbay:${id}`, {
      id: networkId,
      name: `service ${name}`,
      about: { kind: 'service', service: name },
    })
  }

  function bySandbox(object: KernelObject): Subject | null {
    const netns = object.kind === 'namespace' ? object.path : object.netns
    return byNetns.get(netns) ?? null
  }

  return {
    of(object, links) {
      const mark = ownerOf(object) ?? markOfLink(object, links)
      return (mark !== undefined && byMark.get(mark)) || bySandbox(object)
    },
  }
}

function markOfLink(object: KernelObject, links: ReadonlyMap<string, LinkObject>): string | undefined {
  const name = linkThatHurts(object)
  if (name === undefined || object.kind === 'namespace') return undefined
  const link = links.get(keyOf({ kind: 'link', type: 'inner', netns: object.netns, name, up: true }))
  return link && ownerOf(link)
}

/** The link that an object lies on; of what takes packets elsewhere, the one that does not get them. */
function linkThatHurts(object: KernelObject): string | undefined {
  switch (object.kind) {
    case 'address':
    case 'qdisc':
    case 'filter':
    case 'neighbour':
      return object.link
    case 'route':
      return object.expected ?? object.link
    case 'fdb':
      return object.expected
    case 'lookup':
      return object.expected.length === 1 ? object.expected[0] : undefined
    default:
      return undefined
  }
}

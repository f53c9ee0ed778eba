import { isStanding, type KernelObject, keyOf } from './object'
import { linkOfSysctl } from './order'

/** Where an object lives: keys of the links and namespaces that take it along when they go, nearest first. */
function homesOf(object: KernelObject): string[] {
  if (object.kind === 'namespace') return []
  const homes: string[] = []
  if (object.kind === 'filter') homes.push(`qdisc ${object.netns} ${object.link} clsact`)
  if (object.kind === 'qdisc' && object.parent === '1:1') homes.push(`qdisc ${object.netns} ${object.link} root`)
  const link = linkOf(object)
  if (link !== undefined) homes.push(`link ${object.netns} ${link}`)
  if (isStanding(object)) homes.push(`link host ${object.parent}`)
  if (object.netns !== 'host') homes.push(`namespace ${object.netns}`)
  return homes
}

function linkOf(object: KernelObject): string | undefined {
  switch (object.kind) {
    case 'address':
    case 'route':
    case 'neighbour':
    case 'fdb':
    case 'qdisc':
    case 'filter':
    case 'flows':
      return object.link
    case 'sysctl':
      return linkOfSysctl(object.name)
    case 'link':
      return object.type === 'inner' ? object.name : undefined
    default:
      return undefined
  }
}

/** Keys under which an object takes others along: a veth also holds what is on its other end. */
function holdsOf(object: KernelObject): string[] {
  if (object.kind === 'namespace' || object.kind === 'qdisc') return [keyOf(object)]
  if (object.kind !== 'link' || object.type === 'inner') return []
  return object.type === 'veth' ? [keyOf(object), `link ${object.peer.netns} ${object.peer.name}`] : [keyOf(object)]
}

/** Finds which of the given objects takes another along when it goes; undefined where it needs its own removal. */
export function createAbsorber(gone: readonly KernelObject[]): (object: KernelObject) => KernelObject | undefined {
  const holders = new Map<string, KernelObject>()
  for (const object of gone) for (const hold of holdsOf(object)) holders.set(hold, object)
  return (object) => {
    // A socket or a client pins its namespace: it is closed, and a lease given back, never just forgotten.
    if (object.kind === 'socket' || object.kind === 'lease') return undefined
    for (const home of homesOf(object)) {
      const holder = holders.get(home)
      // A cable into a namespace that goes is removed by itself, so that it is gone when the plan has run.
      const isLinger = holder?.kind === 'namespace' && object.kind === 'link' && object.type !== 'inner'
      if (holder !== undefined && holder !== object && !isLinger) return holder
    }
    return undefined
  }
}

import {
  isStanding,
  type KernelObject,
  keyOf,
  type LinkObject,
  type Netns,
  type OwnLink,
  type VethLink,
} from './object'
import { linkOfSysctl } from './order'
import type { Step } from './plan'

/** A link of Patchbay's that bears another name than it should: known by its mark, or as the other end of its cable. */
export interface Rename {
  readonly netns: Netns
  readonly from: string
  readonly to: string
  /** As it is, under its present name. */
  readonly link: LinkObject
  /** This kernel renames no link that is up: it is set down for a moment, and its routes are put back. */
  readonly rests: boolean
}

/** Links that somebody renamed. Where two could be the one that is missing, neither is. */
export function findRenames(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  isLive = true,
): Rename[] {
  const there = new Set(present.filter(isLink).map(keyOf))
  const asked = new Set(wanted.filter(isLink).map(keyOf))
  const strays = groupByMark(present.filter(isOwnLink).filter((link) => !asked.has(keyOf(link))))
  const lost = groupByMark(wanted.filter(isOwnLink).filter((link) => !there.has(keyOf(link))))
  const renames = [...lost].flatMap(([mark, links]): Rename[] => {
    const [link, ...more] = links
    const [stray, ...others] = strays.get(mark) ?? []
    if (!link || !stray || more.length > 0 || others.length > 0) return []
    return [{ netns: link.netns, from: stray.name, to: link.name, link: stray, rests: false }]
  })
  const all = [...renames, ...findRenamedEnds(wanted, present, renames)]
  return all.map((rename) => ({ ...rename, rests: !isLive && rename.link.up }))
}

/** Other ends of cables: the kernel says which link it is, whatever its name. */
function findRenamedEnds(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  renames: readonly Rename[],
): Rename[] {
  const newNames = new Map(renames.map(({ netns, from, to }) => [`link ${netns} ${from}`, `link ${netns} ${to}`]))
  const cables = new Map(present.filter(isVeth).map((link) => [newNames.get(keyOf(link)) ?? keyOf(link), link]))
  const inner = new Map(present.filter(isInner).map((link) => [keyOf(link), link]))
  return wanted.filter(isVeth).flatMap((cable): Rename[] => {
    const found = cables.get(keyOf(cable))
    if (found === undefined || found.peer.netns !== cable.peer.netns) return []
    const [from, to] = [found.peer.name, cable.peer.name]
    if (from === to || from === '') return []
    const { netns } = cable.peer
    const link = inner.get(`link ${netns} ${from}`) ?? { kind: 'link', type: 'inner', netns, name: from, up: false }
    return [{ netns, from, to, link, rests: false }]
  })
}

/** What is there, as it will be once the names are put right; what a renamed link's sysctls are cannot be asked before. */
export function underOldNames(
  present: readonly KernelObject[],
  renames: readonly Rename[],
  wanted: readonly KernelObject[],
): KernelObject[] {
  if (renames.length === 0) return [...present]
  const names = new Map(renames.map(({ netns, from, to }) => [`${netns} ${from}`, to]))
  const nameOf = (netns: Netns, name: string) => names.get(`${netns} ${name}`) ?? name
  const seen = new Set(present.map(keyOf))
  const back = new Set(renames.map(({ netns, to }) => `${netns} ${to}`))
  const unknown = wanted.filter(
    (object) =>
      object.kind === 'sysctl' && back.has(`${object.netns} ${linkOfSysctl(object.name)}`) && !seen.has(keyOf(object)),
  )
  const resting = new Set(renames.flatMap(({ netns, to, rests }) => (rests ? [`${netns} ${to}`] : [])))
  return [
    ...present.map((object) => renamed(object, nameOf)).flatMap((object) => afterRest(object, resting)),
    ...unknown,
  ]
}

/** A link that is set down loses its routes, and its addresses of IPv6. Under its name, a MAC may be where it belongs. */
function afterRest(object: KernelObject, resting: ReadonlySet<string>): KernelObject[] {
  if (object.kind === 'link') return [resting.has(`${object.netns} ${object.name}`) ? { ...object, up: false } : object]
  if (object.kind === 'fdb') return object.link === object.expected ? [] : [object]
  const goes = object.kind === 'route' || (object.kind === 'address' && object.address.includes(':'))
  return goes && resting.has(`${object.netns} ${object.link}`) ? [] : [object]
}

function renamed(object: KernelObject, nameOf: (netns: Netns, name: string) => string): KernelObject {
  switch (object.kind) {
    case 'link': {
      const link = { ...object, name: nameOf(object.netns, object.name) }
      if (isStanding(link)) return { ...link, parent: nameOf('host', link.parent) }
      if (link.type !== 'veth') return link
      const peer = { ...link.peer, name: nameOf(link.peer.netns, link.peer.name) }
      return { ...link, master: nameOf(link.netns, link.master), peer }
    }
    case 'address':
    case 'route':
    case 'neighbour':
    case 'qdisc':
      return { ...object, link: nameOf(object.netns, object.link) }
    case 'filter': {
      const filter = { ...object, link: nameOf(object.netns, object.link) }
      return filter.type === 'redirect' ? { ...filter, to: nameOf(object.netns, filter.to) } : filter
    }
    case 'fdb':
      return { ...object, link: nameOf('host', object.link), bridge: nameOf('host', object.bridge) }
    default:
      return object
  }
}

/** `ip link set dev FROM name TO`; its settings are another step's. */
export function renameSteps({ link, to, rests }: Rename): Step[] {
  if (!rests) return [{ verb: 'change', object: { ...link, name: to }, before: link }]
  const down = { ...link, up: false }
  return [
    { verb: 'change', object: down, before: link },
    { verb: 'change', object: { ...down, name: to }, before: down },
  ]
}

function groupByMark(links: readonly OwnLink[]): Map<string, OwnLink[]> {
  const groups = new Map<string, OwnLink[]>()
  for (const link of links) {
    const mark = `${link.netns} ${link.type} ${link.alias}`
    groups.set(mark, [...(groups.get(mark) ?? []), link])
  }
  return groups
}

function isLink(object: KernelObject): object is LinkObject {
  return object.kind === 'link'
}

function isOwnLink(object: KernelObject): object is OwnLink {
  return object.kind === 'link' && object.type !== 'inner'
}

function isVeth(object: KernelObject): object is VethLink {
  return object.kind === 'link' && object.type === 'veth'
}

function isInner(object: KernelObject): object is LinkObject & { type: 'inner' } {
  return object.kind === 'link' && object.type === 'inner'
}

import type { FilterObject, KernelObject, Netns, QdiscObject } from '../../plan/object'
import { addTraffic } from '../../plan/traffic-commands'
import { findLink, type Picture } from './picture'

/** One `tc` command on a picture: a queue at a place of a link, or a filter at a preference of a hook. */
export function pictureTc(picture: Picture, netns: Netns, args: readonly string[]): void {
  const [object = '', verb = '', dev, link = '', ...rest] = args
  if (dev !== 'dev' || findLink(picture, netns, link) === undefined) throw new Error(`Cannot find device "${link}"`)
  const length = rest[0] === 'parent' ? 2 : 1
  const place = object === 'qdisc' ? rest.slice(0, length) : [rest[0], rest[rest.indexOf('pref') + 1]]
  const key = [object, netns, link, ...place].join(' ')
  const isThere = picture.traffic.has(key)
  if (verb === 'add' && isThere) throw new Error('Error: Exclusivity flag on, cannot modify.')
  if (verb !== 'add' && verb !== 'replace' && !isThere) throw new Error('Error: Invalid handle.')
  if (object === 'filter' && !picture.traffic.has(`qdisc ${netns} ${link} clsact`)) {
    throw new Error('Error: Parent Qdisc does not exists.')
  }
  if (verb === 'delete') dropTraffic(picture, key)
  else picture.traffic.set(key, { netns, link, args: rest.slice(object === 'qdisc' ? length : 1) })
}

function dropTraffic(picture: Picture, key: string): void {
  picture.traffic.delete(key)
  const [, netns, link, place] = key.split(' ')
  const takesAlong = { clsact: `filter ${netns} ${link} `, root: `qdisc ${netns} ${link} parent` }[place ?? '']
  for (const other of picture.traffic.keys()) {
    if (takesAlong !== undefined && other.startsWith(takesAlong)) picture.traffic.delete(other)
  }
}

/** Those of the wanted queues and filters that are there just so. */
export function observeTraffic(picture: Picture, wanted: readonly KernelObject[]): KernelObject[] {
  return wanted.filter((object) => (isTraffic(object) ? isThere(picture, object) : false))
}

function isTraffic(object: KernelObject): object is QdiscObject | FilterObject {
  return object.kind === 'qdisc' || object.kind === 'filter'
}

function isThere(picture: Picture, object: QdiscObject | FilterObject): boolean {
  const trial: Picture = { ...picture, traffic: new Map() }
  const clsact = `qdisc ${object.netns} ${object.link} clsact`
  trial.traffic.set(object.kind === 'filter' ? clsact : '', { netns: object.netns, link: object.link, args: [] })
  const [command] = addTraffic(object)
  if (command?.program !== 'tc' || findLink(picture, object.netns, object.link) === undefined) return false
  pictureTc(trial, object.netns, command.args)
  const [key, made] = [...trial.traffic].at(-1) ?? []
  return key !== undefined && picture.traffic.get(key)?.args.join(' ') === made?.args.join(' ')
}

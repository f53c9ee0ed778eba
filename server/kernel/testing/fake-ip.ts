import type { Netns } from '../../plan/object'
import { dropLink, findLink, type Picture, type PicturedLink } from './picture'

/** One `ip` command on a picture. */
export function pictureIp(picture: Picture, netns: Netns, args: readonly string[]): void {
  if (netns !== 'host' && !picture.namespaces.has(netns)) throw new Error(`namespace ${netns} does not exist`)
  const words = createWords(args)
  const verb = `${words.next()} ${words.next()}`
  if (verb === 'link add' && args[2] === 'link') addStanding(picture, netns, words)
  else if (verb === 'link add') addLink(picture, netns, words)
  else if (verb === 'link set') setLink(picture, netns, words)
  else if (verb === 'link delete') deleteLink(picture, netns, words)
  else if (/^address (?:add|delete)$/.test(verb)) changeAddress(picture, netns, words, args[1] === 'add')
  else if (/^route (?:add|replace|delete)$/.test(verb)) changeRoute(picture, netns, words, args[1] ?? '')
  else throw new Error(`the fake kernel does not know: ip ${args.join(' ')}`)
}

interface Words {
  next(): string
  expect(word: string): void
  last(): string
  readonly isDone: boolean
}

function createWords(args: readonly string[]): Words {
  let at = 0
  const unknown = () => new Error(`the fake kernel does not know: ip ${args.join(' ')} (at word ${at})`)
  const next = () => {
    const word = args[at++]
    if (word === undefined) throw unknown()
    return word
  }
  return {
    next,
    expect: (word) => {
      if (next() !== word) throw unknown()
    },
    last: () => {
      const word = next()
      if (at !== args.length) throw unknown()
      return word
    },
    get isDone() {
      return at === args.length
    },
  }
}

function getLink(picture: Picture, netns: Netns, name: string): PicturedLink {
  const link = findLink(picture, netns, name)
  if (link === undefined) throw new Error(`Cannot find device "${name}"`)
  return link
}

function deleteLink(picture: Picture, netns: Netns, words: Words): void {
  words.expect('dev')
  dropLink(picture, getLink(picture, netns, words.last()))
}

function addLink(picture: Picture, netns: Netns, words: Words): void {
  words.expect('name')
  const name = words.next()
  const link = { netns, name, alias: '', mtu: 1500, up: false, master: '', hairpin: false, mac: '', group: 0 }
  for (let word = words.next(); word !== 'type'; word = words.next()) {
    if (word === 'mtu') link.mtu = Number(words.next())
    else if (word === 'address') link.mac = words.next()
    else if (word === 'master') link.master = getLink(picture, netns, words.next()).name
    else if (word === 'group') link.group = Number(words.next())
    else throw new Error(`the fake kernel does not know: link add … ${word}`)
  }
  if (findLink(picture, netns, name) !== undefined) throw new Error('RTNETLINK answers: File exists')
  const type = words.next()
  if (type === 'bridge' || type === 'dummy' || type === 'ifb') {
    const made: PicturedLink = { ...link, type }
    setBridge(made, words)
    picture.links.add(made)
  } else if (type === 'veth') addPair(picture, { ...link, type }, words)
  else throw new Error(`the fake kernel does not know: link add … type ${type}`)
}

/** A link on a parent, in the parent's namespace or in another. */
function addStanding(picture: Picture, home: Netns, words: Words): void {
  words.expect('link')
  const parent = getLink(picture, home, words.next())
  words.expect('name')
  const name = words.next()
  let [netns, mtu, mac] = [parent.netns, parent.mtu, '']
  for (let word = words.next(); word !== 'type'; word = words.next()) {
    if (word === 'mtu') mtu = Number(words.next())
    else if (word === 'address') mac = words.next()
    else if (word === 'netns') netns = words.next() as Netns
    else throw new Error(`the fake kernel does not know: link add link … ${word}`)
  }
  if (netns !== 'host' && !picture.namespaces.has(netns)) {
    throw new Error(`argument "${netns}" is wrong: Invalid "netns" value`)
  }
  if (findLink(picture, netns, name) !== undefined) throw new Error('RTNETLINK answers: File exists')
  const type = words.next()
  const settings: string[] = []
  while (!words.isDone) settings.push(words.next())
  if (type !== 'macvlan' && type !== 'ipvlan' && type !== 'vlan') {
    throw new Error(`the fake kernel does not know: link add link … type ${type}`)
  }
  const plain = { alias: '', up: false, master: '', hairpin: false } as const
  picture.links.add({ ...plain, netns, name, type, mtu, mac, parent: parent.name, settings })
}

function addPair(picture: Picture, link: PicturedLink, words: Words): void {
  words.expect('peer')
  words.expect('name')
  const name = words.next()
  words.expect('address')
  const mac = words.next()
  words.expect('mtu')
  const mtu = Number(words.next())
  let netns = link.netns
  if (!words.isDone) {
    words.expect('netns')
    netns = words.last() as Netns
    if (!picture.namespaces.has(netns)) throw new Error(`argument "${netns}" is wrong: Invalid "netns" value`)
  }
  if (findLink(picture, netns, name) !== undefined) throw new Error('RTNETLINK answers: File exists')
  const common = { type: 'veth', alias: '', up: false, master: '', hairpin: false } as const
  const peer: PicturedLink = { ...common, netns, name, mtu, mac, peer: link }
  link.peer = peer
  picture.links.add(link).add(peer)
}

function setLink(picture: Picture, netns: Netns, words: Words): void {
  words.expect('dev')
  const link = getLink(picture, netns, words.next())
  while (!words.isDone) {
    const word = words.next()
    if (word === 'up' || word === 'down') link.up = word === 'up'
    else if (word === 'mtu') link.mtu = Number(words.next())
    else if (word === 'alias') link.alias = words.next()
    else if (word === 'address') link.mac = words.next()
    else if (word === 'nomaster') link.master = ''
    else if (word === 'master') link.master = getLink(picture, netns, words.next()).name
    else if (word === 'group') link.group = Number(words.next())
    else if (word === 'type') setType(link, words)
    else throw new Error(`the fake kernel does not know: link set … ${word}`)
  }
}

function setType(link: PicturedLink, words: Words): void {
  const type = words.next()
  if (type === 'bridge_slave' && link.master === '') throw new Error('RTNETLINK answers: Operation not supported')
  if (type !== 'bridge_slave' && type !== link.type) throw new Error('RTNETLINK answers: Operation not supported')
  setBridge(link, words)
}

/** Settings of a bridge or of a port, to the end. */
function setBridge(link: PicturedLink, words: Words): void {
  while (!words.isDone) {
    const word = words.next()
    const value = words.next()
    if (word === 'hairpin') link.hairpin = value === 'on'
    else if (word === 'isolated') link.isolated = value === 'on'
    else if (word === 'forward_delay') continue
    else if (word === 'stp_state') link.stp = value === '1'
    else if (word === 'mcast_snooping') link.multicastSnooping = value === '1'
    else throw new Error(`the fake kernel does not know: link … type … ${word}`)
  }
}

function changeAddress(picture: Picture, netns: Netns, words: Words, isAdded: boolean): void {
  const address = words.next()
  let word = words.next()
  if (isAdded && word === 'broadcast') {
    words.expect('+')
    word = words.next()
  }
  if (isAdded && word === 'nodad' && address.includes(':')) word = words.next()
  if (isAdded && word === 'scope') {
    words.expect('link')
    word = words.next()
  }
  if (word !== 'dev') throw new Error(`the fake kernel does not know: address … ${word}`)
  const link = getLink(picture, netns, words.last()).name
  const key = `${netns} ${link} ${address}`
  if (picture.addresses.has(key) === isAdded) {
    throw new Error(isAdded ? 'ipv4: Address already assigned.' : 'ipv4: Address not found.')
  }
  if (isAdded) picture.addresses.set(key, { netns, link, address })
  else picture.addresses.delete(key)
}

function changeRoute(picture: Picture, netns: Netns, words: Words, verb: string): void {
  const destination = words.next()
  let via: string | undefined
  let word = words.next()
  if (word === 'via') {
    via = words.next()
    word = words.next()
  }
  if (word !== 'dev') throw new Error(`the fake kernel does not know: route … ${word}`)
  const link = getLink(picture, netns, words.last())
  if (verb !== 'delete' && !link.up) throw new Error('Error: Device for nexthop is not up.')
  const key = `${netns} ${destination}`
  const present = picture.routes.get(key)
  if (verb === 'add' && present !== undefined) throw new Error('RTNETLINK answers: File exists')
  if (verb === 'delete' && present?.link !== link.name) throw new Error('RTNETLINK answers: No such process')
  if (verb === 'delete') picture.routes.delete(key)
  else picture.routes.set(key, { netns, link: link.name, destination, ...(via === undefined ? {} : { via }) })
}

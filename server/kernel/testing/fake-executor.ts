import { keyOf, type Netns } from '../../plan/object'
import type { Command, FirewallProgram } from '../../plan/plan'
import type { Executor } from '../apply'
import { BatchError, type Outcome, outcomesAround } from '../batch-error'
import { pictureIp } from './fake-ip'
import { pictureIptables } from './fake-iptables'
import { pictureTc } from './fake-tc'
import { dropNamespace, findLink, furnish, type Picture } from './picture'

/** Carries commands out on a picture. A command that it does not know fails, and so does making a thing twice. */
export function createPicturing(picture: Picture): Executor {
  return {
    check: () => undefined,
    run: async (commands) => {
      if (commands[0] && isFirewall(commands[0])) runTables(picture, commands)
      else runOneByOne(picture, commands)
      return {}
    },
  }
}

function isFirewall(command: Command): command is Command & { program: FirewallProgram } {
  return command.program === 'iptables' || command.program === 'ip6tables'
}

function runOneByOne(picture: Picture, commands: readonly Command[]): void {
  for (const [index, command] of commands.entries()) {
    const complaint = complaintOf(() => pictureOne(picture, command))
    if (complaint === undefined) continue
    throw new BatchError(index, outcomesAround(index, commands.length, 'not-run'), complaint)
  }
}

/** As iptables-restore does: one table after the other, each whole or not at all. */
function runTables(picture: Picture, commands: readonly Command[]): void {
  const outcomes = new Array<Outcome>(commands.length).fill('not-run')
  const tables = new Set(commands.flatMap((command) => (isFirewall(command) ? [command.table] : [])))
  for (const table of tables) {
    const before = [...picture.chains].map(([key, chain]) => [key, { ...chain }] as const)
    for (const [index, command] of commands.entries()) {
      if (!isFirewall(command) || command.table !== table) continue
      const complaint = complaintOf(() => pictureIptables(picture, command))
      if (complaint === undefined) continue
      picture.chains.clear()
      for (const [key, chain] of before) picture.chains.set(key, chain)
      throw new BatchError(index, outcomes, complaint)
    }
    for (const [index, command] of commands.entries()) {
      if (isFirewall(command) && command.table === table) outcomes[index] = 'done'
    }
  }
}

function complaintOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function pictureOne(picture: Picture, command: Command): void {
  if (command.program === 'ip') pictureIp(picture, command.netns, command.args)
  else if (command.program === 'tc') pictureTc(picture, command.netns, command.args)
  else if (command.program === 'namespace') pictureNamespace(picture, command)
  else if (command.program === 'nft') pictureNft(picture, command)
  else if (command.program === 'sysctl') pictureSysctl(picture, command)
  else if (command.program === 'socket') pictureSocket(picture, command)
  else if (command.program === 'lease') pictureLease(picture, command)
}

function pictureNamespace(picture: Picture, { verb, path }: Command & { program: 'namespace' }): void {
  if (verb === 'remove') {
    dropNamespace(picture, path)
    return
  }
  if (picture.namespaces.has(path)) throw new Error(`namespace ${path} already exists`)
  picture.namespaces.add(path)
  furnish(picture, path)
}

function pictureSysctl(picture: Picture, command: Command & { program: 'sysctl' }): void {
  const { netns, name, value } = command
  checkNamespace(picture, netns)
  const [, , group, link = 'all'] = name.split('/')
  const isOfLink = (group === 'conf' || group === 'neigh') && link !== 'all' && link !== 'default'
  if (isOfLink && findLink(picture, netns, link) === undefined) throw new Error(`sysctl ${name} does not exist`)
  picture.sysctls.set(`sysctl ${netns} ${name}`, { netns, name, value })
}

function pictureNft(picture: Picture, { netns, args }: Command & { program: 'nft' }): void {
  checkNamespace(picture, netns)
  const [verb, what, , table, ...rest] = args
  const rules = picture.tables.get(netns)
  if (verb === 'delete' && rules === undefined) throw new Error(`table ${table} does not exist`)
  if (verb === 'delete') picture.tables.delete(netns)
  else if (what === 'table') picture.tables.set(netns, verb === 'flush' ? [] : (rules ?? []))
  else if (what === 'rule') picture.tables.set(netns, [...(rules ?? []), rest.join(' ')])
}

function pictureSocket(picture: Picture, command: Command & { program: 'socket' }): void {
  const { verb, netns, protocol, address, port, service } = command
  const key = keyOf({ kind: 'socket', netns, protocol, address, port, service })
  if (verb === 'close') {
    picture.sockets.delete(key)
    return
  }
  checkNamespace(picture, netns)
  if (picture.sockets.has(key)) throw new Error(`${key} already exists`)
  picture.sockets.add(key)
}

/** A server answers at once, unless there is none. */
function pictureLease(picture: Picture, { verb, netns, object }: Command & { program: 'lease' }): void {
  if (verb === 'release') {
    picture.leases.delete(object.id)
    picture.lent.delete(object.id)
    return
  }
  checkNamespace(picture, netns)
  if (picture.server === undefined) throw new Error(`no DHCP server answered on ${object.link} of the container`)
  picture.leases.set(object.id, object)
  picture.lent.set(object.id, picture.server(object.id))
}

export function checkNamespace(picture: Picture, netns: Netns): void {
  if (netns !== 'host' && !picture.namespaces.has(netns)) throw new Error(`namespace ${netns} does not exist`)
}

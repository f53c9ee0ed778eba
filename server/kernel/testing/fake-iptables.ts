import type { Command, FirewallProgram } from '../../plan/plan'
import { chainKey, type Picture, type PicturedChain } from './picture'

const targets = new Set([
  'ACCEPT',
  'DROP',
  'RETURN',
  'REJECT',
  'MASQUERADE',
  'DNAT',
  'SNAT',
  'REDIRECT',
  'MARK',
  'LOG',
  'CT',
  'NOTRACK',
  'NETMAP',
])

/** One line of iptables-restore on a picture. */
export function pictureIptables(picture: Picture, command: Command & { program: FirewallProgram }): void {
  const { netns, args, table } = command
  const of = command.program === 'iptables' ? { table } : { table, family: 'ipv6' as const }
  if (netns !== 'host' && !picture.namespaces.has(netns)) throw new Error(`namespace ${netns} does not exist`)
  const [verb, name = '', ...rest] = args
  const key = chainKey(netns, of, name)
  if (verb === '-N') {
    if (picture.chains.has(key)) throw new Error('Chain already exists.')
    picture.chains.set(key, { netns, ...of, name, policy: null, rules: [] })
    return
  }
  const chain = picture.chains.get(key)
  if (chain === undefined) throw new Error('No chain/target/match by that name.')
  if (verb === '-P') setPolicy(chain, rest)
  else if (verb === '-F') chain.rules = []
  else if (verb === '-X') removeChain(picture, key, chain)
  else changeRules(picture, chain, verb ?? '', rest)
}

function setPolicy(chain: PicturedChain, [policy]: readonly string[]): void {
  if (chain.policy === null || (policy !== 'ACCEPT' && policy !== 'DROP')) throw new Error('Bad policy name.')
  chain.policy = policy
}

function removeChain(picture: Picture, key: string, chain: PicturedChain): void {
  if (chain.policy !== null || chain.rules.length > 0) throw new Error('Directory not empty')
  const isTarget = [...picture.chains.values()].some(
    ({ netns, family, table, rules }) =>
      netns === chain.netns &&
      family === chain.family &&
      table === chain.table &&
      rules.some((args) => targetOf(args) === chain.name),
  )
  if (isTarget) throw new Error('CHAIN_DEL failed (Device or resource busy)')
  picture.chains.delete(key)
}

function changeRules(picture: Picture, chain: PicturedChain, verb: string, rest: readonly string[]): void {
  const [position = '', ...args] = verb === '-I' ? rest : ['', ...rest]
  const target = targetOf(args)
  if (target !== undefined && !targets.has(target) && !picture.chains.has(chainKey(chain.netns, chain, target))) {
    throw new Error(`Chain '${target}' does not exist`)
  }
  if (verb === '-A') chain.rules = [...chain.rules, args]
  else if (verb === '-I') {
    if (Number(position) > chain.rules.length + 1) throw new Error('Index of insertion too big.')
    chain.rules = chain.rules.toSpliced(Number(position) - 1, 0, args)
  } else if (verb === '-D') {
    const at = chain.rules.findIndex((rule) => JSON.stringify(rule) === JSON.stringify(args))
    if (at < 0) throw new Error('Bad rule (does a matching rule exist in that chain?).')
    chain.rules = chain.rules.toSpliced(at, 1)
  } else throw new Error(`the fake kernel does not know: iptables ${verb}`)
}

function targetOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '-j' || arg === '-g')
  return at < 0 ? undefined : args[at + 1]
}

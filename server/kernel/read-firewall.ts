import { type FirewallFamily, keyOf, type Netns, type RuleObject } from '../plan/object'
import { parseSave, type SavedFirewall } from './firewall-save'
import { readOutput } from './read-output'
import { run } from './run'

export type IptablesVariant = 'nf_tables' | 'legacy'

/** Tables, chains and rules with their counters: `iptables-save -c`. Throws CommandError. */
export async function readFirewall(netns: Netns = 'host', family?: FirewallFamily): Promise<SavedFirewall> {
  return parseSave(await readFirewallText(netns, family))
}

/** As iptables-save (ip6tables-save) prints it. Throws CommandError. */
export function readFirewallText(netns: Netns = 'host', family?: FirewallFamily): Promise<string> {
  return readOutput(family === undefined ? 'iptables-save' : 'ip6tables-save', ['-c'], { netns })
}

/** Packets that met rules of the host's, by key. Throws CommandError. */
export async function countRules(rules: readonly RuleObject[]): Promise<ReadonlyMap<string, number>> {
  const families = new Set(rules.map(({ family }) => family))
  const wanted = new Set(rules.map(keyOf))
  const counts = new Map<string, number>()
  for (const family of families) {
    for (const { name: table, chains } of (await readFirewall('host', family)).tables) {
      for (const { name: chain, rules: found } of chains) {
        for (const { args, packets } of found) {
          const of = family === undefined ? {} : { family }
          const key = keyOf({ kind: 'rule', netns: 'host', ...of, table, chain, args })
          if (wanted.has(key)) counts.set(key, (counts.get(key) ?? 0) + packets)
        }
      }
    }
  }
  return counts
}

/** Which of the two `iptables` is: "iptables v1.8.9 (nf_tables)". Versions before 1.8 knew legacy only. */
export async function iptablesVariant(): Promise<IptablesVariant> {
  const { stdout } = await run('iptables', ['--version'])
  return stdout.includes('(nf_tables)') ? 'nf_tables' : 'legacy'
}

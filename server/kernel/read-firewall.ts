import type { FirewallFamily, Netns } from '../plan/object'
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

/** Which of the two `iptables` is: "iptables v1.8.9 (nf_tables)". Versions before 1.8 knew legacy only. */
export async function iptablesVariant(): Promise<IptablesVariant> {
  const { stdout } = await run('iptables', ['--version'])
  return stdout.includes('(nf_tables)') ? 'nf_tables' : 'legacy'
}

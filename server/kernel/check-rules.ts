import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { FirewallFamily } from '../plan/object'
import { readFirewall } from './read-firewall'
import { encodeRestoreLine } from './restore-batch'
import { CommandError, run } from './run'

/** The rules of one chain of the filter table, in order; undefined where there is no such chain. */
export async function readChain(name: string, family?: FirewallFamily): Promise<readonly string[][] | undefined> {
  const { tables } = await readFirewall('host', family)
  const chain = tables.find((table) => table.name === 'filter')?.chains.find((one) => one.name === name)
  return chain?.rules.map(({ args }) => [...args])
}

/**
 * Asks iptables whether it would take these rules in this order; nothing is changed: `iptables-restore --test`. Throws
 * invalid-parameter with the number of the rule and iptables' own words.
 */
export async function checkRules(
  chain: string,
  rules: readonly (readonly string[])[],
  family?: FirewallFamily,
): Promise<void> {
  const lines = rules.map((args) => encodeRestoreLine(['-A', chain, ...args]))
  const input = ['*filter', `-F ${chain}`, ...lines, 'COMMIT', ''].join('\n')
  try {
    const program = family === undefined ? 'iptables-restore' : 'ip6tables-restore'
    await run(program, ['--test', '--noflush', '--wait'], { input })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw refusalOf(error.stderr, rules.length)
  }
}

function refusalOf(stderr: string, count: number): PatchbayError {
  const place = Number(/(?:line:? |at line: )(\d+)/.exec(stderr)?.[1] ?? 0) - 2
  const reason = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('Try `') && !/^Error occurred at line/.test(line))
    .join(' ')
    .replace(/^ip6?tables-restore( v\S+ \(\w+\))?: /, '')
    .trim()
  const which = place >= 1 && place <= count ? sentence`rule ${place}` : sentence`one of the rules`
  return new PatchbayError(
    'invalid-parameter',
    sentence`iptables does not take ${which}: ${reason || sentence`it says no more`}`,
    {
      field: 'rules',
    },
  )
}

import type { Family } from '../../cnm/address'
import type { FoundNetns, NetnsId } from '../../cnm/netns-state'
import { parseSave, type SavedFirewall } from '../../kernel/firewall-save'
import type { NetnsTables } from '../../kernel/netns-contract'
import { ruleKey } from './compare'
import type { Explanation } from './contract'

/** Packets by `ruleKey`, whose last part is a rule's number or "null" for a chain's policy. */
type Counts = ReadonlyMap<string, number>

/** Reads what rules of iptables-legacy have counted, where the explanation speaks of some. */
export function legacyCounters({ there, back }: Explanation, places: readonly FoundNetns[], tables: NetnsTables) {
  const rules = [...there.steps, ...(back?.steps ?? [])].flatMap(({ netns, place: { rule } }) =>
    rule?.isLegacy ? [{ netns, family: rule.family }] : [],
  )
  const asked = places.flatMap((netns) => {
    const [first] = rules.filter((one) => one.netns === netns.id)
    return first ? [{ netns, family: first.family }] : []
  })
  return async (): Promise<ReadonlyMap<NetnsId, Counts>> =>
    new Map(
      await Promise.all(
        asked.map(async ({ netns, family }) => {
          const save = await tables.firewall(netns, family, 'legacy').catch(() => '')
          return [netns.id, countsIn(parseSave(save), family)] as const
        }),
      ),
    )
}

function countsIn({ tables }: SavedFirewall, family: Family): Counts {
  return new Map(
    tables.flatMap((table) =>
      table.chains.flatMap((chain) => {
        const key = (number: number | null) => ruleKey(family, table.name, chain.name, String(number))
        const rules = chain.rules.map(({ packets }, at) => [key(at + 1), packets] as const)
        return [[key(null), chain.packets] as const, ...rules]
      }),
    ),
  )
}

export function increased(before: Counts = new Map(), after: Counts = new Map()): Counts {
  return new Map([...after].map(([key, packets]) => [key, Math.max(0, packets - (before.get(key) ?? packets))]))
}

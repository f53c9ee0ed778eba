import type { DriftView } from '@/server/observe/snapshot'
import { countDrift } from './drift-words'

/** So many are read one by one; where there are more, those that are told in the same words are one. */
const fewest = 12
const fewestAlike = 4
const commandsShown = 20

/** Differences in the order in which they came, those that are alike together. */
export function foldAlike(drifts: readonly DriftView[]): [DriftView, ...DriftView[]][] {
  const groups = new Map<string, [DriftView, ...DriftView[]]>()
  for (const drift of drifts) {
    const { kind, words, hurts, mends, byHand } = drift
    const group = groups.get(`${kind} ${words[0]?.code} ${hurts} ${mends} ${byHand}`)
    if (group) group.push(drift)
    else groups.set(`${kind} ${words[0]?.code} ${hurts} ${mends} ${byHand}`, [drift])
  }
  return [...groups.values()].flatMap((group): [DriftView, ...DriftView[]][] =>
    drifts.length > fewest && group.length >= fewestAlike ? [group] : group.map((one) => [one]),
  )
}

/** Several that are alike, as one that is repaired with one click. */
export function asOne(drifts: readonly [DriftView, ...DriftView[]]): DriftView {
  const [first] = drifts
  if (drifts.length === 1) return first
  const commands = drifts.flatMap((one) => one.commands)
  const rest = commands.length - commandsShown
  const automatic = drifts.find((one) => one.automatic?.state === 'gaveUp')?.automatic ?? first.automatic
  return {
    ...{ ...first, subjectId: null, alike: countDrift(drifts) - 1 },
    keys: drifts.flatMap(({ keys }) => keys),
    commands: rest > 0 ? [...commands.slice(0, commandsShown), `# … +${rest}`] : commands,
    ...(automatic ? { automatic } : {}),
  }
}

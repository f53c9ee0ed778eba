import { compareOutcomes, type Difference } from './compare'
import { type Meant, meant } from './differences'
import type { EngineName, Results } from './run'
import type { Step, Theme } from './step'

export interface Finding {
  readonly theme: string
  readonly step: Step
  /** Differences that are meant, each with its reason. */
  readonly excused: readonly (Difference & { readonly by: Meant })[]
  readonly unexpected: readonly Difference[]
}

/** What every step came to, with the differences that differences.ts lists told apart from those it does not. */
export function compareResults(themes: readonly Theme[], results: Readonly<Record<EngineName, Results>>): Finding[] {
  return themes.flatMap(({ name, steps }) => {
    const [docker, patchbay] = [results.docker.themes[name]?.outcomes, results.patchbay.themes[name]?.outcomes]
    return steps.map((step, index) => {
      const differences = compareOutcomes(step, docker?.[index] ?? {}, patchbay?.[index] ?? {})
      return judge(name, step, differences)
    })
  })
}

function judge(theme: string, step: Step, differences: readonly Difference[]): Finding {
  const judged = differences.map((difference) => ({
    ...difference,
    by: meant.find((entry) => excuses(entry, theme, step, difference)),
  }))
  return {
    ...{ theme, step },
    excused: judged.flatMap(({ by, ...difference }) => (by === undefined ? [] : [{ ...difference, by }])),
    unexpected: judged.filter(({ by }) => by === undefined),
  }
}

function excuses(entry: Meant, theme: string, step: Step, { path, docker, patchbay }: Difference): boolean {
  return (
    (entry.theme === undefined || entry.theme === theme) &&
    (entry.step === undefined || entry.step.test(step.title)) &&
    (entry.path === undefined || entry.path.test(path)) &&
    (entry.docker === undefined || entry.docker.test(textOf(docker))) &&
    (entry.patchbay === undefined || entry.patchbay.test(textOf(patchbay)))
  )
}

export function textOf(value: unknown): string {
  if (value === undefined) return '(nothing)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

import type { TraceStep } from '@/server/observe/trace/contract'
import type { StepEvidence } from '@/server/observe/trace/prober-contract'

export interface ShownStep {
  readonly step: TraceStep
  /** From 0, in its leg. */
  readonly index: number
  readonly evidence: StepEvidence | null
}

/** Steps one after another in one namespace; `quiet` ones are folded. */
export interface StepGroup {
  readonly key: string
  readonly first: TraceStep
  readonly parts: readonly { readonly isQuiet: boolean; readonly steps: readonly ShownStep[] }[]
}

/** Chains that were walked and did not decide. */
const quietCodes: readonly string[] = ['rule-jumps', 'rule-returns']

export function groupSteps(
  steps: readonly TraceStep[],
  evidence: readonly StepEvidence[] | undefined,
  decisive: number | null,
): StepGroup[] {
  const groups: { key: string; first: TraceStep; parts: { isQuiet: boolean; steps: ShownStep[] }[] }[] = []
  for (const [index, step] of steps.entries()) {
    const last = groups.at(-1)
    const shown: ShownStep = { step, index, evidence: evidence?.[index] ?? null }
    const isQuiet = isFolded(shown, decisive)
    const group = last && last.first.netns === step.netns ? last : { key: `${index}`, first: step, parts: [] }
    if (group !== last) groups.push(group)
    const part = group.parts.at(-1)
    if (part && part.isQuiet === isQuiet) part.steps.push(shown)
    else group.parts.push({ isQuiet, steps: [shown] })
  }
  return groups
}

/** What ends the way, or turned out otherwise, is never folded. */
function isFolded({ step, index, evidence }: ShownStep, decisive: number | null): boolean {
  if (step.isEnd || index === decisive || evidence?.mark === 'contradicted') return false
  return quietCodes.includes(step.said.code)
}

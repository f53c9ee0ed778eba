import type { Outcome } from './perform'
import type { Step } from './step'

/** One place where two engines part. */
export interface Difference {
  /** "exit", "stdout[0].NetworkSettings.Ports". */
  readonly path: string
  /** Undefined where that side has nothing there. */
  readonly docker: unknown
  readonly patchbay: unknown
}

export function compareOutcomes(step: Step, docker: Outcome, patchbay: Outcome): Difference[] {
  const arranged = (outcome: Outcome) => (step.isUnordered ? sorted(outcome) : outcome)
  return compare('', arranged(docker), arranged(patchbay))
}

function sorted(outcome: Outcome): Outcome {
  return Object.fromEntries(
    Object.entries(outcome).map(([name, value]) => [name, Array.isArray(value) ? value.map(asText).toSorted() : value]),
  )
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function compare(path: string, docker: unknown, patchbay: unknown): Difference[] {
  if (isTextList(docker) && isTextList(patchbay)) return compareTexts(path, docker, patchbay)
  if (Array.isArray(docker) && Array.isArray(patchbay)) {
    const length = Math.max(docker.length, patchbay.length)
    return Array.from({ length }, (_, index) => compare(`${path}[${index}]`, docker[index], patchbay[index])).flat()
  }
  if (isRecord(docker) && isRecord(patchbay)) {
    const keys = [...new Set([...Object.keys(docker), ...Object.keys(patchbay)])]
    return keys.flatMap((key) => compare(path === '' ? key : `${path}.${key}`, docker[key], patchbay[key]))
  }
  return Object.is(docker, patchbay) ? [] : [{ path, docker, patchbay }]
}

/** Lines belong together: they differ as one. */
function compareTexts(path: string, docker: readonly string[], patchbay: readonly string[]): Difference[] {
  const [one, other] = [docker.join('\n'), patchbay.join('\n')]
  return one === other ? [] : [{ path, docker: one, patchbay: other }]
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

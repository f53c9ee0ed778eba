import type { Step } from './plan'

/** The step that takes another back. */
export function inverse(step: Step): Step {
  switch (step.verb) {
    case 'add':
      return { ...step, verb: 'remove' }
    case 'remove':
      return { ...step, verb: 'add' }
    case 'change':
      return { verb: 'change', object: step.before, before: step.object }
  }
}

/** The steps that take others back, last one first. */
export function inversePlan(steps: readonly Step[]): Step[] {
  return steps.map(inverse).reverse()
}

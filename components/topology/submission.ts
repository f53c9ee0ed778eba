import { useState } from 'react'
import { type PlanError, planError } from './plan-query'

/**
 * A form being sent. The error with which that ended stands as long as the same is asked for; before and after it is the
 * plan's.
 */
export function useSubmission(request: unknown, planned: PlanError | null) {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<{ readonly asked: string; readonly error: PlanError }>()
  const asked = JSON.stringify(request)
  return {
    isBusy,
    error: failure?.asked === asked ? failure.error : planned,
    async submit(send: () => Promise<void>): Promise<void> {
      setBusy(true)
      try {
        await send()
      } catch (reason) {
        setFailure({ asked, error: planError(reason) })
      } finally {
        setBusy(false)
      }
    },
  }
}

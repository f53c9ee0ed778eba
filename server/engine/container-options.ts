import type { ContainerOptions, RestartPolicy } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { parseSignal } from '../runtime/signals'

/** Every value checked, before anything is written. Throws invalid-parameter. */
export function checkOptions(options: ContainerOptions, autoRemove: boolean): ContainerOptions {
  if (options.stopSignal !== null) parseSignal(options.stopSignal)
  checkRestartPolicy(options.restartPolicy, autoRemove)
  return options
}

export function checkRestartPolicy({ name, maximumRetryCount: most }: RestartPolicy, autoRemove: boolean): void {
  if (autoRemove && name !== 'no') {
    throw invalid(`a container that is removed when it ends cannot have the restart policy ${name}`, 'restartPolicy')
  }
  if (!Number.isInteger(most) || most < 0) {
    throw invalid(`a maximum retry count must be a whole number that is not negative, not ${most}`, 'restartPolicy')
  }
  if (most > 0 && name !== 'on-failure') {
    throw invalid("a maximum retry count can only be used with the restart policy 'on-failure'", 'restartPolicy')
  }
}

function invalid(message: string, field: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}

import type { ContainerOptions, RestartPolicy } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'

/** What a client says of how a container runs. */
interface RunBody {
  readonly StopSignal?: string | null | undefined
  readonly StopTimeout?: number | null | undefined
  readonly HostConfig?: { readonly RestartPolicy?: RestartPolicyBody | null | undefined } | null | undefined
}

export interface RestartPolicyBody {
  readonly Name?: string | null | undefined
  readonly MaximumRetryCount?: number | null | undefined
}

/** How it runs, as the engine takes it: only what was asked for. */
export function runOptions({ StopSignal, StopTimeout, HostConfig: host }: RunBody): Partial<ContainerOptions> {
  return {
    ...(StopSignal ? { stopSignal: StopSignal } : {}),
    ...(typeof StopTimeout === 'number' ? { stopTimeoutSeconds: StopTimeout } : {}),
    ...(host?.RestartPolicy?.Name ? { restartPolicy: restartPolicyOf(host.RestartPolicy) } : {}),
  }
}

const policies = ['no', 'always', 'on-failure', 'unless-stopped'] as const

export function restartPolicyOf({ Name, MaximumRetryCount }: RestartPolicyBody): RestartPolicy {
  const name = policies.find((policy) => policy === (Name || 'no'))
  if (name === undefined) {
    throw new PatchbayError(
      'invalid-parameter',
      `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    )
  }
  return { name, maximumRetryCount: MaximumRetryCount ?? 0 }
}

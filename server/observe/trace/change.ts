import type { Engine } from '../../engine/contract'
import type { Step } from '../../plan/plan'
import type { TraceChange } from './contract'

/** What a change would do to the kernel; nothing is changed, and nothing recorded. Throws what the change itself would. */
export async function planOf(
  engine: Pick<Engine, 'connect' | 'disconnect' | 'updateNetwork' | 'updateContainer'>,
  change: TraceChange,
): Promise<readonly Step[]> {
  const asked = { actor: '', dryRun: true }
  switch (change.kind) {
    case 'connect':
      return (await engine.connect({ network: change.network, container: change.container }, asked)).steps ?? []
    case 'disconnect':
      return (await engine.disconnect({ network: change.network, container: change.container }, asked)).steps ?? []
    case 'network-policy':
      return (await engine.updateNetwork(change.network, { policy: change.policy }, asked)).steps ?? []
    case 'container-policy':
      return (await engine.updateContainer(change.container, { policy: change.policy }, asked)).steps ?? []
  }
}

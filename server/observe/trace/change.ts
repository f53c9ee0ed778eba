import type { Engine } from '../../engine/contract'
import type { Step } from '../../plan/plan'
import type { TraceChange } from './contract'

/** What a change would do to the kernel; nothing is changed, and nothing recorded. Throws what the change itself would. */
export async function planOf(
  engine: Pick<Engine, 'connect' | 'disconnect' | 'updateNetwork' | 'updateEndpoint' | 'updateContainer'>,
  change: TraceChange,
): Promise<readonly Step[]> {
  const asked = { actor: '', dryRun: true }
  switch (change.kind) {
    case 'connect': {
      const { kind, leaving, ...input } = change
      return (await engine.connect(input, { ...asked, ...(leaving === undefined ? {} : { leaving }) })).steps ?? []
    }
    case 'disconnect':
      return (await engine.disconnect({ network: change.network, container: change.container }, asked)).steps ?? []
    case 'network':
      return (await engine.updateNetwork(change.network, change.changes, asked)).steps ?? []
    case 'endpoint': {
      const { network, container, changes } = change
      return (await engine.updateEndpoint({ network, container }, changes, asked)).steps ?? []
    }
    case 'container':
      return (await engine.updateContainer(change.container, change.changes, asked)).steps ?? []
  }
}

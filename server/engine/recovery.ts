import type { Container } from '../cnm/container'
import type { ServiceId } from '../cnm/ids'
import type { Operation } from '../cnm/operation'
import { sentence } from '../cnm/sentence'
import type { RecordChange } from '../store/contract'
import { chooseGateway, orderedEndpoints } from './assign'
import { quietly } from './change'
import { erase, exited } from './container-end'
import { endedByItself } from './container-exit'
import { removeAnonymous } from './container-mounts'
import type { EngineContext } from './context'
import { writeFiles } from './edit'
import { closedWithout } from './ports'

/**
 * What a killed daemon left half done. Changes of networks and endpoints are finished, for their
 * intent holds all that they need; containers that were being made or started are taken back.
 * Only records change here; the kernel follows when it is brought to what they say.
 */
export async function settleOperations(ctx: EngineContext): Promise<readonly Operation[]> {
  const left = await ctx.store.listRunningOperations()
  for (const operation of left) {
    const { status, change } = await settle(ctx, operation)
    const error =
      status === 'undone'
        ? sentence`the daemon ended while this ran; it was undone at the next start`
        : sentence`the daemon ended while this ran; it was finished at the next start`
    await ctx.journal.end(operation, { status, error, durationMs: 0 }, change)
  }
  return left
}

/** Writes the files of containers anew on which a change was made when the daemon was killed: it may not have come to that. */
export async function refreshFiles(ctx: EngineContext, left: readonly Operation[]): Promise<void> {
  for (const { records } of left) {
    const { containerId, networkId } = records
    const endpoints = [...ctx.records.endpoints.values()]
    const ids = new Set(endpoints.filter((one) => one.networkId === networkId).map((one) => one.containerId))
    const touched = [...ctx.records.containers.values()].filter(({ id }) => id === containerId || ids.has(id))
    await quietly(() => writeFiles(ctx, touched))
  }
}

/** Sees which containers still run, and records the end of those that do not. */
export async function adoptContainers(ctx: EngineContext): Promise<void> {
  for (const container of [...ctx.records.containers.values()]) {
    if (container.state.status !== 'running') continue
    const pid = await ctx.runtime.findPid(container.id)
    if (pid === container.state.pid) {
      await adoptPause(ctx, container)
      continue
    }
    const exit = await ctx.runtime.findExit(container.id)
    const { change, again } = endedByItself(ctx, container, exit)
    await ctx.journal.write(change)
    if (!again && container.autoRemove) await removeWhole(ctx, container)
  }
}

/** Whether it is frozen is what the kernel says, also when the daemon was killed while it froze it. */
async function adoptPause(ctx: EngineContext, container: Container): Promise<void> {
  const paused = await ctx.runtime.isPaused(container.id)
  if (paused === container.state.paused) return
  await ctx.journal.write({ putContainers: [{ ...container, state: { ...container.state, paused } }] })
}

interface Settled {
  readonly status: 'finished' | 'undone'
  readonly change: RecordChange
}

async function settle(ctx: EngineContext, operation: Operation): Promise<Settled> {
  const { networkId, endpointId, containerId } = operation.records
  const container = containerId === undefined ? undefined : ctx.records.containers.get(containerId as Container['id'])
  switch (operation.verb) {
    case 'network.create':
    case 'network.update':
    case 'network.connect':
    case 'endpoint.update':
    case 'service.create':
    case 'service.update':
    case 'container.rename':
    case 'container.pause':
    case 'container.unpause':
    case 'container.update':
    case 'container.terminal':
    case 'firewall.update':
    case 'host.reconcile':
    case 'host.update':
    case 'trace.send':
    case 'reach.verify':
    case 'capture.start':
      return { status: 'finished', change: {} }
    case 'service.remove':
      return { status: 'finished', change: { removeServices: [operation.records.serviceId as ServiceId] } }
    case 'network.remove':
      return { status: 'finished', change: removeNetworkRecords(ctx, networkId) }
    case 'network.disconnect':
      return { status: 'finished', change: removeEndpointRecord(ctx, endpointId, container) }
    case 'container.create':
      return { status: 'undone', change: await removeContainerRecords(ctx, container) }
    case 'container.remove':
      return { status: 'finished', change: await removeContainerRecords(ctx, container) }
    case 'container.start':
      return { status: 'undone', change: await abandonStart(ctx, container) }
    case 'container.stop':
    case 'container.restart':
      return { status: 'finished', change: await completeStop(ctx, container) }
  }
}

function removeNetworkRecords(ctx: EngineContext, id: string | undefined): RecordChange {
  const network = [...ctx.records.networks.values()].find((known) => known.id === id)
  if (!network) return {}
  return {
    removeNetworks: [network.id],
    removeEndpoints: ctx.records.endpointsOn(network).map((endpoint) => endpoint.id),
  }
}

function removeEndpointRecord(
  ctx: EngineContext,
  id: string | undefined,
  container: Container | undefined,
): RecordChange {
  const endpoint = [...ctx.records.endpoints.values()].find((known) => known.id === id)
  if (!endpoint || !container) return {}
  const left = orderedEndpoints(ctx, container).filter((other) => other.id !== endpoint.id)
  const putEndpoints = chooseGateway(ctx, left)
  return { removeEndpoints: [endpoint.id], putEndpoints, putContainers: closedWithout(ctx, putEndpoints, container) }
}

async function removeContainerRecords(ctx: EngineContext, container: Container | undefined): Promise<RecordChange> {
  if (!container) return {}
  await ctx.runtime.discard(container.id)
  await ctx.runtime.remove(container.id)
  await removeAnonymous(ctx, container)
  return erase(ctx, container)
}

async function abandonStart(ctx: EngineContext, container: Container | undefined): Promise<RecordChange> {
  if (!container) return {}
  await ctx.runtime.discard(container.id)
  const { putContainers, putEndpoints } = exited(ctx, container, undefined)
  const status = container.state.startedAt === null ? ('created' as const) : ('exited' as const)
  return {
    putContainers: putContainers.map((stopped) => ({ ...stopped, state: { ...container.state, status, pid: null } })),
    putEndpoints,
  }
}

async function completeStop(ctx: EngineContext, container: Container | undefined): Promise<RecordChange> {
  if (container?.state.status !== 'running') return {}
  const exit = (await ctx.runtime.stop(container.id, { timeoutMs: 0 })) ?? (await ctx.runtime.findExit(container.id))
  return exited(ctx, { ...container, state: { ...container.state, stoppedByHand: true } }, exit)
}

async function removeWhole(ctx: EngineContext, container: Container): Promise<void> {
  await ctx.runtime.remove(container.id)
  await removeAnonymous(ctx, container)
  await ctx.journal.write(erase(ctx, container))
}

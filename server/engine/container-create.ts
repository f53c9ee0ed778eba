import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, createId } from '../cnm/ids'
import { checkContainerName } from '../cnm/names'
import type { Network } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import { foreseeGateways } from './assign'
import { finish, type PlannedChange, perform, preview, quietly } from './change'
import { erase, removeContainer } from './container-end'
import { buildContainer, checkNameIsFree } from './container-input'
import { allMounts, removeAnonymous, withVolumes } from './container-mounts'
import { checkPublishable } from './container-ports'
import { startContainer } from './container-start'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, ContainerCreateInput } from './contract'
import { buildJoins, checkJoins } from './joins'
import { checkContainerPolicy, parsePolicy } from './policy-input'
import { policyFromTexts } from './policy-text'
import { portWarnings } from './port-warnings'
import { checkProtocols, wantedPorts } from './ports'

export async function createContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const image = await ctx.runtime.findImage(input.image || 'busybox:latest')
  return ctx.locks.run(['container names'], async () => {
    await checkJoins(ctx, input)
    const built = buildContainer(ctx, input, image, createId<ContainerId>())
    const mounted = { ...built, options: { ...built.options, mounts: allMounts(ctx, built, image) } }
    const { container: joined, endpoints } = buildJoins(ctx, mounted, input, options)
    const networks = endpoints.flatMap(({ networkId }) => ctx.records.networks.get(networkId) ?? [])
    const planned = await withPolicy(ctx, joined, input, networks)
    if (!input.lenient) {
      checkPublishable(ctx, planned, networks)
      checkProtocols(ctx, foreseeGateways(ctx, endpoints), wantedPorts(planned))
    }
    checkSysctlsOn(networks, planned)
    const container = options.dryRun ? planned : await withVolumes(ctx, planned)
    const change: PlannedChange<Container> = {
      result: container,
      intent: {
        verb: 'container.create',
        subjects: [container.name],
        records: { containerId: container.id },
        actor: options.actor,
      },
      before: { putContainers: [container], putEndpoints: endpoints },
    }
    const warnings = await portWarnings(ctx, planned, endpoints)
    const told = <Done extends object>(done: Done) => (warnings.length > 0 ? { ...done, warnings } : done)
    if (options.dryRun) return told(preview(ctx, change))
    const operation = await ctx.journal.begin({ ...change.intent, commands: [] }, change.before ?? {})
    const began = performance.now()
    try {
      await ctx.runtime.prepare(container)
    } catch (error) {
      await quietly(() => ctx.runtime.remove(container.id))
      await quietly(() => removeAnonymous(ctx, container))
      const durationMs = performance.now() - began
      await ctx.journal.end(operation, { status: 'failed', error, durationMs }, erase(ctx, container))
      throw error
    }
    return told(await finish(ctx, change, operation, began))
  })
}

async function withPolicy(
  ctx: EngineContext,
  container: Container,
  { policy: given, labels = {} }: ContainerCreateInput,
  networks: readonly Network[],
): Promise<Container> {
  const raw = given ?? policyFromTexts(labels)
  const policy = raw && parsePolicy(ctx, raw, container)
  if (!policy) return container
  await checkContainerPolicy(ctx, container, policy, networks)
  return { ...container, policy }
}

/** The host's own network is not a container's to set. */
function checkSysctlsOn(networks: readonly Network[], { options: { sysctls } }: Container): void {
  const name = Object.keys(sysctls).find((key) => key.startsWith('net.'))
  if (name === undefined || !networks.some(({ driver }) => driver === 'host')) return
  throw new PatchbayError(
    'invalid-parameter',
    sentence`sysctl ${name} is not allowed in the host's network namespace`,
    {
      field: 'sysctls',
    },
  )
}

export async function runContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const created = await createContainer(ctx, input, options)
  if (options.dryRun) return created
  try {
    const started = await startContainer(ctx, created.result.id, options)
    return created.warnings ? { ...started, warnings: created.warnings } : started
  } catch (error) {
    const { id } = created.result
    const whole = { ...options, force: true, volumes: true }
    if (ctx.records.containers.has(id)) await removeContainer(ctx, id, whole)
    throw error
  }
}

export async function renameContainer(
  ctx: EngineContext,
  reference: string,
  wanted: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  const name = checkContainerName(wanted)
  return ctx.locks.run([`container:${id}`, 'container names'], async () => {
    const container = ctx.records.getContainer(id)
    if (container.name === name) {
      throw new PatchbayError(
        'invalid-parameter',
        sentence`container ${name} has that name already; give another one`,
        {
          ...{ field: 'name', reason: 'container-name-same' },
        },
      )
    }
    checkNameIsFree(ctx, name)
    const renamed: Container = { ...container, name }
    const change: PlannedChange<Container> = {
      result: renamed,
      intent: {
        verb: 'container.rename',
        subjects: [name, container.name],
        records: { containerId: id },
        actor: options.actor,
      },
      before: { putContainers: [renamed] },
      undo: { putContainers: [container] },
    }
    return options.dryRun ? preview(ctx, change) : perform(ctx, change)
  })
}

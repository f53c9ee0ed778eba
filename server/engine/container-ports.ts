import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import type { Network } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import { networkOwnerOf } from '../cnm/shared-network'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, PortInput } from './contract'
import { edit } from './edit'
import { parsePorts } from './port-requests'
import { portWarnings } from './port-warnings'

/** All ports that a container is to publish from now on. Those that stay keep their port of the host and what runs over it. */
export async function changePorts(
  ctx: EngineContext,
  container: Container,
  inputs: readonly PortInput[],
  options: ChangeOptions,
): Promise<Change<Container>> {
  const changed: Container = { ...container, ports: parsePorts(inputs) }
  const owner = networkOwnerOf(container)
  if (owner !== undefined && inputs.length > 0) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`container ${container.name} shares the network of ${ctx.records.findContainer(owner)?.name ?? owner}: publish the ports there`,
      { field: 'ports' },
    )
  }
  const networks = ctx.records
    .endpointsOf(container)
    .flatMap(({ networkId }) => ctx.records.networks.get(networkId) ?? [])
  if (networks.length > 0) checkPublishable(ctx, changed, networks)
  const intent = {
    verb: 'container.update' as const,
    subjects: [container.name],
    records: { containerId: container.id },
  }
  const warnings = await portWarnings(ctx, changed, ctx.records.endpointsOf(container))
  const change = await ctx.locks.run(['ports', ...networks.map(({ id }) => `network:${id}`)], () =>
    edit(
      ctx,
      {
        ...intent,
        containers: [changed],
        touched: [changed],
        result: (records) => records.containers.get(container.id) ?? changed,
      },
      options,
    ),
  )
  return warnings.length > 0 ? { ...change, warnings } : change
}

/** Throws where none of the networks gives a container an interface that ports could lead to. */
export function checkPublishable(ctx: EngineContext, { ports }: Container, networks: readonly Network[]): void {
  if (ports.length === 0 || networks.some(({ driver }) => ctx.drivers.get(driver).hasInterfaces)) return
  const names = networks.map(({ name }) => name).join(', ')
  throw new PatchbayError(
    'invalid-parameter',
    sentence`ports cannot be published on network ${names}; choose a bridge network`,
    { field: 'ports' },
  )
}

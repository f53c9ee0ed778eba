import type { Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { holdersOf } from './assign'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, EndpointInput, EndpointUpdateInput } from './contract'
import { edit } from './edit'
import { parseRequest } from './endpoint-request'
import { reshaped } from './endpoint-shaping'

/** Changes what is asked of an endpoint; of one whose container runs, also what it has. */
export async function updateEndpoint(
  ctx: EngineContext,
  joint: { network: string; container: string },
  input: EndpointUpdateInput,
  options: ChangeOptions,
): Promise<Change<Endpoint>> {
  const containerId = ctx.records.getContainer(joint.container).id
  const networkId = ctx.records.getNetwork(joint.network).id
  return ctx.locks.run([`container:${containerId}`], () =>
    ctx.locks.run([`network:${networkId}`, 'ports'], async () => {
      const container = ctx.records.getContainer(containerId)
      const network = ctx.records.getNetwork(networkId)
      const endpoint = ctx.records.findEndpoint(network, container)
      if (!endpoint) {
        throw new PatchbayError(
          'conflict',
          sentence`container ${container.name} is not connected to network ${network.name}; connect it first`,
          { reason: 'not-connected', data: { container: container.id, network: network.name } },
        )
      }
      const wanted = { ...inputOf(endpoint), ...given(input) }
      const holders = () => holdersOf(ctx, network, endpoint.id)
      const shaped = await reshaped(ctx, network, endpoint, given(input))
      const requested = parseRequest(ctx, network, container, wanted, holders, endpoint.id)
      return edit(
        ctx,
        {
          verb: 'endpoint.update',
          subjects: [container.name, network.name],
          records: { endpointId: endpoint.id, containerId, networkId },
          endpoints: [{ ...shaped, requested }],
          touched: [container],
          result: (records) => records.endpoints.get(endpoint.id) ?? endpoint,
        },
        options,
      )
    }),
  )
}

/** What was asked, as one would ask for it again. */
function inputOf({ requested }: Endpoint): EndpointInput {
  return {
    ...requested,
    linkLocalIps: requested.linkLocalIps.map((address) => address.split('/')[0] ?? address),
    aliases: [...requested.aliases],
    links: requested.links.map(({ container, alias }) => `${container}:${alias}`),
  }
}

function given(input: EndpointUpdateInput): EndpointUpdateInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

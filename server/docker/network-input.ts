import type { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import { isPredefined } from '../cnm/network'
import { networkOwnerOf } from '../cnm/shared-network'
import type { ConnectInput, ContainerCreateInput, Engine } from '../engine/contract'
import type { containerCreateSchema } from './container-input'
import { forVersion } from './endpoint-settings'
import { portsOf } from './ports'

type Body = z.infer<typeof containerCreateSchema>
type Join = Omit<ConnectInput, 'container'>

/** The API version from which a container may be made on several networks at once. */
const minorWithSeveral = 44

export interface NetworkInput {
  readonly input: Pick<ContainerCreateInput, 'network' | 'joins' | 'ports' | 'lenient'>
  readonly warnings: readonly string[]
}

/** Which networks a container is to be made on, and with what settings, by Docker's rules of the client's version. */
export function networkInput(engine: Engine, body: Body, minor: number): NetworkInput {
  const host = body.HostConfig ?? {}
  const mode = host.NetworkMode || 'default'
  const network = mode === 'default' ? 'bridge' : mode
  const ports = portsOf(host.PortBindings ?? {})
  if (networkOwnerOf({ networkMode: network }) !== undefined) {
    const own = Object.values(body.NetworkingConfig?.EndpointsConfig ?? {}).find((settings) => settings?.macAddress)
    const macAddress = body.MacAddress || own?.macAddress
    return { input: { network, ports, lenient: true, ...(macAddress ? { macAddress } : {}) }, warnings: [] }
  }
  const { joins, warning } = withMacAddress(
    joinsOf(engine, body, network, minor),
    body.MacAddress ?? '',
    network,
    minor,
  )
  for (const join of joins) checkPredefined(join, isOfDocker(engine, join.network))
  const [{ network: _, ...first } = { network }, ...others] = joins
  const discarded = network === 'host' && (ports.length > 0 || host.PublishAllPorts)
  return {
    input: { ...first, network: joins[0]?.network ?? network, joins: others, ports, lenient: true },
    warnings: [
      ...(warning === undefined ? [] : [warning]),
      ...(discarded ? ['Published ports are discarded when using host network mode'] : []),
    ],
  }
}

/** Docker's rule: where endpoints are given, they are all there is; that of the network mode comes first. */
function joinsOf(engine: Engine, body: Body, network: string, minor: number): Join[] {
  const given = Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {})
  if (given.length > 1 && minor < minorWithSeveral) {
    const names = given.map(([name]) => name).join(', ')
    throw invalid(`Container cannot be created with multiple network endpoints: ${names}`)
  }
  const joins = given.map(
    ([key, settings]): Join => ({ network: key === 'default' ? 'bridge' : key, ...forVersion(settings ?? {}, minor) }),
  )
  const idOf = (reference: string) => engine.findNetwork(reference)?.id ?? reference
  const isFirst = (join: Join) => idOf(join.network) === idOf(network)
  const ordered = [...joins.filter(isFirst), ...joins.filter((join) => !isFirst(join))]
  const [first = { network }, ...others] = ordered
  const links = [...(first.links ?? []), ...(body.HostConfig?.Links ?? [])]
  return [{ ...first, ...(links.length > 0 ? { links } : {}) }, ...others]
}

/** Before 1.44 a container had one MAC address; since then each of its endpoints has its own. */
function withMacAddress(
  joins: readonly Join[],
  macAddress: string,
  network: string,
  minor: number,
): { joins: Join[]; warning?: string } {
  if (minor < minorWithSeveral) {
    if (macAddress === '') return { joins: joins.map(({ macAddress: _, ...join }) => join) }
    if (network === 'host' || network === 'none') {
      throw invalid('conflicting options: mac-address and the network mode')
    }
  }
  if (macAddress === '') return { joins: [...joins] }
  const own = joins[0]?.macAddress
  if (minor >= minorWithSeveral && own !== undefined && own.toLowerCase() !== macAddress.toLowerCase()) {
    throw invalid(
      'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
    )
  }
  const changed = joins.map((join, index) => (index === 0 ? { ...join, macAddress } : join))
  if (minor < minorWithSeveral) return { joins: changed }
  const warning =
    'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.'
  return { joins: network === 'host' || network === 'none' ? [...joins] : changed, warning }
}

/** One of the networks of the beginning. */
export function isOfDocker(engine: Engine, reference: string): boolean {
  const found = engine.findNetwork(reference)
  return found !== undefined && isPredefined(found)
}

/** On the networks that are always there Docker gives neither addresses of one's choice nor names. */
export function checkPredefined({ ipv4Address, aliases = [] }: Omit<Join, 'network'>, isPredefinedOne: boolean): void {
  if (!isPredefinedOne) return
  if (ipv4Address !== undefined) {
    throw invalid('user specified IP address is supported on user defined networks only')
  }
  if (aliases.length > 0) {
    throw invalid('network-scoped alias is supported only for containers in user defined networks')
  }
}

function invalid(message: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'network' })
}

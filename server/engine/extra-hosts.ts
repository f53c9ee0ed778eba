import { isIP } from 'node:net'
import type { ExtraHost } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { type Said, sentence } from '../cnm/sentence'
import type { EngineContext } from './context'
import type { ContainerCreateInput } from './contract'

/** Stands for the address by which the containers on the default bridge reach the host. */
const hostGateway = 'host-gateway'

/** Checks the lines that a container's /etc/hosts is to have besides. */
export function parseExtraHosts(input: NonNullable<ContainerCreateInput['extraHosts']>): ExtraHost[] {
  const hosts: readonly ExtraHost[] = isList(input)
    ? input
    : Object.entries(input).map(([name, address]) => ({ name, address }))
  for (const { name, address } of hosts) {
    if (name === '' || /[\s#]/.test(name))
      throw invalid(sentence`extra host ${shown(name)} is not a name for /etc/hosts`)
    if (address === hostGateway || isIP(address) !== 0) continue
    throw invalid(
      sentence`invalid IP address in add-host: ${shown(address)}, for ${shown(name)}; give an address or ${hostGateway}`,
    )
  }
  return hosts.map(({ name, address }) => ({ name, address }))
}

/** With the address that "host-gateway" stands for now. Throws where the default bridge has none. */
export function resolveExtraHosts(ctx: EngineContext, hosts: readonly ExtraHost[]): ExtraHost[] {
  return hosts.map((host) => (host.address === hostGateway ? { ...host, address: gatewayOf(ctx) } : host))
}

function gatewayOf(ctx: EngineContext): string {
  const gateway = ctx.records.findNetwork('bridge')?.pools[0]?.gateway
  if (gateway !== undefined) return gateway
  throw new PatchbayError(
    'unavailable',
    sentence`unable to derive the IP value for host-gateway: network bridge has no gateway`,
  )
}

function isList(input: NonNullable<ContainerCreateInput['extraHosts']>): input is readonly ExtraHost[] {
  return Array.isArray(input)
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'extraHosts' })
}

import { type Container, statusWords } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { type Said, type Sentence, sentence } from '../cnm/sentence'
import { networkOwnerOf, sharedMode } from '../cnm/shared-network'
import type { Netns } from '../plan/object'
import type { EngineContext } from './context'
import type { ContainerCreateInput } from './contract'

/**
 * The network mode of a container that is to share another's stack, the other by id where it is
 * there already; undefined for all other modes. Throws for options that only a stack of one's own
 * can have, in the words that Docker's clients know.
 */
export function parseSharedMode(ctx: EngineContext, input: ContainerCreateInput): string | undefined {
  const { network = '' } = input
  const reference = networkOwnerOf({ networkMode: network })
  if (reference === undefined) return undefined
  if (reference === '')
    throw invalid(sentence`invalid network mode: invalid container format container:<name|id>`, 'network')
  for (const [isAsked, message, field] of conflictsOf(input)) if (isAsked) throw invalid(message, field)
  return sharedMode(ctx.records.findContainer(reference)?.id ?? reference)
}

function conflictsOf(input: ContainerCreateInput): [isAsked: boolean, message: Sentence, field: string][] {
  const { hostname, macAddress, dns = [], extraHosts, ports = [], options = {} } = input
  const { links = [], publishAll = false, exposedPorts = [] } = options
  const published = ports.length > 0 || publishAll
  return [
    [Boolean(hostname), sentence`conflicting options: hostname and the network mode`, 'hostname'],
    [
      links.length > 0,
      sentence`conflicting options: container type network can't be used with links. This would result in undefined behavior`,
      'links',
    ],
    [dns.length > 0, sentence`conflicting options: dns and the network mode`, 'dns'],
    [
      Object.keys(extraHosts ?? {}).length > 0,
      sentence`conflicting options: custom host-to-IP mapping and the network mode`,
      'extraHosts',
    ],
    [Boolean(macAddress), sentence`conflicting options: mac-address and the network mode`, 'macAddress'],
    [published, sentence`conflicting options: port publishing and the container type network mode`, 'ports'],
    [
      exposedPorts.length > 0,
      sentence`conflicting options: port exposing and the container type network mode`,
      'exposedPorts',
    ],
  ]
}

/** What a start has to hold still: the container, and whose network it shares. */
export function startKeys(ctx: EngineContext, id: Container['id']): string[] {
  const owner = findOwner(ctx, ctx.records.containers.get(id))
  return [`container:${id}`, ...(owner ? [`container:${owner.id}`] : [])]
}

/** The container whose network this one joins when it starts; undefined where it has its own. Throws where that one does not run. */
export function ownerToJoin(ctx: EngineContext, container: Container): Container | undefined {
  const reference = networkOwnerOf(container)
  if (reference === undefined) return undefined
  const owner = findOwner(ctx, container)
  if (!owner) {
    throw new PatchbayError(
      'not-found',
      sentence`joining network namespace of container: No such container: ${reference}; make ${container.name} anew on another network`,
      { field: 'network', reason: 'container-not-found', data: { reference } },
    )
  }
  if (owner.id === container.id) throw invalid(sentence`cannot join own network namespace`, 'network')
  if (owner.state.status !== 'running' || owner.state.pid === null) {
    throw new PatchbayError(
      'conflict',
      sentence`cannot join network namespace of a non running container: container ${owner.name} is ${statusWords[owner.state.status]}; start it first`,
      { field: 'network', reason: 'network-owner-stopped', data: { id: owner.id } },
    )
  }
  return owner
}

/** A running container's stack by its process: there even when the one that it took it from has gone. */
export function netnsOf({ sandbox, state }: Container): Netns {
  return sandbox?.key === 'host' ? 'host' : `/proc/${state.pid}/ns/net`
}

/** Whose hosts, resolv.conf and hostname a container sees: the last of those that share with one another. */
export function fileOwnerOf(ctx: EngineContext, container: Container): Container {
  const owner = findOwner(ctx, container)
  if (owner) return owner.id === container.id ? container : fileOwnerOf(ctx, owner)
  if (networkOwnerOf(container) === undefined) return container
  throw new PatchbayError('conflict', sentence`the container that ${container.name} shares its network with is gone`, {
    data: { container: shortId(container.id) },
  })
}

function findOwner(ctx: EngineContext, container: Container | undefined): Container | undefined {
  const reference = container && networkOwnerOf(container)
  return reference ? ctx.records.findContainer(reference) : undefined
}

function invalid(message: Said, field: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}

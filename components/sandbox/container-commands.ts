import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { endpointAsDocker } from '../endpoint/endpoint-commands'
import { mergeFamilies } from '../topology/ports'
import { shellLine } from '../topology/shell'

/** An endpoint with its network. */
export interface JoinedNetwork {
  readonly endpoint: EndpointView
  readonly network: NetworkView
}

/** The container as `docker run` would make it; further networks follow as `docker network connect`. */
export function containerAsDocker(container: ContainerView, joined: readonly JoinedNetwork[]): string {
  const [first, ...others] = joined
  const address = first?.network.predefined ? undefined : first?.endpoint.ipv4Address?.split('/')[0]
  const isSharing = container.networkMode.startsWith('container:')
  const run = shellLine([
    ...['docker', 'run', '--detach', '--name', container.name],
    // Who shares a network shares its host name, and Docker takes none beside it.
    ...(container.hostname !== '' && !container.id.startsWith(container.hostname) && !isSharing
      ? ['--hostname', container.hostname]
      : []),
    ...['--network', isSharing ? container.networkMode : (first?.network.name ?? 'none')],
    ...(address === undefined ? [] : ['--ip', address]),
    ...(first?.endpoint.aliases.flatMap((alias) => ['--network-alias', alias]) ?? []),
    ...mergeFamilies(container.ports).flatMap((port) => ['--publish', publishOption(port)]),
    ...(container.pidsLimit === null ? [] : ['--pids-limit', String(container.pidsLimit)]),
    ...(container.memoryBytes === null ? [] : ['--memory', `${container.memoryBytes}b`]),
    ...(container.nanoCpus === null ? [] : ['--cpus', String(container.nanoCpus / 1e9)]),
    ...restartOption(container),
    ...container.mounts.flatMap(mountOption),
    ...['--', container.image],
    ...container.command,
  ])
  return [run, ...others.map(({ endpoint, network }) => endpointAsDocker(endpoint, container, network))].join('\n')
}

function restartOption({ restartPolicy: { name, maximumRetryCount: most } }: ContainerView): string[] {
  return name === 'no' ? [] : ['--restart', most > 0 ? `${name}:${most}` : name]
}

function mountOption({ type, source, target, readOnly }: ContainerView['mounts'][number]): string[] {
  if (type === 'tmpfs') return ['--tmpfs', target]
  return ['--volume', `${source}:${target}${readOnly ? ':ro' : ''}`]
}

function publishOption({ hostIp, hostPort, containerPort, protocol }: ContainerView['ports'][number]): string {
  const host = hostIp === '0.0.0.0' || hostIp === '' ? '' : `${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:`
  return `${host}${hostPort}:${containerPort}${protocol === 'tcp' ? '' : `/${protocol}`}`
}

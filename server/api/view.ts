import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { Network } from '../cnm/network'
import type { Service } from '../cnm/service'
import { placeOf } from '../drivers/registry'
import type { Change } from '../engine/contract'
import type { EndpointView, NetworkView } from '../observe/snapshot'
import * as views from '../observe/views'
import type { Image, LogLine } from '../runtime/contract'
import type { ChangeView, ContainerDetail, ImageView, LogLineView } from './contract'
import type { ApiContext } from './trpc'

type Records = Pick<ApiContext, 'engine' | 'drivers'>

/** What a change answers, with the record as `view` shows it. */
export function changeView<Result, View>(change: Change<Result>, view: (result: Result) => View): ChangeView<View> {
  return {
    result: view(change.result),
    operation: change.operation && views.operationView(change.operation),
    commands: [...change.commands],
    interruptions: [...change.interruptions],
    ...(change.warnings ? { warnings: [...change.warnings] } : {}),
  }
}

/** A network as it is recorded; `state` is its device's in the kernel where that is known. */
export function networkView(
  { drivers }: Pick<Records, 'drivers'>,
  network: Network,
  state: NetworkView['deviceState'] = 'up',
): NetworkView {
  const place = placeOf(
    drivers.find(({ name }) => name === network.driver),
    network,
  )
  return views.networkView(network, (place.device ?? place.parent) === null ? 'none' : state, place)
}

/** An endpoint as it is recorded; `state` is its cable's in the kernel where that is known. */
export function endpointView(
  { engine }: Pick<Records, 'engine'>,
  endpoint: Endpoint,
  state: EndpointView['state'] = 'up',
): EndpointView {
  return views.endpointView(
    endpoint,
    engine.dnsNames(endpoint),
    endpoint.assigned ? state : 'idle',
    engine.lease(endpoint),
  )
}

export function serviceView({ engine }: Pick<Records, 'engine'>, service: Service) {
  return views.serviceView(service, engine.serviceMembers(service))
}

export function containerView({ engine }: Pick<Records, 'engine'>, container: Container) {
  return views.containerView(container, engine.publishedPorts(container), engine.health(container)?.status ?? null)
}

export function containerDetail(
  records: Pick<Records, 'engine'>,
  container: Container,
  endpoints: readonly EndpointView[],
): ContainerDetail {
  return {
    ...containerView(records, container),
    imageId: container.imageId,
    env: container.env,
    workingDir: container.workingDir,
    user: container.user,
    domainname: container.domainname,
    labels: container.labels,
    dns: container.dns,
    dnsSearch: container.dnsSearch,
    extraHosts: container.extraHosts,
    capAdd: container.capAdd,
    capDrop: container.capDrop,
    autoRemove: container.autoRemove,
    endpoints,
  }
}

export function imageView(image: Image): ImageView {
  return {
    id: image.id,
    tags: image.tags,
    createdAt: image.createdAt.toISOString(),
    sizeBytes: image.sizeBytes,
    command: [...image.config.entrypoint, ...image.config.command],
  }
}

export function logLineView({ stream, time, bytes }: LogLine): LogLineView {
  return { stream, time: time.toISOString(), text: bytes.toString() }
}

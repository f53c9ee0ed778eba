import { z } from 'zod'
import type { Container, PortBinding, PortRequest } from '../cnm/container'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import { parsePortKey, portKey } from '../cnm/ports'
import type { ContainerCreateInput, Engine } from '../engine/contract'
import { givenOf } from './endpoint-settings'

/** `HostConfig.PortBindings`: what a client wants published. */
export const portBindings = z.record(
  z.string(),
  z.array(z.object({ HostIp: z.string().nullish(), HostPort: z.string().nullish() })).nullish(),
)

type Published = NonNullable<ContainerCreateInput['ports']>

/** A port without bindings is exposed only. */
export function portsOf(published: z.infer<typeof portBindings>): Published {
  return Object.entries(published).flatMap(([key, hosts]) => {
    const port = parsePortKey(key)
    return (hosts ?? []).map(({ HostIp, HostPort }) => ({
      ...port,
      ...givenOf({ hostIp: HostIp }),
      ...parseHostPort(HostPort ?? ''),
    }))
  })
}

/** "8080", "8000-8010" for the first free one of a range, "" for a free one of the host's choice. */
function parseHostPort(text: string): { hostPort?: number; hostPortEnd?: number } {
  if (text === '') return {}
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  if (first === undefined) throw invalidPort(text)
  return { hostPort: Number(first), ...(last === undefined ? {} : { hostPortEnd: Number(last) }) }
}

function invalidPort(text: string): PatchbayError {
  return new PatchbayError('invalid-parameter', `invalid port specification: ${JSON.stringify(text)}`, {
    field: 'ports',
  })
}

interface HostPortJson {
  HostIp: string
  HostPort: string
}

/** `HostConfig.PortBindings`, as given. */
export function requestedPortsJson({ ports }: Container): Record<string, HostPortJson[]> {
  const map: Record<string, HostPortJson[]> = {}
  for (const port of ports) {
    const host = { HostIp: port.hostIp, HostPort: hostPortText(port) }
    map[portKey(port)] = [...(map[portKey(port)] ?? []), host]
  }
  return map
}

function hostPortText({ hostPort, hostPortEnd }: PortRequest): string {
  if (hostPort === 0) return ''
  return hostPortEnd === undefined ? String(hostPort) : `${hostPort}-${hostPortEnd}`
}

/** `Config.ExposedPorts`; Docker leaves it out where there are none. */
export function exposedPortsJson(container: Container): { ExposedPorts?: Record<string, object> } {
  const keys = container.options.exposedPorts
  return keys.length === 0 ? {} : { ExposedPorts: Object.fromEntries(keys.map((key) => [key, {}])) }
}

/** `NetworkSettings.Ports`: null for a port that is exposed and not published. */
export function publishedPortsJson(
  container: Container,
  hasInterfaces: boolean,
): Record<string, HostPortJson[] | null> {
  if (!container.sandbox || !hasInterfaces) return {}
  const map: Record<string, HostPortJson[] | null> = Object.fromEntries(
    exposedKeys(container).map((key) => [key, null]),
  )
  for (const port of container.published) {
    const host = { HostIp: port.hostIp, HostPort: String(port.hostPort) }
    map[portKey(port)] = [...(map[portKey(port)] ?? []), host]
  }
  return map
}

/** `Ports` of `GET /containers/json`, which `docker ps` joins to ranges. */
export function portSummariesJson(container: Container, hasInterfaces: boolean) {
  if (!container.sandbox || !hasInterfaces) return []
  const published = new Set(container.published.map(portKey))
  return [
    ...container.published.map(summaryJson),
    ...exposedKeys(container)
      .filter((key) => !published.has(key))
      .map((key) => {
        const { containerPort, protocol } = parsePortKey(key)
        return { PrivatePort: containerPort, Type: protocol }
      }),
  ]
}

function summaryJson({ hostIp, hostPort, containerPort, protocol }: PortBinding) {
  return { IP: hostIp, PrivatePort: containerPort, PublicPort: hostPort, Type: protocol }
}

/** What is published is exposed. */
function exposedKeys({ ports, options }: Container): string[] {
  const keys = new Set([...options.exposedPorts, ...ports.map(portKey)])
  return [...keys].toSorted((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
}

const sentences: Readonly<Record<string, (address: string, protocol: string) => string>> = {
  allocated: (address) => `Bind for ${address} failed: port is already allocated`,
  listening: (address, protocol) => `failed to bind host port ${address}/${protocol}: address already in use`,
  'no-address': (address, protocol) =>
    `failed to bind host port ${address}/${protocol}: cannot assign requested address`,
}

/** A port that is not to be had is told in Docker's words first, which clients look for, then in Patchbay's. */
export async function namingPorts(engine: Engine, id: string, start: () => Promise<unknown>): Promise<void> {
  const endpoint = engine.listEndpoints().find(({ containerId }) => containerId === id)
  const where = `on endpoint ${engine.getContainer(id).name} (${endpoint?.id ?? ''})`
  try {
    await start()
  } catch (error) {
    const data = isPatchbayError(error) ? error.data : {}
    const sentence = sentences[String(data.trouble)]
    if (!isPatchbayError(error) || sentence === undefined) throw error
    const why = sentence(`${data.hostIp || '0.0.0.0'}:${data.port}`, String(data.protocol))
    throw new PatchbayError(
      error.kind,
      `driver failed programming external connectivity ${where}: ${why} (${error.message})`,
      { cause: error },
    )
  }
}

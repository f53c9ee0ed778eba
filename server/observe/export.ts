import type { EndpointView, Snapshot } from './snapshot'

/** The graph for other programs; docs/export.md describes each field. */
export interface GraphExport {
  readonly format: 'patchbay-graph'
  readonly version: 1
  readonly exportedAt: string
  /** When it was so. */
  readonly at: string
  readonly host: { readonly name: string; readonly kernel: string; readonly uplinks: readonly string[] }
  readonly networks: readonly {
    readonly id: string
    readonly name: string
    readonly driver: string
    readonly origin: string
    readonly internal: boolean
    /** It only keeps a configuration for others. */
    readonly configOnly: boolean
    /** Name of the network whose configuration it has. */
    readonly configFrom: string | null
    readonly subnets: readonly string[]
    readonly gateways: readonly string[]
    readonly device: string | null
    readonly parent: string | null
    readonly state: string
  }[]
  readonly containers: readonly {
    readonly id: string
    readonly name: string
    readonly image: string
    readonly origin: string
    readonly status: string
    readonly ports: readonly string[]
  }[]
  readonly cables: readonly {
    readonly id: string
    readonly network: string
    readonly container: string
    readonly interface: string | null
    readonly hostInterface: string | null
    readonly ipv4: string | null
    readonly ipv6: string | null
    readonly mac: string | null
    readonly state: string
    readonly drift: boolean
  }[]
}

export function exportGraph(picture: Snapshot, at = new Date(), now = new Date()): GraphExport {
  const drifting = new Set(Object.values(picture.drift).map(({ subjectId }) => subjectId))
  const { host, networks, containers } = picture
  return {
    ...{ format: 'patchbay-graph', version: 1, exportedAt: now.toISOString(), at: at.toISOString() },
    host: { name: host.name, kernel: host.kernel, uplinks: host.uplinks.map(({ name }) => name) },
    networks: Object.values(networks)
      .sort(byName)
      .map(({ id, name, driver, origin, internal, pools, device, parent, deviceState, ...network }) => ({
        ...{ id, name, driver, origin, internal, device, parent, state: deviceState },
        ...{ configOnly: network.configuration !== undefined, configFrom: network.configFrom ?? null },
        subnets: pools.map(({ subnet }) => subnet),
        gateways: pools.map(({ gateway }) => gateway).filter((gateway) => gateway !== ''),
      })),
    containers: Object.values(containers)
      .sort(byName)
      .map(({ id, name, image, origin, status, ports }) => ({
        ...{ id, name, image, origin, status },
        ports: ports.map((one) => `${one.hostIp}:${one.hostPort}->${one.containerPort}/${one.protocol}`),
      })),
    cables: cablesOf(picture).map((one) => ({
      ...{ id: one.id, network: one.networkId, container: one.containerId, state: one.state },
      ...{ interface: one.ifname, hostInterface: one.hostIfname, mac: one.macAddress },
      ...{ ipv4: one.ipv4Address, ipv6: one.ipv6Address, drift: drifting.has(one.id) },
    })),
  }
}

/** As a Mermaid flowchart; names are quoted, so that none of them is read as anything but a name. */
export function exportMermaid(picture: Snapshot): string {
  const networks = Object.values(picture.networks).sort(byName)
  const containers = Object.values(picture.containers).sort(byName)
  const ids = new Map<string, string>(networks.map(({ id }, at) => [id, `n${at}`]))
  for (const [at, { id }] of containers.entries()) ids.set(id, `c${at}`)
  const lines = ['flowchart LR', `  host(["${quote(picture.host.name)}"])`]
  for (const { id, name, driver, pools, configuration } of networks) {
    const text = [
      name,
      `${configuration ? 'configuration' : driver} ${pools.map(({ subnet }) => subnet).join(', ')}`.trim(),
    ]
    lines.push(`  ${ids.get(id)}[["${text.map(quote).join('<br/>')}"]]`)
  }
  for (const { id, name, image, status } of containers) {
    lines.push(`  ${ids.get(id)}["${[name, `${image} · ${status}`].map(quote).join('<br/>')}"]`)
  }
  for (const { id, internal, driver, configuration } of networks) {
    if (!internal && driver !== 'null' && !configuration) lines.push(`  host --- ${ids.get(id)}`)
  }
  for (const endpoint of cablesOf(picture)) {
    const text = endpoint.ipv4Address ?? endpoint.ipv6Address ?? endpoint.ifname ?? ''
    const line = endpoint.state === 'up' ? '---' : '-.-'
    const [from, to] = [ids.get(endpoint.networkId), ids.get(endpoint.containerId)]
    lines.push(`  ${from} ${line}${text === '' ? '' : `|"${quote(text)}"|`} ${to}`)
  }
  for (const { containerId, text } of publishedOf(picture))
    lines.push(`  host -->|"${quote(text)}"| ${ids.get(containerId)}`)
  return `${lines.join('\n')}\n`
}

/** Cables of which both ends are in the picture. */
function cablesOf({ endpoints, networks, containers }: Snapshot): EndpointView[] {
  return Object.values(endpoints)
    .filter(({ networkId, containerId }) => networkId in networks && containerId in containers)
    .sort((one, other) => one.id.localeCompare(other.id))
}

function publishedOf({ containers }: Snapshot): { containerId: string; text: string }[] {
  return Object.values(containers)
    .sort(byName)
    .flatMap(({ id, ports }) =>
      ports.map((one) => ({ containerId: id, text: `${one.hostPort} → ${one.containerPort}/${one.protocol}` })),
    )
}

/** Mermaid reads `#65;` as the character of that number, and within quotes nothing else as its own. */
function quote(text: string): string {
  return [...text.slice(0, 200)]
    .map((one) => (/[\p{L}\p{N} ._:/,→·-]/u.test(one) ? one : `#${one.codePointAt(0)};`))
    .join('')
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name.localeCompare(other.name)
}

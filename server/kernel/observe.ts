import type { KernelObject, NamespaceObject, Netns, SysctlObject } from '../plan/object'
import type { IpQuery, NamespaceContent } from './ip-query'
import { readNamespace } from './ip-query'
import { mapLimited } from './limited'
import { listNamespaces } from './namespaces'
import { describeFirewall } from './observe-firewall'
import { describeHost, describeSandbox, type SandboxContent } from './observe-links'
import { readFirewall } from './read-firewall'
import type { Sockets } from './sockets'
import { readSysctls } from './sysctl'

/** Processes that read namespaces at the same time. */
const parallel = 6

export interface ObserveSources {
  /** Where the namespaces lie. */
  readonly directory: string
  readonly query: IpQuery
  readonly sockets: Sockets
}

/** Reads what is really there of Patchbay's, in the form in which it is wanted. Throws CommandError. */
export async function observe(sources: ObserveSources, wanted: readonly KernelObject[]): Promise<KernelObject[]> {
  const files = await listNamespaces(sources.directory)
  const paths = files.filter(({ isMounted }) => isMounted).map(({ path }) => path)
  const [host, hostFirewall, sandboxes] = await Promise.all([
    readHost(sources.query),
    readFirewall(),
    mapLimited(paths, parallel, async (netns): Promise<SandboxContent> => ({ netns, ...(await readNamespace(netns)) })),
  ])
  const hostObjects = describeHost(host, sandboxes, wanted)
  return [
    ...describeNamespaces(files, wanted),
    ...hostObjects,
    ...sandboxes.flatMap((sandbox) => describeSandbox(sandbox, hostObjects, wanted)),
    ...describeFirewall('host', hostFirewall, wanted),
    ...(await observeFirewalls(paths, wanted)),
    ...(await observeSysctls(['host', ...paths], wanted)),
    ...sources.sockets.list(),
  ]
}

async function readHost(query: IpQuery): Promise<NamespaceContent> {
  const [links, addresses, routes] = [await query.links(), await query.addresses(), await query.routes('table', 'main')]
  return { links: links ?? [], addresses: addresses ?? [], routes: routes ?? [] }
}

/** A leftover file without a namespace counts as there only where it is not wanted: it can then be removed, else made. */
function describeNamespaces(
  files: Awaited<ReturnType<typeof listNamespaces>>,
  wanted: readonly KernelObject[],
): NamespaceObject[] {
  const asked = new Set(wanted.flatMap((object) => (object.kind === 'namespace' ? [object.path] : [])))
  return files
    .filter(({ path, isMounted }) => isMounted || !asked.has(path))
    .map(({ path }) => ({ kind: 'namespace', path }))
}

/** Only sandboxes that are to have rules are asked for theirs. */
async function observeFirewalls(paths: readonly Netns[], wanted: readonly KernelObject[]): Promise<KernelObject[]> {
  const asked = new Set(
    wanted.flatMap((object) =>
      object.kind === 'rule' || object.kind === 'chain' || object.kind === 'policy' ? [object.netns] : [],
    ),
  )
  const firewalls = await mapLimited(
    paths.filter((path) => asked.has(path)),
    parallel,
    async (netns) => describeFirewall(netns, await readFirewall(netns), wanted),
  )
  return firewalls.flat()
}

async function observeSysctls(places: readonly Netns[], wanted: readonly KernelObject[]): Promise<SysctlObject[]> {
  const sysctls = wanted.filter((object) => object.kind === 'sysctl')
  const found = await mapLimited(places, parallel, async (netns) => {
    const asked = sysctls.filter((object) => object.netns === netns)
    const values = await readSysctls(
      netns,
      asked.map(({ name }) => name),
    )
    return asked.flatMap((object): SysctlObject[] => {
      const value = values.get(object.name)
      return value === undefined ? [] : [{ ...object, value }]
    })
  })
  return found.flat()
}

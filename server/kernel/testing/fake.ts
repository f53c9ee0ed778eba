import type { HostLink } from '../../cnm/host-link'
import type { Lease } from '../../cnm/lease'
import { everyFeature, type KernelFeature } from '../../plan/feature'
import {
  type FirewallFamily,
  type KernelObject,
  keyOf,
  type LinkObject,
  type RedirectObject,
  type SysctlObject,
} from '../../plan/object'
import { redirectRules } from '../../plan/redirect-commands'
import { applyPlan } from '../apply'
import type { HostFacts, Ipv6Facts, Kernel } from '../contract'
import type { SavedFirewall } from '../firewall-save'
import { describeFirewall } from '../observe-firewall'
import { createFailingExecutor, type Moment } from './failing-executor'
import { createPicturing } from './fake-executor'
import { observeTraffic } from './fake-tc'
import { createPicture, findLink, type Picture, type PicturedLink, printPicture } from './picture'

/** A kernel in memory: applies plans through the same code as the real one, and prints itself. */
export interface FakeKernel extends Kernel {
  /** All that is there, one thing a line. */
  print(): string
  /** Makes the n-th command from now (the first is 1) fail, once; with `after` it takes effect all the same. */
  failAt(n: number, moment?: Moment): void
  /** A DHCP server that gives what this says; absent: none answers. */
  serve(server: (id: string) => Lease): void
  /** The server prolongs or changes a lease, or it ends. */
  lend(id: string, lease: Lease | undefined): void
  /** Every command line that was run, of failed plans too, the way back left out. */
  readonly commands: readonly string[]
  /** Addresses whose connections were to be forgotten. */
  readonly forgotten: readonly string[]
}

const plainFacts: HostFacts = {
  routedSubnets: [],
  hasLink: () => false,
  forwarding: true,
  bridgedTraffic: false,
  nameservers: ['192.0.2.53'],
}

const plainIpv6Facts: Ipv6Facts = { state: 'on', routedSubnets: [], forwarding: true, bridgedTraffic: false }

/** `facts` are what the host would say of itself; links are always those that were made. `features` are what it can make. */
export function createFakeKernel(
  facts: Partial<HostFacts> = {},
  features: ReadonlySet<KernelFeature> = everyFeature,
  ipv6Facts: Partial<Ipv6Facts> = {},
): FakeKernel {
  const picture = createPicture()
  const executor = createFailingExecutor(createPicturing(picture))
  const commands: string[] = []
  const forgotten: string[] = []
  const listeners = new Set<(id: string) => void>()
  return {
    apply: async (plan) => {
      const applied = await applyPlan(plan, executor)
      commands.push(...applied.commands)
      return applied
    },
    observe: async (wanted) => observePicture(picture, wanted),
    ground: async () => [
      ...(facts.routedSubnets ?? []).map((subnet) => ({ subnet, link: 'eth9', what: 'route' as const })),
      ...(facts.nameservers ?? []).map((address) => ({
        subnet: `${address}/32`,
        link: null,
        what: 'nameserver' as const,
      })),
    ],
    forgetFlows: async (addresses) => {
      forgotten.push(...addresses)
    },
    countRules: async () => new Map(),
    forgotten,
    facts: async () => ({ ...plainFacts, ...facts, hasLink: (name) => hasHostLink(picture, name) }),
    features: async () => features,
    links: async () => new Map(factsOfLinks(picture).map((link) => [link.name, link])),
    ipv6Facts: async () => ({ ...plainIpv6Facts, ...ipv6Facts }),
    readChain: async (name, family) =>
      firewallOf(picture, 'host', family)
        .tables.find((table) => table.name === 'filter')
        ?.chains.find((chain) => chain.name === name)
        ?.rules.map(({ args }) => [...args]),
    checkRules: async () => undefined,
    forwardPolicy: async () => 'ACCEPT',
    leases: picture.lent,
    onLease: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    serve: (server) => {
      picture.server = server
    },
    lend: (id, lease) => {
      if (lease) picture.lent.set(id, lease)
      else picture.lent.delete(id)
      for (const listener of listeners) listener(id)
    },
    close: async () => undefined,
    print: () => printPicture(picture),
    failAt: executor.failAt,
    commands,
  }
}

function hasHostLink(picture: Picture, wanted: string): boolean {
  return [...picture.links].some(({ netns, name }) => netns === 'host' && name === wanted)
}

function factsOfLinks(picture: Picture): HostLink[] {
  return [...picture.links]
    .filter(({ netns }) => netns === 'host')
    .map(({ name, type, master, mtu }) => {
      return { name, kind: type, isLoopback: type === 'loopback', master: master === '' ? null : master, mtu }
    })
}

function observePicture(picture: Picture, wanted: readonly KernelObject[]): KernelObject[] {
  const asked = new Map(wanted.map((object) => [keyOf(object), object]))
  const places = ['host', ...picture.namespaces] as ('host' | `/${string}`)[]
  return [
    ...[...picture.namespaces].map((path): KernelObject => ({ kind: 'namespace', path: path as `/${string}` })),
    ...wanted.filter((object) => object.kind === 'parent' && findLink(picture, 'host', object.name) !== undefined),
    ...[...picture.links].flatMap((link) => describeLink(picture, link, asked)),
    ...[...picture.addresses.values()].map((address): KernelObject => ({ kind: 'address', ...address })),
    ...[...picture.routes.values()].map((route): KernelObject => ({ kind: 'route', ...route })),
    ...places.flatMap((netns) => [
      ...describeFirewall(netns, firewallOf(picture, netns, undefined), wanted),
      ...describeFirewall(netns, firewallOf(picture, netns, 'ipv6'), wanted, 'ipv6'),
    ]),
    ...observeTraffic(picture, wanted),
    ...wanted.filter(({ kind }) => kind === 'flows'),
    ...wanted.filter((object) => object.kind === 'sysctl').flatMap((object) => describeSysctl(picture, object)),
    ...wanted.filter((object) => object.kind === 'redirect' && hasRedirect(picture, object)),
    ...picture.leases.values(),
    ...wanted.filter((object) => object.kind === 'socket' && picture.sockets.has(keyOf(object))),
  ]
}

function hasRedirect(picture: Picture, redirect: RedirectObject): boolean {
  const rules = picture.tables.get(redirect.netns) ?? []
  return redirectRules(redirect).every(({ chain, words }) => rules.includes([chain, ...words].join(' ')))
}

function describeLink(picture: Picture, link: PicturedLink, asked: ReadonlyMap<string, KernelObject>): LinkObject[] {
  const { netns, name, type, alias, mtu, up, master, hairpin, peer } = link
  const common = { kind: 'link', netns, name } as const
  const wish = asked.get(keyOf({ ...common, type: 'inner', up }))
  if (wish?.kind === 'link' && wish.type === 'inner') return [{ ...common, type: 'inner', up }]
  if (!alias.startsWith('patchbay:')) return []
  if (type === 'dummy' || type === 'ifb') return [{ ...common, type, alias, mtu, up } as LinkObject]
  const { isolated = false, stp = false, multicastSnooping = true, group = 0 } = link
  if (type === 'bridge') {
    return [{ ...common, type, alias, mtu, up, stp, multicastSnooping, ...(group === 0 ? {} : { group }) }]
  }
  if (link.parent !== undefined) return describeStanding(link)
  if (peer === undefined || !picture.links.has(peer)) return []
  const end = { netns: peer.netns, name: peer.name, mac: peer.mac, mtu: peer.mtu }
  return [{ ...common, type: 'veth', alias, mtu, up, master, hairpin, isolated, peer: end }]
}

function describeStanding({ netns, name, type, alias, mtu, up, mac, parent = '', settings = [] }: PicturedLink) {
  const common = { kind: 'link', netns, name, alias, parent, mtu, up } as const
  if (type === 'vlan') return [{ ...common, type, vlanId: Number(settings[1]) } as LinkObject]
  if (type === 'ipvlan') return [{ ...common, type, mode: settings[1], flag: settings[2] } as LinkObject]
  return [{ ...common, type, mode: settings[1], mac } as LinkObject]
}

function firewallOf(picture: Picture, netns: string, family: FirewallFamily | undefined): SavedFirewall {
  const chains = [...picture.chains.values()].filter((chain) => chain.netns === netns && chain.family === family)
  const counters = { packets: 0, bytes: 0 }
  return {
    tables: [...new Set(chains.map(({ table }) => table))].map((name) => ({
      name,
      chains: chains
        .filter(({ table }) => table === name)
        .map((chain) => ({
          name: chain.name,
          policy: chain.policy,
          ...counters,
          rules: chain.rules.map((args) => ({ args, ...counters, text: ['-A', chain.name, ...args].join(' ') })),
        })),
    })),
  }
}

function describeSysctl(picture: Picture, wish: SysctlObject): SysctlObject[] {
  const value = picture.sysctls.get(keyOf(wish))?.value
  return value === undefined ? [] : [{ ...wish, value }]
}

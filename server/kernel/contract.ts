import type { Family } from '../cnm/address'
import type { HostLink } from '../cnm/host-link'
import type { HostPlace } from '../cnm/host-place'
import type { Lease } from '../cnm/lease'
import type { KernelFeature } from '../plan/feature'
import type { FirewallFamily, KernelObject, RuleObject } from '../plan/object'
import type { Plan } from '../plan/plan'

/** How a plan ran. */
export interface Applied {
  /** The commands as one would type them in a shell, in the order they ran. */
  readonly commands: readonly string[]
  readonly durationMs: number
}

/** The one room that acts. The real one runs programs; the fake one (kernel/testing/fake.ts) prints itself. */
export interface Kernel {
  /**
   * Runs the steps in order, in batches, firewall beside links. What `ip` is to remove and is gone
   * already counts as removed. When a step fails, runs the
   * inverse of every step that was begun, in reverse, and throws ApplyError with the command,
   * its output and whether the way back was whole. An empty plan does nothing.
   */
  apply(plan: Plan): Promise<Applied>

  /**
   * What is really there of Patchbay's: links by alias, rules by comment, chains by name,
   * namespaces by path, and what is in those namespaces; plus sysctls and policies asked for.
   * Without `look`, a plan is to follow: programs that remember names of links start anew, which the
   * next plan waits for. With it, somebody only watches, and nothing that plans run through is touched.
   */
  observe(wanted: readonly KernelObject[], look?: Look): Promise<KernelObject[]>

  /** The kernel forgets all connections to these addresses and those that were given to them; what follows begins anew. */
  forgetFlows(addresses: readonly string[]): Promise<void>

  /** Packets that met each rule of the host's, by its key; what is not there is left out. A process a family. */
  countRules(rules: readonly RuleObject[]): Promise<ReadonlyMap<string, number>>

  /** What the host has that plans depend on, as it is now; about 0.3 ms. */
  facts(): Promise<HostFacts>

  /** Where the host's routes lead, and its name servers, of both families. */
  ground(): Promise<readonly HostPlace[]>

  /** What IPv6 networks depend on besides. */
  ipv6Facts(): Promise<Ipv6Facts>

  /** The rules of one chain of the host's filter table; undefined where there is no such chain. */
  readChain(name: string, family?: FirewallFamily): Promise<readonly string[][] | undefined>

  /** Throws invalid-parameter where iptables would not take these rules in that chain of the filter table. Changes nothing. */
  checkRules(chain: string, rules: readonly (readonly string[])[], family?: FirewallFamily): Promise<void>

  /** What becomes of a packet that no rule of FORWARD has decided on: `iptables -S FORWARD`, a process of its own. */
  forwardPolicy(family: Family): Promise<'ACCEPT' | 'DROP'>

  /** What this kernel can make; tried once, in a namespace of its own, and remembered. */
  features(): Promise<ReadonlySet<KernelFeature>>

  /** The links of the daemon's namespace by name. */
  links(): Promise<ReadonlyMap<string, HostLink>>

  /** What DHCP servers have lent, by the id of the endpoint. */
  readonly leases: ReadonlyMap<string, Lease>

  /** Told the id of an endpoint whose lease has changed, ended or been prolonged. */
  onLease(listener: (id: string) => void): () => void

  close(): Promise<void>
}

/**
 * How far a watcher looks. `host`: its links and what lies on them, its rules, policies and sysctls; two
 * programs, however many sandboxes. `links`: also namespaces, and links, addresses and routes in them;
 * one program more for each. `everything`: also rules and sysctls in there; another for each.
 */
export type Look = 'host' | 'links' | 'everything'

export interface HostFacts {
  /** Subnets that the host routes directly, in CIDR notation, all tables, default route (also halved) left out. */
  readonly routedSubnets: readonly string[]
  /** Whether the daemon's namespace has a link of this name now. */
  readonly hasLink: (name: string) => boolean
  readonly forwarding: boolean
  /** Rules see frames between two ports of a bridge; null: this kernel cannot (br_netfilter is not loaded). */
  readonly bridgedTraffic: boolean | null
  /** IPv4 name servers of the host's resolv.conf. */
  readonly nameservers: readonly string[]
}

export interface Ipv6Facts {
  /** `absent`: the kernel was started without IPv6; `off`: net.ipv6.conf.all.disable_ipv6 is 1. */
  readonly state: 'on' | 'off' | 'absent'
  /** As HostFacts has them, link-local ones left out. */
  readonly routedSubnets: readonly string[]
  readonly forwarding: boolean
  /** Rules see IPv6 frames between two ports of a bridge; null: this kernel cannot. */
  readonly bridgedTraffic: boolean | null
}

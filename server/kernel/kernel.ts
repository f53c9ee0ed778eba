import { join } from 'node:path'
import type { HostLink } from '../cnm/host-link'
import { isStanding, type Netns } from '../plan/object'
import type { Plan } from '../plan/plan'
import { applyPlan } from './apply'
import { checkRules, readChain } from './check-rules'
import type { Kernel } from './contract'
import { createExecutor } from './executor'
import { readFacts, readForwardPolicy, readIpv6Facts } from './facts'
import { probeFeatures } from './features'
import { forgetFlows } from './flows'
import { readGroundWhole } from './ground'
import { ownNetns } from './inside'
import { createIpBatches } from './ip-batches'
import { createIpQuery } from './ip-query'
import { createLeases } from './leases'
import { createNetnsReader } from './netlink/reader'
import type { NetnsReader } from './netns-contract'
import { observe } from './observe'
import { createRedirectObserver } from './observe-redirects'
import { countRules } from './read-firewall'
import { createLinkReader, type Link } from './read-links'
import { createRestoreBatch } from './restore-batch'
import { createRuleRemover } from './rule-remover'
import { createSockets, type SocketListener } from './sockets'

export interface KernelOptions {
  /** `$PATCHBAY_RUN_DIR`; namespaces lie in `netns` below it. */
  readonly runDir: string
  /** Told every socket that was opened inside a sandbox. Close it through a plan, not by itself. */
  readonly onSocket: SocketListener
  /** Its own where absent; closed with it. */
  readonly reader?: NetnsReader
}

/** The kernel of the namespace that the daemon was started in. */
export function createKernel({ runDir, onSocket, reader = createNetnsReader() }: KernelOptions): Kernel {
  const ip = createIpBatches()
  const tc = createIpBatches('tc')
  const firewall = { iptables: createRestoreBatch('iptables'), ip6tables: createRestoreBatch('ip6tables') }
  const rules = createRuleRemover()
  const sockets = createSockets(onSocket)
  const query = createIpQuery()
  const routing = async () => reader.read(ownNetns(), ['routes', 'rules'])
  const redirects = createRedirectObserver(reader)
  const listeners = new Set<(id: string) => void>()
  const leases = createLeases(join(runDir, 'leases'), (id) => {
    for (const listener of listeners) listener(id)
  })
  const executor = createExecutor({ ip, tc, firewall, rules, sockets, leases })
  let features: ReturnType<typeof probeFeatures> | undefined
  // Where a program is missing, the first plan that needs it says so.
  for (const tool of [ip, firewall.iptables]) tool.warm().catch(() => undefined)

  return {
    apply: async (plan) => {
      const applied = await applyPlan(plan, executor)
      for (const netns of sandboxesThatLostLinks(plan)) ip.renew(netns)
      return applied
    },
    observe: async (wanted, look) => {
      // A plan follows, where others may have interfered: names that ip remembers may mean other links now.
      if (look === undefined) await Promise.all([ip.recycle(), tc.recycle(), query.recycle()])
      const sources = { directory: join(runDir, 'netns'), query, sockets, leases, routing, reader, redirects }
      return observe(sources, wanted, look ?? 'everything', { leftovers: look === undefined })
    },
    forgetFlows,
    countRules,
    facts: async () => readFacts(),
    ground: () => readGroundWhole((...args) => query.routes(...args)),
    ipv6Facts: async () => readIpv6Facts(),
    readChain,
    checkRules,
    forwardPolicy: readForwardPolicy,
    features: () => {
      features ??= probeFeatures()
      return features
    },
    links: async () => {
      await query.recycle()
      return new Map((await createLinkReader(query).readLinks()).map((link) => [link.name, toFacts(link)]))
    },
    leases: leases.held,
    onLease: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      leases.close()
      await Promise.all([
        ip.close(),
        tc.close(),
        firewall.iptables.close(),
        firewall.ip6tables.close(),
        rules.close(),
        query.close(),
        reader.close(),
        sockets.closeAll(),
      ])
    },
  }
}

function toFacts({ name, kind, type, master, mtu }: Link): HostLink {
  return { name, kind, isLoopback: type === 'loopback', master, mtu }
}

function sandboxesThatLostLinks(plan: Plan): Netns[] {
  return plan.steps.flatMap(({ verb, object }) => {
    if (verb !== 'remove' || object.kind !== 'link') return []
    if (object.type === 'veth') return [object.peer.netns]
    return isStanding(object) && object.netns !== 'host' ? [object.netns] : []
  })
}

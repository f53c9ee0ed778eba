import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { describeIpv6Host, type HostBefore } from '../firewall/base'
import type { Ipv6Facts } from '../kernel/contract'
import type { KernelObject } from '../plan/object'
import type { EngineContext } from './context'
import type { Change, ChangeOptions } from './contract'
import type { NetworkGround } from './network-build'

/** What a network with IPv6 has to know of the host. Throws unavailable where the host has none. */
export async function readIpv6(ctx: EngineContext, name: string): Promise<NonNullable<NetworkGround['ipv6']>> {
  const facts = await ctx.kernel.ipv6Facts()
  if (facts.state === 'on') return { facts, sources: await ctx.defaultPools.ipv6() }
  const reason =
    facts.state === 'off'
      ? sentence`IPv6 is switched off on this host (net.ipv6.conf.all.disable_ipv6 is 1); switch it on`
      : sentence`this kernel was started without IPv6 (ipv6.disable=1); start it with IPv6`
  throw new PatchbayError('unavailable', sentence`network ${name} cannot have IPv6: ${reason}, or leave IPv6 out`, {
    field: 'ipv6',
  })
}

/**
 * The first network with IPv6 switches the host's forwarding on and makes the chains that all share: `ground`. What the
 * host was like before is written down first; where the change fails, it is forgotten again. `facts` absent: without IPv6.
 */
export async function onIpv6Ground<Result>(
  ctx: EngineContext,
  facts: Ipv6Facts | undefined,
  { dryRun }: ChangeOptions,
  change: (ground: readonly KernelObject[]) => Promise<Change<Result>> | Change<Result>,
): Promise<Change<Result>> {
  const known = ctx.host.before()
  if (!facts || known.ipv6) return change([])
  const before: HostBefore = {
    ...known,
    ipv6: {
      forwarding: facts.forwarding,
      forwardPolicy: await ctx.kernel.forwardPolicy('ipv6'),
      bridgedTraffic: facts.bridgedTraffic ?? false,
    },
  }
  const ground = describeIpv6Host(before, ctx.description.features)
  if (dryRun) return change(ground)
  await ctx.host.remember(before)
  try {
    return await change(ground)
  } catch (error) {
    await ctx.host.remember(known)
    throw error
  }
}

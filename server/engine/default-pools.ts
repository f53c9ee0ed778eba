import type { Family } from '../cnm/address'
import { familyOf } from '../cnm/address'
import {
  type DefaultPoolInput,
  defaultPools,
  localIpv6Pools,
  parseDefaultPools,
  type SubnetSource,
} from '../ipam/pools'
import type { Store } from '../store/contract'
import { finish } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, DefaultPoolsView } from './contract'

const setting = 'ipam.defaultPools'

/**
 * What automatic subnets are cut from: what a person has set, else what the environment says, else Docker's ranges. A
 * family of which nobody has named a range keeps Docker's, and for IPv6 the host's own unique local prefix.
 */
export class DefaultPools {
  private readonly store: Store
  private readonly environment: readonly SubnetSource[]
  private readonly globalId: () => Promise<string>
  private chosen: readonly SubnetSource[] | undefined

  constructor(store: Store, environment: readonly DefaultPoolInput[], globalId: () => Promise<string>) {
    this.store = store
    this.environment = parseDefaultPools(environment)
    this.globalId = globalId
  }

  async load(): Promise<void> {
    const text = await this.store.getSetting(setting)
    this.chosen = text ? (JSON.parse(text) as SubnetSource[]) : undefined
  }

  /** Those that somebody has named, and where. */
  get named(): { readonly sources: readonly SubnetSource[]; readonly origin: DefaultPoolsView['origin'] } {
    if (this.chosen) return { sources: this.chosen, origin: 'setting' }
    if (this.environment.length > 0) return { sources: this.environment, origin: 'environment' }
    return { sources: [], origin: 'builtin' }
  }

  of(family: 'ipv4'): readonly SubnetSource[] {
    const named = this.namedOf(family)
    return named.length > 0 ? named : defaultPools
  }

  async ipv6(): Promise<readonly SubnetSource[]> {
    const named = this.namedOf('ipv6')
    return named.length > 0 ? named : localIpv6Pools(await this.globalId())
  }

  /** Empty: back to what the environment says, or to Docker's. */
  async put(sources: readonly SubnetSource[]): Promise<void> {
    await this.store.putSetting(setting, sources.length === 0 ? '' : JSON.stringify(sources))
    this.chosen = sources.length === 0 ? undefined : sources
  }

  async view(): Promise<DefaultPoolsView> {
    const inEffect = [...this.of('ipv4'), ...(await this.ipv6())]
    return {
      origin: this.named.origin,
      named: this.named.sources.map(toInput),
      inEffect: inEffect.map(toInput),
    }
  }

  private namedOf(family: Family): SubnetSource[] {
    return this.named.sources.filter(({ range }) => familyOf(range) === family)
  }
}

function toInput({ range, prefix }: SubnetSource): DefaultPoolInput {
  return { base: range, size: prefix }
}

/** Networks that are there stay as they are. */
export function updateDefaultPools(
  ctx: EngineContext,
  pools: readonly DefaultPoolInput[],
  { actor, dryRun }: ChangeOptions,
): Promise<Change<DefaultPoolsView>> {
  const sources = parseDefaultPools(pools)
  return ctx.locks.run(['pools'], async () => {
    if (dryRun) {
      const named = sources.map(toInput)
      return { result: { ...(await ctx.defaultPools.view()), named }, operation: null, commands: [], interruptions: [] }
    }
    const began = performance.now()
    const intent = { verb: 'host.update' as const, subjects: [ctx.host.name], records: {}, actor, commands: [] }
    const operation = await ctx.journal.begin(intent, {})
    await ctx.defaultPools.put(sources)
    return finish(ctx, { result: await ctx.defaultPools.view() }, operation, began)
  })
}

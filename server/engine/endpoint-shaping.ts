import type { Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import type { Network } from '../cnm/network'
import { type Said, sentence } from '../cnm/sentence'
import {
  type Flow,
  isHeld,
  isShaped,
  parseShaping,
  type Shaping,
  type ShapingInput,
  shapingFromOptions,
} from '../cnm/shaping'
import { lackOf, type TrafficFeature } from '../plan/feature'
import type { EngineContext } from './context'
import type { EndpointInput, ShapingBounds } from './contract'

type Asked = Pick<EndpointInput, 'shaping' | 'driverOpts'>

/** What is asked for by itself or by options of the endpoint, each value checked; undefined: nothing. */
export function shapingOf(input: Asked): Shaping | undefined {
  const asked = inputOf(input)
  const shaping = asked && parseShaping(asked)
  return shaping && isShaped(shaping) ? shaping : undefined
}

function inputOf({ shaping, driverOpts }: Asked): ShapingInput | undefined {
  const fromOptions = shapingFromOptions(driverOpts ?? {})
  return fromOptions || shaping ? { ...fromOptions, ...shaping } : undefined
}

/** Throws a PatchbayError where this kernel, or the network, cannot do what is asked. Costs nothing where nothing is. */
export async function checkShaping(ctx: EngineContext, network: Network, input: Asked): Promise<void> {
  const shaping = shapingOf(input)
  if (!shaping) return
  const driver = ctx.drivers.get(network.driver)
  if (!driver.hasInterfaces) {
    throw refused(
      'invalid-parameter',
      sentence`network ${network.name} gives no interface that could be shaped`,
      'shaping',
    )
  }
  const features = await ctx.kernel.features()
  for (const direction of ['toContainer', 'fromContainer'] as const) {
    const arrives = (direction === 'fromContainer') === (driver.hasHostEnds === true)
    for (const [option, feature] of needs(shaping[direction], arrives)) {
      if (features.has(feature)) continue
      throw refused(
        'unavailable',
        sentence`${words[option]} cannot be had: ${lackOf(feature)}`,
        `shaping.${direction}.${option}`,
      )
    }
  }
  if (shaping.mtu !== undefined) await checkMtu(ctx, network, shaping.mtu)
}

const words = {
  bitsPerSecond: sentence`a rate limit`,
  delayMs: sentence`a delay`,
  lossPercent: sentence`loss`,
} as const

type Option = keyof typeof words

function needs(flow: Flow, arrives: boolean): [Option, TrafficFeature][] {
  if (!isHeld(flow)) return []
  const way = arrives ? redirecting : []
  return (Object.keys(words) as Option[])
    .filter((option) => flow[option] !== undefined)
    .flatMap((option) => [...queueing[option], ...(option === 'lossPercent' ? [] : way)].map(paired(option)))
}

const queueing: Readonly<Record<Option, readonly TrafficFeature[]>> = {
  bitsPerSecond: ['tbf'],
  delayMs: ['netem'],
  lossPercent: ['clsact', 'bpf'],
}
/** What arrives at a link has to be sent through another to wait. */
const redirecting: readonly TrafficFeature[] = ['ifb', 'clsact', 'mirred']

function paired(option: Option) {
  return (feature: TrafficFeature): [Option, TrafficFeature] => [option, feature]
}

export async function shapingBounds(ctx: EngineContext, reference: string): Promise<ShapingBounds> {
  const network = ctx.records.getNetwork(reference)
  const [features, mtu] = await Promise.all([ctx.kernel.features(), widest(ctx, network)])
  const lackFor = (option: Option) => {
    const all: Flow = { [option]: 1 }
    const missing = needs(all, true).find(([, feature]) => !features.has(feature))
    return missing ? lackOf(missing[1]) : null
  }
  const lacks = {
    bitsPerSecond: lackFor('bitsPerSecond'),
    delayMs: lackFor('delayMs'),
    lossPercent: lackFor('lossPercent'),
  }
  return { lacks, mtu: mtu ?? null }
}

async function checkMtu(ctx: EngineContext, network: Network, mtu: number): Promise<void> {
  if (network.ipv6 && mtu < 1280) {
    const message = sentence`MTU ${mtu} is too small for network ${network.name}, which has IPv6: it is to be 1280 at least`
    throw refused('invalid-parameter', message, 'shaping.mtu')
  }
  const most = await widest(ctx, network)
  if (most === undefined || mtu <= most) return
  const message = sentence`MTU ${mtu} is more than network ${network.name} carries: it is to be ${most} at most`
  throw refused('invalid-parameter', message, 'shaping.mtu')
}

/** The MTU of a network's links; undefined where nobody knows. */
async function widest(ctx: EngineContext, network: Network): Promise<number | undefined> {
  const driver = ctx.drivers.get(network.driver)
  const own = driver.mtu?.(network)
  if (own !== undefined) return own
  const parent = driver.parentName?.(network)
  return parent === undefined ? undefined : (await ctx.kernel.links()).get(parent)?.mtu
}

/** An endpoint with other shaping than it has; what is not mentioned stays as it is. */
export async function reshaped(
  ctx: EngineContext,
  network: Network,
  { shaping: before, ...endpoint }: Endpoint,
  input: Asked,
): Promise<Endpoint> {
  if (inputOf(input) === undefined) return before ? { ...endpoint, shaping: before } : endpoint
  await checkShaping(ctx, network, input)
  const shaping = shapingOf(input)
  const mtuBefore = await narrowed(ctx, network, before, shaping)
  if (!shaping && mtuBefore === undefined) return endpoint
  return {
    ...endpoint,
    shaping: {
      ...(shaping ?? { toContainer: {}, fromContainer: {} }),
      ...(mtuBefore === undefined ? {} : { mtuBefore }),
    },
  }
}

/** Where an interface that stands on a parent loses its own MTU, the one that it goes back to. */
async function narrowed(
  ctx: EngineContext,
  network: Network,
  before: Shaping | undefined,
  shaping: Shaping | undefined,
): Promise<number | undefined> {
  if (ctx.drivers.get(network.driver).hasHostEnds || shaping?.mtu !== undefined) return undefined
  return before?.mtu === undefined ? before?.mtuBefore : widest(ctx, network)
}

function refused(kind: 'invalid-parameter' | 'unavailable', message: Said, field: string): PatchbayError {
  return new PatchbayError(kind, message, { field })
}

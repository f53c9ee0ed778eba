import { PatchbayError } from './errors'
import { shown } from './names'
import { type Said, sentence } from './sentence'

/** How traffic of one direction is held back. What is absent is as the kernel has it: no limit, no delay, no loss. */
export interface Flow {
  /** A multiple of 8. */
  readonly bitsPerSecond?: number
  /** What may pass at once after a pause; from the rate where absent. */
  readonly burstBytes?: number
  readonly delayMs?: number
  /** The delay varies by so much either way. */
  readonly jitterMs?: number
  /** Of a hundred packets so many are dropped, by chance. */
  readonly lossPercent?: number
}

/** What one endpoint's cable is made to be like. */
export interface Shaping {
  readonly toContainer: Flow
  readonly fromContainer: Flow
  /** Of the interface inside the sandbox; the network's where absent. */
  readonly mtu?: number
  /** What a link without an end on the host goes back to; written down when it first gets an MTU of its own. */
  readonly mtuBefore?: number
}

export const unshaped: Shaping = { toContainer: {}, fromContainer: {} }

export const directions = ['toContainer', 'fromContainer'] as const
export type Direction = (typeof directions)[number]

/** Rates as numbers of bit/s, or as "10mbit", "512kbit". */
export interface FlowInput {
  bitsPerSecond?: number | string
  burstBytes?: number
  delayMs?: number
  jitterMs?: number
  lossPercent?: number
}

export interface ShapingInput {
  toContainer?: FlowInput
  fromContainer?: FlowInput
  mtu?: number
}

export function isShaped({ toContainer, fromContainer, mtu }: Shaping): boolean {
  return isHeld(toContainer) || isHeld(fromContainer) || mtu !== undefined
}

export function isHeld(flow: Flow): boolean {
  return Object.keys(flow).length > 0
}

/** Every value checked by itself. Throws PatchbayError ("invalid-parameter") with the option's name as field. */
export function parseShaping(input: ShapingInput): Shaping {
  return {
    toContainer: parseFlow(input.toContainer ?? {}, 'toContainer'),
    fromContainer: parseFlow(input.fromContainer ?? {}, 'fromContainer'),
    ...(input.mtu === undefined ? {} : { mtu: parseMtu(input.mtu) }),
  }
}

function parseFlow(input: FlowInput, direction: Direction): Flow {
  const at = (name: keyof FlowInput) => `shaping.${direction}.${name}`
  const { delayMs, jitterMs, lossPercent, burstBytes } = input
  const rate = input.bitsPerSecond === undefined ? undefined : parseRate(input.bitsPerSecond, at('bitsPerSecond'))
  if (burstBytes !== undefined) {
    checkWithin(burstBytes, bounds.burstBytes, sentence`burst`, sentence`bytes`, at('burstBytes'))
    if (rate === undefined) throw invalid(sentence`a burst needs a rate that it is above; give one`, at('burstBytes'))
  }
  if (delayMs !== undefined)
    checkWithin(delayMs, bounds.delayMs, sentence`delay`, sentence`milliseconds`, at('delayMs'))
  if (jitterMs !== undefined) {
    checkWithin(jitterMs, bounds.delayMs, sentence`jitter`, sentence`milliseconds`, at('jitterMs'))
    if (jitterMs > (delayMs ?? 0)) {
      throw invalid(
        sentence`jitter ${jitterMs} ms is more than the delay that it varies, ${delayMs ?? 0} ms; give a longer delay`,
        at('jitterMs'),
      )
    }
  }
  if (lossPercent !== undefined)
    checkWithin(lossPercent, bounds.lossPercent, sentence`loss`, sentence`percent`, at('lossPercent'))
  return withoutNothing({ bitsPerSecond: rate, burstBytes, delayMs, jitterMs, lossPercent })
}

/** No delay, jitter or loss is not to be done. */
function withoutNothing(flow: { [Key in keyof Flow]: number | undefined }): Flow {
  return Object.fromEntries(Object.entries(flow).filter(([, value]) => value !== undefined && value !== 0))
}

const bounds = {
  bitsPerSecond: { least: 8_000, most: 100_000_000_000 },
  burstBytes: { least: 2_000, most: 64 * 1024 * 1024 },
  delayMs: { least: 0, most: 60_000 },
  lossPercent: { least: 0, most: 100 },
  mtu: { least: 68, most: 65_535 },
} as const

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

/** 10000000, "10mbit", "1.5 Mbit/s"; given as a multiple of 8. */
function parseRate(raw: number | string, field: string): number {
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:bit(?:\/s)?|bps)?\s*$/i.exec(String(raw)) ?? []
  const rate = Math.floor((Number(digits ?? Number.NaN) * (units[unit.toLowerCase()] ?? 1)) / 8) * 8
  const { least, most } = bounds.bitsPerSecond
  if (rate >= least && rate <= most) return rate
  throw invalid(
    sentence`rate ${shown(String(raw))} cannot be held: it is to be 8kbit to 100gbit, like 512kbit or 10mbit`,
    field,
  )
}

function parseMtu(mtu: number): number {
  if (!Number.isInteger(mtu)) throw invalid(sentence`MTU ${mtu} is not a whole number of bytes`, 'shaping.mtu')
  checkWithin(mtu, bounds.mtu, 'MTU', sentence`bytes`, 'shaping.mtu')
  return mtu
}

function checkWithin(
  value: number,
  { least, most }: { least: number; most: number },
  what: Said,
  unit: Said,
  field: string,
): void {
  if (value >= least && value <= most) return
  throw invalid(sentence`${what} ${value} cannot be set: it is to be ${least} to ${most} ${unit}`, field)
}

function invalid(message: Said, field: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}

/** Docker's `--driver-opt` in words of Patchbay's: "patchbay.shaping.to_container.rate=10mbit". */
const optionPrefix = 'patchbay.shaping.'
const optionNames: Readonly<Record<string, keyof FlowInput>> = {
  rate: 'bitsPerSecond',
  burst: 'burstBytes',
  delay: 'delayMs',
  jitter: 'jitterMs',
  loss: 'lossPercent',
}
const optionDirections: Readonly<Record<string, Direction>> = {
  to_container: 'toContainer',
  from_container: 'fromContainer',
}

export const shapingOptions: readonly string[] = [
  ...Object.keys(optionDirections).flatMap((direction) =>
    Object.keys(optionNames).map((name) => `${optionPrefix}${direction}.${name}`),
  ),
  `${optionPrefix}mtu`,
]

/** What options of an endpoint ask for; undefined where none is about it. Delays in milliseconds, losses in percent. */
export function shapingFromOptions(raw: Readonly<Record<string, string>>): ShapingInput | undefined {
  const given = shapingOptions.filter((key) => raw[key] !== undefined)
  if (given.length === 0) return undefined
  const input: Record<Direction, Record<string, number | string>> & { mtu?: number } = {
    toContainer: {},
    fromContainer: {},
  }
  for (const key of given) {
    const value = raw[key] ?? ''
    const [direction = '', name = ''] = key.slice(optionPrefix.length).split('.')
    if (direction === 'mtu') input.mtu = parseNumber(key, value)
    const [flow, option] = [optionDirections[direction], optionNames[name]]
    if (flow && option) input[flow][option] = name === 'rate' ? value : parseNumber(key, value)
  }
  return input
}

function parseNumber(key: string, value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  throw invalid(sentence`endpoint option ${key}=${shown(value)} is not a number without a unit`, 'driverOpts')
}

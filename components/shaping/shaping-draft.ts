import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/api/router'
import type { Flow, ShapingInput } from '@/server/cnm/shaping'
import type { ShapingView } from '@/server/observe/snapshot'

/** One direction as it is being typed. */
export interface FlowDraft {
  readonly rate: string
  readonly delay: string
  readonly jitter: string
  readonly loss: string
}

export interface ShapingDraft {
  readonly toContainer: FlowDraft
  readonly fromContainer: FlowDraft
  readonly mtu: string
}

const emptyFlow: FlowDraft = { rate: '', delay: '', jitter: '', loss: '' }
export const emptyShaping: ShapingDraft = { toContainer: emptyFlow, fromContainer: emptyFlow, mtu: '' }

export function shapingDraft(shaping: ShapingView | undefined): ShapingDraft {
  if (!shaping) return emptyShaping
  const { toContainer, fromContainer, mtu } = shaping
  return { toContainer: flowDraft(toContainer), fromContainer: flowDraft(fromContainer), mtu: text(mtu) }
}

function flowDraft({ bitsPerSecond, delayMs, jitterMs, lossPercent }: Flow): FlowDraft {
  return {
    rate: bitsPerSecond === undefined ? '' : formatRate(bitsPerSecond).replace('bit/s', 'bit'),
    delay: text(delayMs),
    jitter: text(jitterMs),
    loss: text(lossPercent),
  }
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}

/** What the daemon is asked for; a burst that was set elsewhere stays while its rate does. */
export function shapingInput(draft: ShapingDraft, before?: ShapingView): ShapingInput {
  return {
    toContainer: flowInput(draft.toContainer, before?.toContainer),
    fromContainer: flowInput(draft.fromContainer, before?.fromContainer),
    ...(draft.mtu.trim() === '' ? {} : { mtu: number(draft.mtu) }),
  }
}

function flowInput({ rate, delay, jitter, loss }: FlowDraft, before: Flow | undefined): ShapingInput['toContainer'] {
  const kept = before && flowDraft(before).rate === rate ? before.burstBytes : undefined
  return {
    ...(rate.trim() === '' ? {} : { bitsPerSecond: rate.trim() }),
    ...(rate.trim() === '' || kept === undefined ? {} : { burstBytes: kept }),
    ...(delay.trim() === '' ? {} : { delayMs: number(delay) }),
    ...(jitter.trim() === '' ? {} : { jitterMs: number(jitter) }),
    ...(loss.trim() === '' ? {} : { lossPercent: number(loss) }),
  }
}

/** What is no number goes as -1, for the daemon to say what would be one. */
function number(typed: string): number {
  const value = Number(typed.trim())
  return Number.isFinite(value) ? value : -1
}

/** "10 Mbit/s", "1.5 Mbit/s", "512 kbit/s" */
export function formatRate(bitsPerSecond: number): string {
  const [unit, size] = bitsPerSecond >= 1e9 ? ['G', 1e9] : bitsPerSecond >= 1e6 ? ['M', 1e6] : ['k', 1e3]
  return `${Number((bitsPerSecond / Number(size)).toPrecision(4))} ${unit}bit/s`
}

/** What a cable's badge says: the tighter rate, else that something else is held back. */
export function badgeOf({ toContainer, fromContainer }: ShapingView): string | null {
  const rates = [toContainer.bitsPerSecond, fromContainer.bitsPerSecond].filter((rate) => rate !== undefined)
  if (rates.length > 0) return formatRate(Math.min(...rates))
  const losses = [toContainer.lossPercent, fromContainer.lossPercent].filter((loss) => loss !== undefined)
  if (losses.length > 0) return `−${Math.max(...losses)} %`
  const delays = [toContainer.delayMs, fromContainer.delayMs].filter((delay) => delay !== undefined)
  return delays.length > 0 ? `+${Math.max(...delays)} ms` : null
}

export const presets = {
  '3g': {
    toContainer: { rate: '1.6 Mbit', delay: '75', jitter: '15', loss: '0.5' },
    fromContainer: { rate: '768 kbit', delay: '75', jitter: '15', loss: '0.5' },
    mtu: '',
  },
  dsl: {
    toContainer: { rate: '16 Mbit', delay: '10', jitter: '2', loss: '' },
    fromContainer: { rate: '1 Mbit', delay: '10', jitter: '2', loss: '' },
    mtu: '1492',
  },
  wifi: {
    toContainer: { rate: '30 Mbit', delay: '5', jitter: '3', loss: '3' },
    fromContainer: { rate: '30 Mbit', delay: '5', jitter: '3', loss: '3' },
    mtu: '',
  },
} as const satisfies Record<string, ShapingDraft>
export type Preset = keyof typeof presets

export type ShapingBounds = inferRouterOutputs<AppRouter>['endpoint']['shapingBounds']

/** A preset without what this kernel cannot do, and without an MTU that the network does not carry anyway. */
export function possible(draft: ShapingDraft, { lacks, mtu }: ShapingBounds): ShapingDraft {
  const flow = ({ rate, delay, jitter, loss }: FlowDraft): FlowDraft => ({
    rate: lacks.bitsPerSecond === null ? rate : '',
    delay: lacks.delayMs === null ? delay : '',
    jitter: lacks.delayMs === null ? jitter : '',
    loss: lacks.lossPercent === null ? loss : '',
  })
  return {
    toContainer: flow(draft.toContainer),
    fromContainer: flow(draft.fromContainer),
    mtu: mtu !== null && Number(draft.mtu) > mtu ? '' : draft.mtu,
  }
}

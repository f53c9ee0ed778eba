import type { Healthcheck } from './container'
import { PatchbayError } from './errors'
import { shown } from './names'
import { sentence } from './sentence'

const usualMs = 30_000
const usualRetries = 3
const nsInMs = 1e6

/** A health check as Docker and OCI images write it; times in nanoseconds, 0 for the usual. */
export interface RawHealthcheck {
  readonly Test?: string[] | null | undefined
  readonly Interval?: number | null | undefined
  readonly Timeout?: number | null | undefined
  readonly StartPeriod?: number | null | undefined
  readonly Retries?: number | null | undefined
}

/** Where nothing is said of what to run, `test` is empty: then an image's own is meant. Throws invalid-parameter. */
export function parseHealthcheck(raw: RawHealthcheck): Healthcheck {
  const test = raw.Test ?? []
  if (test.length > 0 && !['CMD', 'CMD-SHELL', 'NONE'].includes(test[0] ?? '')) {
    throw new PatchbayError('invalid-parameter', sentence`Unknown type ${shown(test[0] ?? '')} in healthcheck`)
  }
  const times = [raw.Interval, raw.Timeout, raw.StartPeriod]
  if (times.some((ns) => ns && ns < nsInMs) || (raw.Retries ?? 0) < 0) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`times of a healthcheck cannot be less than 1ms, nor retries negative`,
    )
  }
  return {
    test,
    intervalMs: raw.Interval ? raw.Interval / nsInMs : usualMs,
    timeoutMs: raw.Timeout ? raw.Timeout / nsInMs : usualMs,
    startPeriodMs: (raw.StartPeriod ?? 0) / nsInMs,
    retries: raw.Retries || usualRetries,
  }
}

export function rawHealthcheck({ test, intervalMs, timeoutMs, startPeriodMs, retries }: Healthcheck) {
  return {
    Test: [...test],
    Interval: intervalMs * nsInMs,
    Timeout: timeoutMs * nsInMs,
    ...(startPeriodMs > 0 ? { StartPeriod: startPeriodMs * nsInMs } : {}),
    Retries: retries,
  }
}

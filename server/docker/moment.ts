import { PatchbayError } from '../cnm/errors'

/** A moment as clients write it: seconds since 1970 ("1795225348.5"), RFC 3339, or a span back from now ("24h", "1h30m"). */
export function parseMoment(text: string, now = Date.now()): Date {
  if (/^\d+(\.\d+)?$/.test(text)) return new Date(Number(text) * 1000)
  const span = parseSpan(text)
  if (span !== undefined) return new Date(now - span)
  const date = new Date(text)
  if (!Number.isNaN(date.getTime())) return date
  throw new PatchbayError('invalid-parameter', `failed to parse value as time or duration: ${JSON.stringify(text)}`)
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

function parseSpan(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)
  return [...parts].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0)
}

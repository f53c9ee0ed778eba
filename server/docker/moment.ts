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

/**
 * The same to the nanosecond, as the stamps of log lines: RFC 3339 in UTC with nine digits, so that they compare like
 * texts.
 */
export function parseStamp(text: string, now = Date.now()): string {
  const [, whole = text, fraction = ''] = /^(.*\d)\.(\d+)(?=$|[-+Z])/.exec(text) ?? []
  const isSpan = parseSpan(text) !== undefined
  const date = parseMoment(isSpan ? text : text.replace(/\.\d+(?=$|[-+Z])/, ''), now)
  const nanoseconds = isSpan || whole === text ? String(date.getTime() % 1000).padStart(3, '0') : fraction
  return `${date.toISOString().slice(0, 19)}.${nanoseconds.slice(0, 9).padEnd(9, '0')}Z`
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

function parseSpan(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)
  return [...parts].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0)
}

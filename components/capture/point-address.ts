import type { PointRequest } from '@/server/observe/capture/contract'

const keys = ['container', 'network', 'end', 'namespace', 'link'] as const

/** Where the page begins with these points chosen. */
export function captureAddress(...points: readonly PointRequest[]): string {
  return `/capture?${new URLSearchParams(points.map((point) => ['at', pointText(point)]))}`
}

/** A point as the address holds it. */
export function pointText(point: PointRequest): string {
  return new URLSearchParams(keys.flatMap((key) => (point[key] === undefined ? [] : [[key, point[key]]]))).toString()
}

/** What somebody may have typed; undefined where it names nothing. */
export function parsePoint(text: string): PointRequest | undefined {
  const all = new URLSearchParams(text)
  const values = Object.fromEntries(keys.flatMap((key) => (all.get(key) ? [[key, all.get(key)]] : [])))
  const { end, ...point } = values as Record<(typeof keys)[number], string>
  if (Object.keys(point).length === 0) return undefined
  return end === 'host' || end === 'container' ? { ...point, end } : point
}

import { z } from 'zod'
import { PatchbayError } from '../cnm/errors'

/** `filters={"driver":{"bridge":true}}`, or, from old clients, `{"driver":["bridge"]}`: name to wanted values. */
export type Filters = ReadonlyMap<string, readonly string[]>

const schema = z.record(z.string(), z.union([z.array(z.string()), z.record(z.string(), z.boolean())]))

/** Throws PatchbayError ("invalid-parameter") for what is no filter, or one that is not in `known`. */
export function parseFilters(query: URLSearchParams, known: readonly string[]): Filters {
  const text = query.get('filters')
  if (!text) return new Map()
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success) throw new PatchbayError('invalid-parameter', `filters is not valid: ${text.slice(0, 200)}`)
  const filters = new Map(
    Object.entries(parsed.data).map(([name, values]) => [name, Array.isArray(values) ? values : chosen(values)]),
  )
  const unknown = [...filters.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) throw new PatchbayError('invalid-parameter', `Invalid filter '${unknown}'`)
  return filters
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function chosen(values: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(values).filter((value) => values[value])
}

export function valuesOf(filters: Filters, name: string): readonly string[] {
  return filters.get(name) ?? []
}

/** Docker's way with names and ids: the wanted text itself, or a regular expression that is found in it. */
export function matches(text: string, wanted: string): boolean {
  if (text === wanted) return true
  try {
    return new RegExp(wanted).test(text)
  } catch {
    return false
  }
}

/** True where the filter is absent, or one of its values passes. */
export function anyOf(filters: Filters, name: string, passes: (value: string) => boolean): boolean {
  const values = filters.get(name)
  return values === undefined || values.length === 0 || values.some(passes)
}

/** Every `label=key` or `label=key=value` has to be there. */
export function hasLabels(filters: Filters, labels: Readonly<Record<string, string>>, name = 'label'): boolean {
  return (filters.get(name) ?? []).every((wanted) => {
    const [key = '', ...value] = wanted.split('=')
    return key in labels && (value.length === 0 || labels[key] === value.join('='))
  })
}

/** False for what has every `label!=key` or `label!=key=value` of the filter. */
export function lacksLabels(filters: Filters, labels: Readonly<Record<string, string>>): boolean {
  return !filters.has('label!') || !hasLabels(filters, labels, 'label!')
}

/** "true", "1", "false" or "0"; undefined where absent. */
export function truthOf(filters: Filters, name: string): boolean | undefined {
  const value = filters.get(name)?.[0]
  if (value === undefined) return undefined
  if (/^(1|true)$/i.test(value)) return true
  if (/^(0|false)$/i.test(value)) return false
  throw new PatchbayError(
    'invalid-parameter',
    `invalid value for filter '${name}', must be "true" (or "1"), or "false" (or "0")`,
  )
}

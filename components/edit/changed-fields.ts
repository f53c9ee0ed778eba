/** The fields of `wanted` that differ from those of `present`, and how these are now. Both are compared as they are sent. */
export function changedFields<Fields extends object>(
  wanted: Fields,
  present: Fields,
): { request: Partial<Fields>; former: Partial<Fields> } {
  const keys = (Object.keys(wanted) as (keyof Fields)[]).filter((key) => text(wanted[key]) !== text(present[key]))
  const only = (fields: Fields) => Object.fromEntries(keys.map((key) => [key, fields[key]])) as Partial<Fields>
  return { request: only(wanted), former: only(present) }
}

/** A table's order tells nothing. */
function text(value: unknown): string {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
  return JSON.stringify(isTable ? Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)) : value)
}

/** "one, two" and lines of such. */
export function listed(words: string): string[] {
  return words.split(/[\s,]+/).filter((word) => word !== '')
}

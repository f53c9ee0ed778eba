import type { Look } from '../kernel/contract'

const order: readonly Look[] = ['host', 'links', 'everything']

/** The look that sees what either sees. */
export function wider(one: Look, other: Look): Look {
  return order.indexOf(one) > order.indexOf(other) ? one : other
}

/** Whether a look sees the object of this key. */
export function isWithin(look: Look, key: string): boolean {
  return order.indexOf(needed(key)) <= order.indexOf(look)
}

const deep: readonly (string | undefined)[] = ['chain', 'policy', 'rule', 'redirect', 'sysctl']

/** The least look that sees it. Keys begin with the kind, and the place where it is. */
function needed(key: string): Look {
  const [kind, place] = key.split(' ', 2)
  if (kind !== 'namespace' && place === 'host') return 'host'
  return deep.includes(kind) ? 'everything' : 'links'
}

import type { KernelObject } from './object'

/**
 * Whether something that nobody wants bears no mark of Patchbay's, so that somebody else may well have meant it: an
 * address or route on one of its links, an entry that contradicts a record. Only whoever means this very one removes it.
 */
export function isStranger(object: KernelObject): boolean {
  return isContradiction(object) || object.kind === 'address' || object.kind === 'route'
}

/** What never was Patchbay's, and stands only because it takes packets from where they belong. */
export function isContradiction(object: KernelObject): boolean {
  return (
    ['neighbour', 'fdb', 'lookup'].includes(object.kind) || (object.kind === 'route' && object.expected !== undefined)
  )
}

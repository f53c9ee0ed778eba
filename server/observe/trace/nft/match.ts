import { parseAddress } from '../../../cnm/address'
import type { Judgement } from '../match'
import { holds } from '../subnet'
import { absent, type NftScene, type Operand, operandOf, type Value } from './operand'
import type { Expression } from './ruleset'

/** Elements of a named set or map of the rule's table. */
export type Named = (name: string) => readonly Expression[] | undefined

interface Match {
  readonly op: string
  readonly left: Expression
  readonly right: Expression
}

export function judgeMatch({ op, left, right }: Match, scene: NftScene, named: Named): Judgement {
  const value = operandOf(left, scene)
  if (value === absent) return 'no'
  if (value === undefined) return 'maybe'
  const met = compared(op, value, right, named)
  return met === undefined ? 'maybe' : met ? 'yes' : 'no'
}

function compared(op: string, value: Value, right: Expression, named: Named): boolean | undefined {
  switch (op) {
    case '==':
    case '!=': {
      const isIn = among(value, right, named)
      return isIn === undefined ? undefined : isIn === (op === '==')
    }
    case 'in':
    case '!': {
      const any = hasAny(value, Array.isArray(right) ? right : [right])
      return any === undefined ? undefined : any === (op === 'in')
    }
    default: {
      const order = inOrder(value, right)
      if (order === undefined) return undefined
      if (op === '<') return order < 0
      if (op === '>') return order > 0
      if (op === '<=') return order <= 0
      return op === '>=' ? order >= 0 : undefined
    }
  }
}

/** Flags that are known here; of the others it is not known whether they are set. */
const certainFlags = new Set(
  'new,established,related,invalid,untracked,dnat,snat,expected,fin,syn,rst,psh,ack,urg,ecn,cwr'.split(','),
)

function hasAny(value: Value, wanted: readonly Expression[]): boolean | undefined {
  if (typeof value !== 'object' || !('flags' in value)) return undefined
  if (wanted.some((flag) => value.flags.includes(flag as string))) return true
  return wanted.every((flag) => certainFlags.has(flag as string)) ? false : undefined
}

function among(value: Value, right: Expression, named: Named): boolean | undefined {
  if (typeof right === 'string' && right.startsWith('@')) {
    const elements = named(right.slice(1))
    return elements?.some((element) => fits(value, element))
  }
  if (isObject(right) && Array.isArray(right.set)) return right.set.some((element) => fits(value, element))
  if (Array.isArray(right) && typeof value === 'object' && 'flags' in value) {
    return right.length === value.flags.length && right.every((flag) => value.flags.includes(flag))
  }
  return fits(value, right)
}

/** Whether a value is, or lies in, one element of a set, a key of a map or a value to compare with. */
function fits(value: Value, element: Expression): boolean {
  if (isObject(element)) {
    if (isObject(element.elem)) return fits(value, element.elem.val)
    if (isObject(element.prefix)) return holds(`${element.prefix.addr}/${element.prefix.len}`, String(value))
    if (Array.isArray(element.range)) {
      const [first, last] = element.range.map((edge) => inOrder(value, edge))
      return first !== undefined && last !== undefined && first >= 0 && last <= 0
    }
    if (Array.isArray(element.concat)) {
      const { concat } = element
      return typeof value === 'object' && 'parts' in value && value.parts.every((part, at) => fits(part, concat[at]))
    }
    return false
  }
  if (typeof value === 'object') {
    if ('parts' in value) return element === '*'
    return value.flags.length === 0 ? element === 0 : value.flags.length === 1 && value.flags[0] === element
  }
  if (typeof element === 'string' && typeof value === 'string' && element.endsWith('*')) {
    return element.endsWith('\\*') ? value === element.replace(/\\\*$/, '*') : value.startsWith(element.slice(0, -1))
  }
  return element === '*' || value === element
}

function inOrder(value: Value, edge: Expression): number | undefined {
  if (typeof value === 'number' && typeof edge === 'number') return value - edge
  const [one, other] = [value, edge].map((text) => (typeof text === 'string' ? parseAddress(text) : undefined))
  if (!one || !other || one.family !== other.family) return undefined
  return one.value < other.value ? -1 : one.value > other.value ? 1 : 0
}

/** What a map gives for a key. `chance`: one of many, and nobody knows which. */
export function lookedUp(
  { key, data }: { readonly key: Expression; readonly data: Expression },
  scene: NftScene,
  named: Named,
): { readonly found: Expression | undefined; readonly isChance: boolean } | undefined {
  const elements = elementsOf(data, named)
  const value: Operand = operandOf(key, scene)
  if (elements === undefined) return undefined
  if (value === absent) return { found: undefined, isChance: false }
  if (value === undefined) {
    return isObject(key) && ('numgen' in key || 'jhash' in key || 'symhash' in key)
      ? { found: elements[0]?.[1], isChance: elements.length > 1 }
      : undefined
  }
  const exact = elements.find(([element]) => element !== '*' && fits(value, element))
  return { found: (exact ?? elements.find(([element]) => element === '*'))?.[1], isChance: false }
}

function elementsOf(data: Expression, named: Named): readonly (readonly [Expression, Expression])[] | undefined {
  const all = typeof data === 'string' ? named(data.slice(1)) : isObject(data) ? data.set : undefined
  return Array.isArray(all) ? all : undefined
}

// biome-ignore lint/suspicious/noExplicitAny: what nft writes has many shapes, each of which is asked for
export function isObject(value: unknown): value is Record<string, any> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

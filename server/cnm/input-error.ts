import type { ZodError, z } from 'zod'
import { PatchbayError } from './errors'
import { shown } from './names'
import { type Said, type Sentence, saidBy, sentence } from './sentence'

/** The first thing wrong with an input, as one sentence at its field; with the raw input it names the value, too. */
export function inputErrorOf(error: ZodError, raw?: unknown): PatchbayError {
  const [first] = error.issues
  if (!first) return new PatchbayError('invalid-parameter', sentence`the input is not valid`)
  const issue = deepest(first)
  const field = issue.path.map(String).join('.')
  const told = complaint(field || sentence`the input`, issue)
  const value = saysKind(issue) && !isMissing(issue) ? received(issue.path, raw) : undefined
  return new PatchbayError('invalid-parameter', value === undefined ? told : sentence`${told}, not ${value}`, {
    field: field || undefined,
  })
}

/** Of what fits none of several shapes: what is wrong with the one that it comes closest to. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors.flatMap(([one]) => (one && one.path.length > 0 ? [one] : []))
  const [closest] = inner.toSorted((one, other) => other.path.length - one.path.length)
  return closest ? deepest({ ...closest, path: [...issue.path, ...closest.path] }) : issue
}

/** Whether the sentence says what kind of value is wanted. */
function saysKind({ code, ...issue }: z.core.$ZodIssue): boolean {
  if (code === 'too_big' || code === 'too_small') return 'origin' in issue && isNumber(String(issue.origin))
  return code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union'
}

/** What stands at a place of the input; undefined where nobody knows, and for what is nobody's business. */
function received(path: readonly PropertyKey[], raw: unknown): Said | undefined {
  if (raw === undefined || path.at(-1) === 'token') return undefined
  const value = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], raw)
  if (typeof value === 'string') return shown(value)
  if (Array.isArray(value)) return articles.array
  return typeof value === 'object' && value !== null ? articles.object : String(value)
}

function complaint(what: Said, issue: z.core.$ZodIssue): Sentence {
  switch (issue.code) {
    case 'invalid_type':
      return isMissing(issue)
        ? sentence`${what} is missing; it has to be ${article(issue.expected)}`
        : sentence`${what} has to be ${article(issue.expected)}`
    case 'too_big':
      return isNumber(issue.origin)
        ? sentence`${what} is too large; it has to be at most ${written(issue.maximum)}`
        : sentence`${what} is too long; at most ${amount(issue.maximum, issue.origin)} fit`
    case 'too_small':
      return isNumber(issue.origin)
        ? sentence`${what} is too small; it has to be at least ${written(issue.minimum)}`
        : sentence`${what} is too short; at least ${amount(issue.minimum, issue.origin)} are needed`
    case 'unrecognized_keys':
      return sentence`${what} has no field named ${issue.keys.map(shorten)}; check the spelling`
    case 'invalid_union': {
      const kinds = issue.errors.flatMap(([one]) => (one?.code === 'invalid_type' ? [one.expected] : []))
      if (kinds.length === 0) return sentence`${what} is not valid`
      return sentence`${what} has to be one of ${[...new Set(kinds)].map(article)}`
    }
    case 'invalid_value':
      return sentence`${what} has to be one of ${issue.values.map(String)}`
    default:
      return sentence`${what} is not valid: ${saidBy(issue.message)}`
  }
}

/** Issues carry no input, lest secrets end up in logs; only the message tells nothing from something wrong. */
function isMissing({ message }: z.core.$ZodIssue): boolean {
  return message.endsWith('received undefined')
}

const articles: Readonly<Record<string, Sentence>> = {
  string: sentence`a string`,
  number: sentence`a number`,
  int: sentence`a whole number`,
  boolean: sentence`true or false`,
  array: sentence`a list`,
  object: sentence`an object`,
  record: sentence`an object`,
}

function article(expected: string): Said {
  return articles[expected] ?? expected
}

function isNumber(origin: string): boolean {
  return ['number', 'int', 'bigint'].includes(origin)
}

function written(bound: number | bigint): string {
  return bound.toLocaleString('en')
}

function amount(bound: number | bigint, origin: string): Sentence {
  return origin === 'string' ? sentence`${written(bound)} characters` : sentence`${written(bound)} entries`
}

function shorten(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key
}

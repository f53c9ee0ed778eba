import type { ZodError, z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import { type Said, type Sentence, saidBy, sentence } from '../cnm/sentence'

/** The first thing wrong with an input, as one sentence at its field. */
export function inputErrorOf(error: ZodError): PatchbayError {
  const issue = error.issues[0]
  if (!issue) return new PatchbayError('invalid-parameter', sentence`the input is not valid`)
  const field = issue.path.map(String).join('.')
  return new PatchbayError('invalid-parameter', complaint(field || sentence`the input`, issue), {
    field: field || undefined,
  })
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

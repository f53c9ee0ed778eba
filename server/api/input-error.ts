import type { ZodError, z } from 'zod'
import { PatchbayError } from '../cnm/errors'

/** The first thing wrong with an input, as one sentence at its field. */
export function inputErrorOf(error: ZodError): PatchbayError {
  const issue = error.issues[0]
  if (!issue) return new PatchbayError('invalid-parameter', 'the input is not valid')
  const field = issue.path.map(String).join('.')
  const sentence = `${field || 'the input'} ${complaint(issue)}`
  return new PatchbayError('invalid-parameter', sentence, { field: field || undefined })
}

function complaint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${isMissing(issue) ? 'is missing; it has to be' : 'has to be'} ${article(issue.expected)}`
    case 'too_big':
      return `is too long or too large; at most ${issue.maximum.toLocaleString('en')}${unit(issue.origin)} fit`
    case 'too_small':
      return `is too short or too small; at least ${issue.minimum.toLocaleString('en')}${unit(issue.origin)} are needed`
    case 'unrecognized_keys':
      return `has no field named ${issue.keys.map(shorten).join(', ')}; check the spelling`
    case 'invalid_value':
      return `has to be one of ${issue.values.map(String).join(', ')}`
    default:
      return `is not valid: ${issue.message}`
  }
}

/** Issues carry no input, lest secrets end up in logs; only the message tells nothing from something wrong. */
function isMissing({ message }: z.core.$ZodIssue): boolean {
  return message.endsWith('received undefined')
}

const articles: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function article(expected: string): string {
  return articles[expected] ?? expected
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

function unit(origin: string): string {
  return units[origin] ?? ''
}

function shorten(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key
}

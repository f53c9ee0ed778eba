import { constants } from 'node:os'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'

const [firstRealTime, lastRealTime] = [34, 64]

/** "KILL", "SIGKILL", "9" or "RTMIN+3". Throws invalid-parameter for what is no signal of Linux's. */
export function parseSignal(raw: string): number {
  const name = raw.toUpperCase().replace(/^SIG/, '')
  const number = /^\d{1,2}$/.test(name) ? Number(name) : (realTime(name) ?? named[`SIG${name}`])
  if (number !== undefined && number >= 1 && number <= lastRealTime) return number
  throw new PatchbayError('invalid-parameter', sentence`${JSON.stringify(raw)} is not a signal`, {
    ...{ field: 'signal', reason: 'signal-invalid', data: { signal: raw } },
  })
}

const named: Readonly<Record<string, number>> = constants.signals

function realTime(name: string): number | undefined {
  const [, from, offset = '0'] = /^(RTMIN|RTMAX)([+-]\d{1,2})?$/.exec(name) ?? []
  if (from === undefined) return undefined
  const number = (from === 'RTMIN' ? firstRealTime : lastRealTime) + Number(offset)
  return number >= firstRealTime ? number : undefined
}

import { expect, test } from 'vitest'
import { parseMoment, parseStamp } from './moment'

const now = Date.parse('2026-01-02T03:04:05.678Z')

test('a moment is a number of seconds, a date or a span back from now', () => {
  expect(parseMoment('1767323045.5')).toEqual(new Date('2026-01-02T03:04:05.500Z'))
  expect(parseMoment('2026-01-31').toISOString()).toBe('2026-01-31T00:00:00.000Z')
  expect(parseMoment('1h30m', now)).toEqual(new Date('2026-01-02T01:34:05.678Z'))
  expect(() => parseMoment('soon')).toThrow('failed to parse value as time or duration: "soon"')
})

test('a stamp keeps nanoseconds', () => {
  expect(parseStamp('1767323045.123456789')).toBe('2026-01-02T03:04:05.123456789Z')
  expect(parseStamp('1767323045.000000001')).toBe('2026-01-02T03:04:05.000000001Z')
  expect(parseStamp('1767323045')).toBe('2026-01-02T03:04:05.000000000Z')
  expect(parseStamp('2026-01-02T04:04:05.5+01:00')).toBe('2026-01-02T03:04:05.500000000Z')
  expect(parseStamp('1.5s', now)).toBe('2026-01-02T03:04:04.178000000Z')
})

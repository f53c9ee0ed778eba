import { expect, test } from 'vitest'
import { parseEndpointOptions } from './endpoint-options'
import { isShaped, parseShaping, type ShapingInput, shapingFromOptions, unshaped } from './shaping'

test('rates are numbers or words, and nothing asked for is nothing recorded', () => {
  expect(parseShaping({})).toEqual(unshaped)
  expect(parseShaping({ toContainer: { delayMs: 0, lossPercent: 0 } })).toEqual(unshaped)
  expect(isShaped(parseShaping({}))).toBe(false)
  for (const bitsPerSecond of [10_000_000, '10mbit', '10 Mbit/s', '10000kbit', '0.01g', '10000007']) {
    expect(parseShaping({ toContainer: { bitsPerSecond } }).toContainer).toEqual({ bitsPerSecond: 10_000_000 })
  }
})

const refused: [ShapingInput, string, string][] = [
  [
    { toContainer: { bitsPerSecond: '10 parsecs' } },
    'shaping.toContainer.bitsPerSecond',
    'rate "10 parsecs" cannot be',
  ],
  [{ fromContainer: { bitsPerSecond: 100 } }, 'shaping.fromContainer.bitsPerSecond', '8kbit to 100gbit'],
  [{ fromContainer: { bitsPerSecond: Number.NaN } }, 'shaping.fromContainer.bitsPerSecond', 'rate "NaN"'],
  [{ toContainer: { burstBytes: 5000 } }, 'shaping.toContainer.burstBytes', 'a burst needs a rate'],
  [{ toContainer: { bitsPerSecond: '1m', burstBytes: 1 } }, 'shaping.toContainer.burstBytes', '2000 to 67108864 bytes'],
  [{ toContainer: { delayMs: -1 } }, 'shaping.toContainer.delayMs', '0 to 60000 milliseconds'],
  [{ toContainer: { delayMs: 10, jitterMs: 20 } }, 'shaping.toContainer.jitterMs', 'more than the delay'],
  [{ toContainer: { lossPercent: 101 } }, 'shaping.toContainer.lossPercent', '0 to 100 percent'],
  [{ mtu: 12 }, 'shaping.mtu', '68 to 65535 bytes'],
  [{ mtu: 1400.5 }, 'shaping.mtu', 'not a whole number'],
]
test.each(refused)('%j is refused by name', (input, field, sentence) => {
  expect(() => parseShaping(input)).toThrow(expect.objectContaining({ kind: 'invalid-parameter', field }))
  expect(() => parseShaping(input)).toThrow(sentence)
})

test('options of an endpoint ask for the same', () => {
  const options = { 'patchbay.shaping.to_container.rate': '5mbit', 'patchbay.shaping.from_container.loss': '1.5' }
  expect(parseShaping(shapingFromOptions(options) ?? {})).toEqual({
    toContainer: { bitsPerSecond: 5_000_000 },
    fromContainer: { lossPercent: 1.5 },
  })
  expect(parseEndpointOptions({ ...options, 'patchbay.shaping.mtu': '1400' })).toEqual({ sysctls: [] })
  expect(shapingFromOptions({})).toBeUndefined()
  expect(() => shapingFromOptions({ 'patchbay.shaping.to_container.delay': '10ms' })).toThrow('is not a number')
})

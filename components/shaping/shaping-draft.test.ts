import { expect, test } from 'vitest'
import { parseShaping } from '@/server/cnm/shaping'
import { badgeOf, emptyShaping, formatRate, possible, presets, shapingDraft, shapingInput } from './shaping-draft'

const shaping = {
  toContainer: { bitsPerSecond: 10_000_000, burstBytes: 50_000, lossPercent: 1.5 },
  fromContainer: { bitsPerSecond: 512_000, delayMs: 20, jitterMs: 5 },
  mtu: 1400,
}

test('what a cable has comes back as it was when nothing is typed', () => {
  expect(parseShaping(shapingInput(shapingDraft(shaping), shaping))).toEqual(shaping)
  expect(parseShaping(shapingInput(emptyShaping))).toEqual({ toContainer: {}, fromContainer: {} })
})

test('a burst goes with the rate that it was for, and nonsense is left to the daemon to refuse', () => {
  const draft = { ...shapingDraft(shaping), toContainer: { rate: '2mbit', delay: '', jitter: '', loss: 'much' } }
  expect(shapingInput(draft, shaping).toContainer).toEqual({ bitsPerSecond: '2mbit', lossPercent: -1 })
})

test('the badge says the tightest', () => {
  expect(badgeOf(shaping)).toBe('512 kbit/s')
  expect(badgeOf({ toContainer: { lossPercent: 3 }, fromContainer: {} })).toBe('−3 %')
  expect(badgeOf({ toContainer: {}, fromContainer: { delayMs: 40 } })).toBe('+40 ms')
  expect(badgeOf({ toContainer: {}, fromContainer: {}, mtu: 1400 })).toBe(null)
  expect([1_500_000, 2e9].map(formatRate)).toEqual(['1.5 Mbit/s', '2 Gbit/s'])
})

test.each(Object.entries(presets))(
  'preset %s is one that the daemon takes, also without what a kernel lacks',
  (_, preset) => {
    const bounds = {
      lacks: { bitsPerSecond: null, delayMs: { template: 'no netem', values: [] }, lossPercent: null },
      mtu: 1400,
    }
    expect(parseShaping(shapingInput(preset)).toContainer.delayMs).toBeGreaterThan(0)
    expect(parseShaping(shapingInput(possible(preset, bounds))).toContainer).not.toHaveProperty('delayMs')
    expect(possible(preset, bounds).mtu).toBe('')
    expect(possible(preset, { ...bounds, mtu: 1500 }).mtu).toBe(preset.mtu)
  },
)

import { expect, test } from 'vitest'
import type { QdiscObject } from './object'
import { renderCommand } from './render'
import { addTraffic } from './traffic-commands'

/**
 * The synopsis of tc-netem(8), iproute2 6.1: many kernels have no netem, so that what would run elsewhere is held against
 * the manual, and by `absent.kernel.test.ts` against iproute2's own parser.
 */
const manual = {
  OPTIONS: '[ LIMIT ] [ DELAY ] [ LOSS ] [ CORRUPT ] [ DUPLICATION ] [ REORDERING ] [ RATE ] [ SLOT ]',
  LIMIT: 'limit packets',
  DELAY: 'delay TIME [ JITTER [ CORRELATION ]]',
} as const

/** Brackets may be left out; packets are a number, times have a unit. */
function pattern(synopsis: string): string {
  return synopsis
    .split(/\s+|(?=\])/)
    .map((word) => {
      if (word === '[') return '(?:'
      if (word === ']') return ')?'
      if (word === 'LIMIT' || word === 'DELAY') return pattern(manual[word])
      if (word === 'packets') return '\\d+ ?'
      if (word === 'TIME' || word === 'JITTER') return '\\d+(?:\\.\\d+)?(?:us|ms|s) ?'
      return /^[a-z]+$/.test(word) ? `${word} ` : '(?!)'
    })
    .join('')
}

const netem = (change: Partial<Extract<QdiscObject, { type: 'netem' }>>): string => {
  const place = { kind: 'qdisc', netns: 'host', link: 'veth0', parent: 'root' } as const
  const [command] = addTraffic({ ...place, type: 'netem', delayMs: 40, jitterMs: 5, limitPackets: 10_000, ...change })
  if (!command) throw new Error('no command')
  return renderCommand(command)
}

test.each([{}, { jitterMs: 0 }, { delayMs: 0.5, jitterMs: 0.25 }, { delayMs: 60_000, parent: 'tbf' as never }])(
  'delay and jitter are asked for as the manual says: %j',
  (change) => {
    const line = netem(change)
    expect(line).toMatch(/^tc qdisc replace dev veth0 (root handle 1:|parent 1:1 handle 10:) netem /)
    expect(`${line.split(' netem ')[1]}`).toMatch(new RegExp(`^${pattern(manual.OPTIONS)}$`))
  },
)

test('the manual takes no jitter without a delay, and no delay without its unit', () => {
  for (const wrong of ['5ms', 'limit ten', 'delay 40', 'jitter 5ms', 'delay 40ms limit 10']) {
    expect(wrong).not.toMatch(new RegExp(`^${pattern(manual.OPTIONS)}$`))
  }
})

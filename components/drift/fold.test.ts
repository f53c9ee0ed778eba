import { expect, test } from 'vitest'
import type { DriftView } from '@/server/observe/snapshot'
import { asOne, foldAlike } from './fold'

function drift(key: string, code: string, more: Partial<DriftView> = {}): DriftView {
  const rest = { hurts: 'unknown', mends: 'quiet', byHand: false, about: null, subjectId: key, summary: key } as const
  return {
    ...rest,
    key,
    keys: [key],
    kind: 'foreign',
    words: [{ code, values: {} }],
    commands: [`rm ${key}`],
    ...more,
  } as DriftView
}
const some = (count: number, code: string) => Array.from({ length: count }, (_, at) => drift(`${code}${at}`, code))

test('a few are told one by one, many that are alike as one', () => {
  expect(foldAlike(some(12, 'foreign.link')).map((one) => one.length)).toEqual(Array(12).fill(1))
  const many = [...some(9, 'foreign.link'), ...some(3, 'foreign.route'), ...some(5, 'foreign.chain')]
  expect(foldAlike(many).map((one) => one.length)).toEqual([9, 1, 1, 1, 5])
})

test('what is done otherwise by a repair is not folded together', () => {
  const many = [...some(7, 'foreign.rule'), ...some(7, 'foreign.rule').map((one) => ({ ...one, byHand: true }))]
  expect(foldAlike(many).map((one) => one.length)).toEqual([7, 7])
})

test('one stands for all of them, and for those that each already stood for', () => {
  const [first, ...others] = [...some(29, 'foreign.link'), drift('many', 'foreign.link', { alike: 99 })]
  const one = asOne([first as DriftView, ...others])
  expect(one).toMatchObject({ key: 'foreign.link0', alike: 128, subjectId: null })
  expect(one.keys).toHaveLength(30)
  expect(one.commands).toHaveLength(21)
  expect(one.commands.at(-1)).toBe('# … +10')
})

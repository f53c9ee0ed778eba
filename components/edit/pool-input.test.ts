import { expect, test } from 'vitest'
import { freshRow, poolInputs, poolRows } from './pool-input'

const pool = {
  subnet: '10.0.0.0/24',
  gateway: '10.0.0.1',
  auxAddresses: { 'a b, c': '10.0.0.2', '10.0.0.3': '10.0.0.3' },
}

test('addresses that nobody is given are shown, and stay as they are while nobody types', () => {
  const rows = poolRows({ pools: [pool] })
  expect(rows[0]?.kept).toBe('a b, c=10.0.0.2, 10.0.0.3')
  expect(poolInputs(rows)).toEqual([
    { subnet: '10.0.0.0/24', gateway: '10.0.0.1', ipRange: '', auxAddresses: pool.auxAddresses },
  ])
})

test('what is typed becomes names and addresses; an empty line takes them all away', () => {
  const typed = (kept: string) => poolInputs(poolRows({ pools: [pool] }).map((row) => ({ ...row, kept })))[0]
  expect(typed(' r=10.0.0.9  10.0.0.8,')?.auxAddresses).toEqual({ r: '10.0.0.9', '10.0.0.8': '10.0.0.8' })
  expect(typed('')?.auxAddresses).toEqual({})
})

test('of a new subnet only what was typed is asked for', () => {
  const row = { ...freshRow([]), subnet: ' 10.1.0.0/24 ' }
  expect(poolInputs([row, freshRow([row])])).toEqual([{ subnet: '10.1.0.0/24' }])
})

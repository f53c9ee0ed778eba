import { expect, test } from 'vitest'
import { automaticRow, freshRow, plannedPool, poolErrorAt, poolInputs, poolRows } from './pool-input'

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

test('a subnet that need not be typed keeps its place among others', () => {
  expect(poolInputs([automaticRow])).toEqual([{}])
  const named = { ...freshRow([automaticRow]), subnet: '10.1.0.0/24' }
  const rows = [automaticRow, named]
  expect(poolInputs(rows)).toEqual([{}, { subnet: '10.1.0.0/24' }])
  const planned = [{ subnet: '10.1.0.0/24' }, { subnet: '172.18.0.0/16' }]
  expect(rows.map((row) => plannedPool(row, rows, planned)?.subnet)).toEqual(['172.18.0.0/16', '10.1.0.0/24'])
})

test('an error stands at the field of the row that was sent; rows that are still empty do not count', () => {
  const blank = freshRow([automaticRow])
  const named = { ...freshRow([blank]), subnet: '10.1.0.0/24' }
  const at = poolErrorAt({ message: 'no', field: 'pools.1.gateway' }, [automaticRow, blank, named])
  expect(at(named.key, 'gateway')).toBe('no')
  expect([at(named.key, 'subnet'), at(blank.key, 'gateway'), at(automaticRow.key, 'gateway')]).toEqual([
    null,
    null,
    null,
  ])
})

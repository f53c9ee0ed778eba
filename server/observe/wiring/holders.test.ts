import { expect, test } from 'vitest'
import { assignHolders, hasTuns } from './holders'
import type { ReadNamespace } from './join'

const space = (id: string, ...tuns: string[]) =>
  ({
    found: { id },
    state: { links: [{ kind: null, name: 'lo' }, ...tuns.map((name) => ({ kind: 'tun', name }))] },
  }) as unknown as ReadNamespace
const all = [space('1', 'tun0', 'tap0'), space('2', 'tun0'), space('3', 'vpn')]
const opened = (netnsId: string, link: string, pid: number) => ({ netnsId, link, pid, name: `p${pid}` })

test('a device is held where its process is, else where the only one of its name is', () => {
  const held = assignHolders(all, [
    ...[opened('1', 'tun0', 7), opened('2', 'tun0', 8), opened('2', 'tun0', 9)],
    ...[opened('1', 'vpn', 10), opened('3', 'tun0', 11), opened('1', 'lo', 12)],
  ])
  expect(held.get('1')?.get('tun0')).toEqual([{ pid: 7, name: 'p7' }])
  expect(
    held
      .get('2')
      ?.get('tun0')
      ?.map(({ pid }) => pid),
  ).toEqual([8, 9])
  expect(
    held
      .get('3')
      ?.get('vpn')
      ?.map(({ pid }) => pid),
  ).toEqual([10])
  expect([held.get('3')?.has('tun0'), held.get('1')?.has('lo')]).toEqual([false, false])
})

test('nobody is asked where there is no such device', () => {
  expect([hasTuns(all), hasTuns([space('1')]), hasTuns([{ state: null }])]).toEqual([true, false, false])
})

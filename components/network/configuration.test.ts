import { expect, test } from 'vitest'
import type { DriverView } from '@/server/api/contract'
import { driverFor } from './configuration'

const driver = (name: string, keys: readonly string[], more: Partial<DriverView> = {}): DriverView => ({
  ...{ name, description: '', creatable: true, usesIpam: true, requires: [], lack: null, fixedOptions: [] },
  options: { properties: Object.fromEntries(keys.map((key) => [key, {}])) },
  ...more,
})
const drivers = [
  driver('bridge', ['mtu']),
  driver('ipvlan', ['parent', 'mtu'], { lack: 'no ipvlan' }),
  driver('macvlan', ['parent', 'macvlan_mode']),
  driver('host', [], { creatable: false }),
]

test('the options of a configuration choose a driver that has them all and that this host can make', () => {
  expect(driverFor({ mtu: '1400' }, drivers, 'bridge')).toBe('bridge')
  expect(driverFor({ parent: 'eth0' }, drivers, 'bridge')).toBe('macvlan')
  expect(driverFor({ parent: 'eth0', mtu: '1400' }, drivers, 'bridge')).toBe('ipvlan')
})

test('where no driver has them, or none is known yet, it is the one preferred', () => {
  expect(driverFor({ nobody: 'knows' }, drivers, 'bridge')).toBe('bridge')
  expect(driverFor({ parent: 'eth0' }, [], 'bridge')).toBe('bridge')
})

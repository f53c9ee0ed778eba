import { expect, test } from 'vitest'
import { capabilitiesOf } from './capabilities'

test("by default there are Docker's fourteen", () => {
  expect(capabilitiesOf([], [])).toHaveLength(14)
})

test('names are taken in any form, and ALL is every one', () => {
  expect(capabilitiesOf(['cap_net_admin'], ['all'])).toEqual(['CAP_NET_ADMIN'])
  expect(capabilitiesOf(['ALL'], ['SYS_ADMIN'])).toHaveLength(40)
  expect(capabilitiesOf(['ALL'], ['SYS_ADMIN'])).not.toContain('CAP_SYS_ADMIN')
  expect(capabilitiesOf(['ALL'], ['ALL'])).toHaveLength(41)
})

test('what is no capability is named', () => {
  expect(() => capabilitiesOf(['NET_ADMIN '], [])).toThrow('capability "NET_ADMIN " is not one that Linux knows')
})

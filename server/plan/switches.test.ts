import { expect, test } from 'vitest'
import { diff } from './diff'
import type { BridgeLink, KernelObject, VethLink } from './object'
import { renderPlan } from './render'
import { bridge, cable } from './testing/objects'

/** What a bridge and its ports can be told besides being there. */

const port: VethLink = { ...cable('/run/netns'), hairpin: false }
const lines = (wanted: KernelObject, present?: KernelObject) =>
  renderPlan(diff([wanted], present === undefined ? [] : [present]))

test('a bridge is born with what is asked of it', () => {
  const [born] = lines({ ...bridge, stp: true, multicastSnooping: false })
  expect(born).toMatch(/ type bridge forward_delay 200 stp_state 1 mcast_snooping 0$/)
  expect(lines(bridge)[0]).toMatch(/ type bridge$/)
})

test('what nobody asks for may be as it likes; what is asked for is put right', () => {
  const seen: BridgeLink = { ...bridge, stp: true, multicastSnooping: true }
  expect(lines(bridge, seen)).toEqual([])
  expect(lines({ ...bridge, stp: false, multicastSnooping: true }, seen)).toEqual([
    `ip link set dev ${bridge.name} type bridge stp_state 0`,
  ])
})

test('a bridge is born in its group, and goes to another or to none', () => {
  expect(lines({ ...bridge, group: 20_546 })[0]).toMatch(/ group 20546 type bridge$/)
  const set = `ip link set dev ${bridge.name} group`
  expect(lines({ ...bridge, group: 20_546 }, bridge)).toEqual([`${set} 20546`])
  expect(lines(bridge, { ...bridge, group: 7 })).toEqual([`${set} 0`])
  expect(lines({ ...bridge, group: 7 }, { ...bridge, group: 7 })).toEqual([])
})

test('a port is isolated with its birth, and afterwards, and again on another bridge', () => {
  expect(lines({ ...port, isolated: true })[1]).toMatch(/ type bridge_slave isolated on$/)
  expect(lines({ ...port, hairpin: true, isolated: true })[1]).toMatch(/ type bridge_slave hairpin on isolated on$/)
  const set = `ip link set dev ${port.name}`
  expect(lines({ ...port, isolated: true }, port)).toEqual([`${set} type bridge_slave isolated on`])
  expect(lines(port, { ...port, isolated: true })).toEqual([`${set} type bridge_slave isolated off`])
  expect(lines(port, { ...port, isolated: false })).toEqual([])
  expect(lines({ ...port, isolated: true, master: 'br-b' }, { ...port, isolated: true })).toEqual([
    `${set} master br-b`,
    `${set} type bridge_slave isolated on`,
  ])
})

test('settings that a port was given by somebody are taken back, and no others', () => {
  const set = 'ip link set dev veth1'
  const found: VethLink = { ...port, name: 'veth1', otherwise: { state: '0', flood: 'off' } }
  expect(lines({ ...port, name: 'veth1' }, found)).toEqual([`${set} type bridge_slave state 3 flood on`])
  expect(lines({ ...port, name: 'veth1', hairpin: true }, { ...found, hairpin: true, master: '' })[0]).toBe(
    `${set} master ${port.master}`,
  )
})

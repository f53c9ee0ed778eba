import { expect, test } from 'vitest'
import { isWithin, wider } from './look'

test('each look sees what the narrower ones see, and more', () => {
  const host = ['link host br-0', 'rule host nat POSTROUTING []', 'sysctl host net/ipv4/ip_forward']
  const links = ['namespace /run/patchbay/netns/a', 'link /run/patchbay/netns/a eth0', 'socket /n udp 127.0.0.11 53']
  const everything = ['rule /run/patchbay/netns/a nat OUTPUT []', 'sysctl /run/patchbay/netns/a net/ipv4/x']
  const all = [...host, ...links, ...everything]
  expect(all.filter((key) => isWithin('host', key))).toEqual(host)
  expect(all.filter((key) => isWithin('links', key))).toEqual([...host, ...links])
  expect(all.filter((key) => isWithin('everything', key))).toEqual(all)
})

test('of two looks the wider one is taken', () => {
  expect(wider('host', 'links')).toBe('links')
  expect(wider('everything', 'links')).toBe('everything')
})

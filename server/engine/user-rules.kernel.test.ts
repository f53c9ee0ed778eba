import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { type Bed, createBed, outside } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.runContainer({ name: 'box', command: ['sleep', '3600'] }, asked)
}, 60_000)
afterAll(() => bed?.end())

const saved = async (program: 'iptables-save' | 'ip6tables-save' = 'iptables-save') =>
  (await run(program, [])).stdout.split('\n').filter((line) => line.startsWith('-A PATCHBAY-USER'))
const set = (rules: string[], former?: string[]) =>
  bed.engine.updateUserRules({ family: 'ipv4', rules, ...(former ? { former } : {}) }, asked)
const pings = () => bed.tries('box', 'ping', '-c1', '-W1', outside.address)

test('the administrator’s rules are read, set, ordered and taken out, and hold for packets', async () => {
  expect(await bed.engine.userRules('ipv4')).toEqual({ family: 'ipv4', rules: [] })
  expect(await pings()).toBe(0)
  const { commands, operation } = await set([
    '-d 203.0.113.0/24 -j ACCEPT',
    `-d ${outside.address} -p icmp -m comment --comment "no \\"pings\\" -F" -j DROP`,
  ])
  expect(commands).toEqual([
    'iptables -A PATCHBAY-USER -d 203.0.113.0/24 -j ACCEPT',
    `iptables -A PATCHBAY-USER -d ${outside.address} -p icmp -m comment --comment 'no "pings" -F' -j DROP`,
  ])
  expect(operation).toMatchObject({ verb: 'firewall.update', subjects: ['PATCHBAY-USER', 'IPv4'], status: 'done' })
  expect(await pings()).not.toBe(0)
  const { rules } = await bed.engine.userRules('ipv4')
  expect(rules).toEqual([
    '-d 203.0.113.0/24 -j ACCEPT',
    `-d ${outside.address}/32 -p icmp -m comment --comment "no \\"pings\\" -F" -j DROP`,
  ])
  await set(['-p icmp -j ACCEPT', ...rules], [...rules])
  expect(await pings()).toBe(0)
  await set(rules.slice(0, 1))
  expect(await saved()).toEqual(['-A PATCHBAY-USER -d 203.0.113.0/24 -j ACCEPT'])
})

test('twins stay in their order', async () => {
  const twins = ['-s 192.0.2.1/32 -j ACCEPT', '-s 192.0.2.2/32 -j ACCEPT', '-s 192.0.2.1/32 -j ACCEPT']
  await set(twins)
  await set(twins.slice(0, 2))
  expect((await bed.engine.userRules('ipv4')).rules).toEqual(twins.slice(0, 2))
})

test.each([
  ['-p tcp --dprt 22 -j DROP', /iptables does not take rule 2: unknown option "--dprt"/],
  ['-s 10.0.0.300 -j DROP', /iptables does not take rule 2: host\/network `10.0.0.300' not found/],
  ['-j NOWHERE', /NOWHERE/],
  ['', /rule 2 is empty/],
  ['-F', /rule 2 has "-F", which is no part of a rule/],
  ['-j DROP -t nat', /rule 2 has "-t"/],
  ['-j DROP --modprobe=/bin/sh', /rule 2 has "--modprobe=\/bin\/sh"/],
  ['-j DROP\nCOMMIT', /rule 2 holds a line break/],
])('%j is refused before anything is touched', async (rule, message) => {
  const before = await saved()
  await expect(set(['-j RETURN', rule])).rejects.toThrow(message)
  expect(await saved()).toEqual(before)
})

test('what somebody else changed meanwhile is not overwritten, and no drift', async () => {
  await set([])
  await promisify(execFile)('iptables', ['-A', 'PATCHBAY-USER', '-s', '192.0.2.9', '-j', 'DROP'])
  await expect(set(['-j RETURN'], [])).rejects.toThrow(/was changed by somebody else meanwhile/)
  expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  expect(await saved()).toHaveLength(1)
})

test('IPv6 has a chain of its own, from the first network that has it', async () => {
  await expect(bed.engine.userRules('ipv6')).rejects.toThrow(/comes with the first network that has IPv6/)
  await bed.engine.createNetwork({ name: 'six', ipv6: true }, asked)
  await bed.engine.updateUserRules({ family: 'ipv6', rules: ['-s fd00::/8 -j DROP'] }, asked)
  expect(await saved('ip6tables-save')).toEqual(['-A PATCHBAY-USER -s fd00::/8 -j DROP'])
  await expect(bed.engine.updateUserRules({ family: 'ipv6', rules: ['-s 10.0.0.0/8 -j DROP'] }, asked)).rejects.toThrow(
    /iptables does not take rule 1/,
  )
})

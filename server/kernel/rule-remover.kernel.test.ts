import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { diff } from '../plan/diff'
import type { RuleObject } from '../plan/object'
import { applyPlan } from './apply'
import { createExecutor, type Tools } from './executor'
import { createRuleRemover } from './rule-remover'
import { run } from './run'

const remover = createRuleRemover()
const restored: unknown[] = []
const restore = {
  run: async (lines: readonly unknown[]) => {
    restored.push(...lines)
  },
}
const tools = { rules: remover, firewall: { iptables: restore, ip6tables: restore } } as unknown as Tools
const executor = createExecutor(tools)

const rule = (owner: string, source: string, rest: Partial<RuleObject> = {}): RuleObject => ({
  ...{ kind: 'rule', netns: 'host', table: 'filter', chain: 'PATCHBAY' },
  args: ['-s', source, '-m', 'comment', '--comment', `patchbay:${owner}`, '-j', 'ACCEPT'],
  ...rest,
})
const masqueraded = { table: 'nat', chain: 'POSTROUTING' } as const
const mine = [rule('a', '10.1.0.0/16'), rule('a', '10.2.0.0/16'), rule('a', '10.1.0.0/16', masqueraded)]
const others = [rule('ab', '10.3.0.0/16'), rule('b', '10.4.0.0/16', masqueraded)]
const mineIpv6 = [rule('a', 'fd01::/64', { family: 'ipv6' })]

const add = async ({ family, table, chain, args }: RuleObject) =>
  run(family ? 'ip6tables' : 'iptables', ['-t', table, '-A', chain, ...args])
const remove = (rules: readonly RuleObject[]) => applyPlan(diff([], rules), executor)
const sources = async (program: 'iptables-save' | 'ip6tables-save' = 'iptables-save') =>
  [...(await run(program, [])).stdout.matchAll(/-s (\S+)/g)].map(([, source]) => source).sort()

beforeEach(async () => {
  for (const program of ['iptables', 'ip6tables'] as const) await run(program, ['-N', 'PATCHBAY'])
  for (const each of [...mine, ...others, ...mineIpv6]) await add(each)
  restored.length = 0
})
afterEach(async () => {
  for (const program of ['iptables', 'ip6tables'] as const) {
    await run(program, ['-t', 'nat', '-F'])
    await run(program, ['-F', 'PATCHBAY'])
    await run(program, ['-X', 'PATCHBAY'])
  }
})
afterAll(() => remover.close())

test('rules of an owner go in either family without iptables having to find them; those of others stay', async () => {
  await remove([...mine, ...mineIpv6])
  expect(restored).toEqual([])
  expect(await sources()).toEqual(['10.3.0.0/16', '10.4.0.0/16'])
  expect(await sources('ip6tables-save')).toEqual([])
})

test('where an owner has other rules than are to go, iptables finds which are meant, and nothing was touched', async () => {
  await remove(mine.slice(0, 1))
  expect(restored).toHaveLength(1)
  await add(rule('a', '10.5.0.0/16', masqueraded))
  await remove(mine)
  expect(restored).toHaveLength(4)
  expect(await sources()).toHaveLength(6)
})

test('a rule that somebody rewrote under its owner’s mark goes with the owner; what has no mark stays', async () => {
  await run('iptables', ['-R', 'PATCHBAY', '1', ...rule('a', '10.6.0.0/16').args])
  await run('iptables', ['-t', 'nat', '-A', 'POSTROUTING', '-s', '10.7.0.0/16', '-j', 'ACCEPT'])
  await remove(mine)
  expect(await sources()).toEqual(['10.3.0.0/16', '10.4.0.0/16', '10.7.0.0/16'])
})

test('what is not there is left to iptables to tell', async () => {
  await remove([rule('c', '10.6.0.0/16'), rule('c', '10.6.0.0/16', { chain: 'PATCHBAY-NONE' })])
  expect(restored).toHaveLength(2)
})

test('more happens than is kept for it to hear, and rules go all the same', async () => {
  await remove(mine.slice(2))
  const many = Array.from({ length: 3000 }, (_, at) => `-A PATCHBAY -s 10.7.${at >> 8}.${at & 255} -j DROP\n`)
  for (const verb of ['A', 'D']) {
    const input = `*filter\n${many.join('').replaceAll('-A', `-${verb}`)}COMMIT\n`
    await run('iptables-restore', ['--noflush'], { input })
  }
  await remove(mine.slice(0, 2))
  expect(restored).toEqual([])
  expect(await sources()).toEqual(['10.3.0.0/16', '10.4.0.0/16'])
})

test('its process dies, and rules go all the same', async () => {
  await remove(mine.slice(2))
  const { stdout } = await run('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)])
  const [pid = ''] = /(\d+)(?= perl)/.exec(stdout) ?? []
  process.kill(Number(pid), 'SIGKILL')
  await remove(mine.slice(0, 2))
  expect(restored).toEqual([])
  expect(await sources()).toEqual(['10.3.0.0/16', '10.4.0.0/16'])
})

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { type Program, run } from '../run'

/**
 * What a file of tests does to the namespace that all of them share goes with it: links, named namespaces and rules are
 * afterwards what they were before. Otherwise a later file fails, and with it the wrong one.
 */

/** Links of a namespace whose last process ends now go a moment later. */
const patienceMs = 5_000
const savers = ['iptables-save', 'ip6tables-save', 'iptables-legacy-save', 'ip6tables-legacy-save'] as const
let before: string[] = []

beforeAll(async () => {
  before = await capture()
})

afterAll(async () => {
  const deadline = performance.now() + patienceMs
  const left = async () => {
    const now = await capture()
    return { more: now.filter((line) => !before.includes(line)), less: before.filter((line) => !now.includes(line)) }
  }
  let found = await left()
  while (found.more.length + found.less.length > 0 && performance.now() < deadline) {
    await wait(100)
    found = await left()
  }
  expect(found, 'what these tests left behind, or took away').toEqual({ more: [], less: [] })
})

async function capture(): Promise<string[]> {
  const outputs = await Promise.all([
    listed('ip', ['-brief', 'link'], (line) => `link ${line.split(/[\s@]/)[0]}`),
    listed('ip', ['netns', 'list'], (line) => `namespace ${line.split(' ')[0]}`),
    ...savers.map((program) =>
      listed(program, [], (line) => (/^(-A|:\S+ (DROP|-))/.test(line) ? `${program} ${line.split(' [')[0]}` : '')),
    ),
  ])
  return outputs.flat()
}

async function listed(program: Program, args: readonly string[], shown: (line: string) => string): Promise<string[]> {
  const { stdout } = await run(program, args)
  return stdout.split('\n').flatMap((line) => (line && shown(line)) || [])
}

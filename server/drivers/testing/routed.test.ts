import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { testConformance } from './conformance'
import { routedDriver } from './routed'
import { sampleEndpoint, sampleNetwork } from './samples'

const network = sampleNetwork({ driver: 'routed' })
const internal = sampleNetwork({ driver: 'routed', internal: true })

testConformance(
  routedDriver,
  [
    { title: 'a network', network, joined: [{ endpoint: sampleEndpoint(network), netns: '/run/x', ports: [] }] },
    {
      title: 'an internal one',
      network: internal,
      joined: [{ endpoint: sampleEndpoint(internal), netns: '/run/x', ports: [] }],
    },
  ],
  [{ 'com.docker.network.driver.mtu': '12' }, { unknown: '1' }],
)

const root = new URL('../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const page = read('docs/write-a-driver.md')

test('the page shows the example as it is', () => {
  expect(page).toContain(`\`\`\`ts\n${read('server/drivers/testing/routed.ts')}\`\`\``)
})

test('the page explains every member of the contract, and no others', () => {
  const contract = /export interface Driver<.*?^\}/ms.exec(read('server/drivers/contract.ts'))?.[0] ?? ''
  const members = [...contract.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, name]) => name)
  const explained = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(members.length).toBeGreaterThan(10)
  expect(explained.toSorted()).toEqual(members.toSorted())
})

test('the files that the page names are there', () => {
  const named = [...page.matchAll(/`((?:server|docs)\/[\w/.-]+\.\w+)`/g)].map(([, path]) => path ?? '')
  expect(named.length).toBeGreaterThan(5)
  for (const path of named) expect(() => read(path), path).not.toThrow()
})

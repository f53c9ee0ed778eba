import { expect, test } from 'vitest'
import { createTestCaller } from './testing/caller'

async function collect<Item>(events: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of events) items.push(item)
  return items
}

test('tables of a namespace are asked for by its number, and searched in lower case', async () => {
  const { call, namespaces } = await createTestCaller()
  expect(await call.namespace.list()).toMatchObject([{ id: '7', kind: 'host' }])
  const events = await collect(await call.namespace.watch({ namespace: '7', table: 'sysctls', search: 'IP_Forward' }))
  expect(events).toMatchObject([{ type: 'whole', total: 1 }])
  expect(namespaces.asked).toEqual([{ namespace: '7', table: 'sysctls', search: 'ip_forward' }])
})

test('what is no number of a namespace, or no table, is refused', async () => {
  const { call } = await createTestCaller()
  await expect(call.namespace.inspect({ namespace: '../proc/1' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  const asked = { namespace: '7', table: 'shadow' as never }
  await expect(call.namespace.watch(asked)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

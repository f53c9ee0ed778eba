import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { claimNamespace } from './claim'

test('a namespace belongs to one Patchbay until that one releases it', async () => {
  const name = `\0patchbay-test-${randomUUID()}`
  const release = await claimNamespace('/run/one', name)
  await expect(claimNamespace('/run/two', name)).rejects.toThrow(
    `another Patchbay already manages this network namespace (process ${process.pid}, /run/one): stop it first`,
  )
  await release()
  await (await claimNamespace('/run/two', name))()
})

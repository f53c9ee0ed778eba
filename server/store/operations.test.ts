import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createId, type OperationId } from '../cnm/ids'
import type { Operation } from '../cnm/operation'
import { openDatabase } from './database'
import { migrate } from './migrate'
import { listOperations, listOperationsSince, listRunningOperations, pruneOperations, putOperation } from './operations'

function operation(subject: string, status: Operation['status']): Operation {
  return {
    id: createId<OperationId>(),
    verb: 'container.start',
    subjects: [subject],
    records: {},
    actor: 'administrator',
    status,
    commands: [],
    error: null,
    startedAt: new Date(),
    durationMs: null,
  }
}

test('pruning keeps the newest operations and those that still run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-operations-'))
  try {
    const file = join(folder, 'patchbay.db')
    await migrate(file)
    const database = await openDatabase(file)
    const stuck = operation('stuck', 'running')
    await putOperation(database, stuck)
    for (let number = 1; number <= 9; number++) await putOperation(database, operation(`c${number}`, 'done'))

    await pruneOperations(database, 4)
    const subjects = (await listOperations(database, 100)).flatMap((kept) => kept.subjects)
    expect(subjects).toEqual(['c9', 'c8', 'c7', 'c6', 'stuck'])
    expect(await listRunningOperations(database)).toEqual([stuck])

    const old = { ...operation('old', 'done'), startedAt: new Date(1_000), commands: ['true'] }
    await putOperation(database, old)
    const recent = await listOperationsSince(database, new Date(2_000))
    expect(recent.map((one) => one.subjects[0])).toEqual(subjects)
    const [found, ...others] = await listOperationsSince(database, new Date(0))
    expect([found?.subjects, others.length]).toEqual([['old'], 5])
    expect(found).not.toHaveProperty('commands')
    await database.$disconnect()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

import { z } from 'zod'
import type { OperationId } from '../cnm/ids'
import type { BriefOperation, Operation, OperationStatus, OperationVerb } from '../cnm/operation'
import { readSaid, writeSaid } from '../cnm/sentence'
import { stringList, stringMap } from './columns'
import type { Prisma, PrismaClient } from './generated/client'

/** How many operations the history keeps. */
export const operationsKept = 5000

/** Newest first. */
export async function listOperations(database: PrismaClient, limit: number): Promise<Operation[]> {
  const rows = await database.operation.findMany({
    select: columns,
    orderBy: { sequence: 'desc' },
    take: Math.min(limit, operationsKept),
  })
  return rows.map(toOperation)
}

/** Newest first, all that are kept. */
export async function listOperationsSince(database: PrismaClient, since: Date): Promise<BriefOperation[]> {
  const { commands: _, ...select } = columns
  const rows = await database.operation.findMany({
    select,
    where: { startedAt: { gt: since } },
    orderBy: { sequence: 'desc' },
  })
  return rows.map((row) => {
    const { commands: _, ...brief } = toOperation({ ...row, commands: [] })
    return brief
  })
}

/** Oldest first: the order in which they have to be finished. */
export async function listRunningOperations(database: PrismaClient): Promise<Operation[]> {
  const rows = await database.operation.findMany({
    select: columns,
    where: { status: 'running' },
    orderBy: { sequence: 'asc' },
  })
  return rows.map(toOperation)
}

export async function findOperation(database: PrismaClient, id: OperationId): Promise<Operation | undefined> {
  const row = await database.operation.findUnique({ select: columns, where: { id } })
  return row ? toOperation(row) : undefined
}

export function putOperation(database: PrismaClient, operation: Operation) {
  const { id, ...rest } = toRow(operation)
  return database.operation.upsert({ where: { id }, create: { id, ...rest }, update: rest, select: { id: true } })
}

/** Forgets all but the newest `kept`; one that still runs stays. */
export async function pruneOperations(database: PrismaClient, kept = operationsKept): Promise<void> {
  const [newestTooMany] = await database.operation.findMany({
    select: { sequence: true },
    orderBy: { sequence: 'desc' },
    skip: kept,
    take: 1,
  })
  if (!newestTooMany) return
  await database.operation.deleteMany({
    where: { sequence: { lte: newestTooMany.sequence }, status: { not: 'running' } },
  })
}

const verb = z.enum([
  'network.create',
  'network.remove',
  'network.update',
  'network.connect',
  'network.disconnect',
  'endpoint.update',
  'service.create',
  'service.update',
  'service.remove',
  'container.create',
  'container.start',
  'container.stop',
  'container.restart',
  'container.rename',
  'container.pause',
  'container.unpause',
  'container.update',
  'container.terminal',
  'container.remove',
  'firewall.update',
  'host.reconcile',
  'host.update',
  'trace.send',
  'reach.verify',
  'capture.start',
]) satisfies z.ZodType<OperationVerb>

const status = z.enum(['running', 'done', 'failed', 'finished', 'undone']) satisfies z.ZodType<OperationStatus>

const columns = {
  id: true,
  verb: true,
  subjects: true,
  records: true,
  actor: true,
  status: true,
  commands: true,
  error: true,
  startedAt: true,
  durationMs: true,
} satisfies Prisma.OperationSelect

type Row = Prisma.OperationGetPayload<{ select: typeof columns }>

function toOperation(row: Row): Operation {
  return {
    ...row,
    id: row.id as OperationId,
    verb: verb.parse(row.verb),
    subjects: stringList.parse(row.subjects),
    records: stringMap.parse(row.records),
    status: status.parse(row.status),
    commands: stringList.parse(row.commands),
    error: row.error === null ? null : readSaid(row.error),
  } satisfies Operation
}

function toRow(operation: Operation) {
  return {
    ...operation,
    error: operation.error === null ? null : writeSaid(operation.error),
  } satisfies Prisma.OperationUncheckedCreateInput
}

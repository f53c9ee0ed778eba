import type { NodePosition } from './contract'
import type { PrismaClient } from './generated/client'

const columns = { nodeId: true, x: true, y: true } as const

export async function listPositions(database: PrismaClient): Promise<NodePosition[]> {
  return database.nodePosition.findMany({ select: columns })
}

export async function putPositions(database: PrismaClient, positions: readonly NodePosition[]): Promise<void> {
  await database.$transaction(
    positions.map(({ nodeId, x, y }) =>
      database.nodePosition.upsert({ where: { nodeId }, create: { nodeId, x, y }, update: { x, y }, select: columns }),
    ),
  )
}

export async function removePositions(database: PrismaClient, nodeIds: readonly string[]): Promise<void> {
  await database.nodePosition.deleteMany({ where: { nodeId: { in: [...nodeIds] } } })
}

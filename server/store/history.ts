import type { HistoryChange, HistoryPart, HistoryStretch } from './contract'
import type { PrismaClient } from './generated/client'

const partColumns = { stretchId: true, isBase: true, at: true, data: true } as const
const stretchColumns = { id: true, from: true, to: true } as const

export async function listHistory(
  database: PrismaClient,
): Promise<{ stretches: HistoryStretch[]; parts: HistoryPart[] }> {
  return {
    stretches: await database.historyStretch.findMany({ select: stretchColumns, orderBy: { from: 'asc' } }),
    parts: await database.historyPart.findMany({ select: partColumns, orderBy: { sequence: 'asc' } }),
  }
}

export async function putHistory(
  database: PrismaClient,
  { stretches, parts, forgetBefore }: HistoryChange,
): Promise<void> {
  const old = forgetBefore && [
    database.historyPart.deleteMany({ where: { at: { lt: forgetBefore } } }),
    database.historyStretch.deleteMany({ where: { to: { lt: forgetBefore } } }),
  ]
  await database.$transaction([
    ...stretches.map(({ id, ...times }) =>
      database.historyStretch.upsert({ where: { id }, create: { id, ...times }, update: times, select: { id: true } }),
    ),
    ...parts.map((part) =>
      database.historyPart.create({ data: { ...part, data: Uint8Array.from(part.data) }, select: { sequence: true } }),
    ),
    ...(old ?? []),
  ])
}

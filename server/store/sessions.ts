import type { SessionRecord } from './contract'
import type { PrismaClient } from './generated/client'

const columns = { hash: true, userName: true, createdAt: true, expiresAt: true } as const

export async function findSession(database: PrismaClient, hash: string): Promise<SessionRecord | undefined> {
  const row = await database.session.findUnique({ select: columns, where: { hash } })
  return row ?? undefined
}

/** Expired sessions go on this occasion: nothing reads them again. */
export async function putSession(database: PrismaClient, session: SessionRecord): Promise<void> {
  const { hash, userName, createdAt, expiresAt } = session
  const rest = { userName, createdAt, expiresAt }
  await database.$transaction([
    database.session.deleteMany({ where: { expiresAt: { lt: new Date() } } }),
    database.session.upsert({ where: { hash }, create: { hash, ...rest }, update: rest, select: { hash: true } }),
  ])
}

export async function removeSession(database: PrismaClient, hash: string): Promise<void> {
  await database.session.deleteMany({ where: { hash } })
}

import type { PrismaClient } from './generated/client'

export async function findSetting(database: PrismaClient, name: string): Promise<string | undefined> {
  const row = await database.setting.findUnique({ select: { value: true }, where: { name } })
  return row?.value
}

export async function putSetting(database: PrismaClient, name: string, value: string): Promise<void> {
  await database.setting.upsert({
    where: { name },
    create: { name, value },
    update: { value },
    select: { name: true },
  })
}

import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaClient } from './generated/client'

/**
 * WAL with synchronous=NORMAL: a commit survives the daemon's death at any moment; a power cut may take
 * the last commits, never the database's consistency.
 */
const pragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  PRAGMA busy_timeout = 5000;
`

/** The pragmas belong to a connection, and only the adapter has it in hand. */
class Adapter extends PrismaBetterSqlite3 {
  override async connect() {
    const connection = await super.connect()
    await connection.executeScript(pragmas)
    return connection
  }
}

/** Opens an already migrated database file. */
export async function openDatabase(file: string): Promise<PrismaClient> {
  const database = new PrismaClient({ adapter: new Adapter({ url: `file:${file}` }), errorFormat: 'minimal' })
  await database.$connect()
  return database
}

import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { PatchbayError } from '../cnm/errors'

export interface Migration {
  /** Name of its folder, "20261121000000_first"; they run in the order of their names. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, hexadecimal, as Prisma notes it. */
  readonly checksum: string
}

/**
 * Brings a database file up to the newest migration and gives the names of those that ran; creates
 * the file where there is none. Each migration runs whole or not at all. An existing database is copied
 * to `<file>.before-<first new migration>` beforehand. Throws when the file has a migration that is
 * unknown here, or known with another text.
 *
 * The record is Prisma's own table, so its tools read the history too; Prisma's CLI is not
 * needed (it wants an engine that is downloaded).
 */
export async function migrate(file: string, migrations = readMigrations(findMigrations())): Promise<string[]> {
  const existed = existsSync(file) && statSync(file).size > 0
  const database = new Database(file)
  try {
    chmodSync(file, 0o600)
    database.pragma('journal_mode = WAL')
    database.exec(historyTable)
    const pending = checkHistory(file, listApplied(database), migrations)
    if (existed && pending[0]) await copyDatabase(database, `${file}.before-${pending[0].name}`)
    // Tables are rebuilt by dropping the old one, which must not cascade; it has no effect inside a transaction.
    database.pragma('foreign_keys = OFF')
    for (const migration of pending) applyMigration(database, migration)
    return pending.map(({ name }) => name)
  } finally {
    database.close()
  }
}

export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return names
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/** `prisma/migrations` of this clone, whether this code runs from its source or from the bundle. */
export function findMigrations(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'prisma', 'migrations'))) {
    const parent = dirname(folder)
    if (parent === folder)
      throw new PatchbayError('system', 'the folder prisma/migrations is missing beside the program')
    folder = parent
  }
  return join(folder, 'prisma', 'migrations')
}

const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "checksum" TEXT NOT NULL,
  "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL,
  "logs" TEXT,
  "rolled_back_at" DATETIME,
  "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`

interface AppliedMigration {
  readonly name: string
  readonly checksum: string
  readonly finishedAt: number | string | null
}

function listApplied(database: Database.Database): AppliedMigration[] {
  return database
    .prepare<[], AppliedMigration>(
      `SELECT migration_name AS name, checksum, finished_at AS finishedAt
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
    )
    .all()
}

function checkHistory(file: string, applied: AppliedMigration[], migrations: readonly Migration[]): Migration[] {
  for (const { name, checksum, finishedAt } of applied) {
    const known = migrations.find((migration) => migration.name === name)
    if (!known) throw historyError(file, name, 'which this version does not know: start the newer version that made it')
    if (known.checksum !== checksum)
      throw historyError(file, name, 'whose text has changed since: restore prisma/migrations as it was released')
    if (finishedAt === null) throw historyError(file, name, 'which was never finished: restore a copy of the database')
  }
  return migrations.filter(({ name }) => !applied.some((entry) => entry.name === name))
}

function historyError(file: string, migration: string, rest: string): PatchbayError {
  return new PatchbayError('system', `database ${file} has migration ${migration}, ${rest}`, { data: { migration } })
}

async function copyDatabase(database: Database.Database, target: string): Promise<void> {
  await database.backup(target)
  chmodSync(target, 0o600)
}

function applyMigration(database: Database.Database, { name, sql, checksum }: Migration): void {
  const startedAt = Date.now()
  const apply = database.transaction(() => {
    database.exec(sql)
    const broken = database.pragma('foreign_key_check') as unknown[]
    if (broken.length > 0) throw new Error(`it would leave ${broken.length} rows without the row they refer to`)
    database
      .prepare(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES (?, ?, ?, ?, ?, 1)`,
      )
      .run(randomUUID(), checksum, name, startedAt, Date.now())
  })
  try {
    apply.immediate()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PatchbayError('system', `migration ${name} failed, the database is as it was before it: ${reason}`, {
      cause,
    })
  }
}

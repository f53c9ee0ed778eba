import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findMigrations, migrate, readMigrations } from './migrate'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-migrate-'))
  file = join(folder, 'patchbay.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

function migrations(texts: Record<string, string>) {
  const root = join(folder, 'migrations')
  rmSync(root, { recursive: true, force: true })
  for (const [name, sql] of Object.entries(texts)) {
    mkdirSync(join(root, name), { recursive: true })
    writeFileSync(join(root, name, 'migration.sql'), sql)
  }
  return readMigrations(root)
}

function query(path: string, sql: string): unknown[] {
  const database = new Database(path)
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

const first = 'CREATE TABLE Cable (id TEXT PRIMARY KEY);\n'
const second = 'CREATE TABLE Jack (id TEXT PRIMARY KEY);\n'

test('a new database gets every migration once, and only its owner may read it', async () => {
  expect(await migrate(file)).toEqual(readMigrations(findMigrations()).map(({ name }) => name))
  expect(await migrate(file)).toEqual([])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('the history is kept as Prisma keeps it', async () => {
  const released = migrations({ '1_first': first })
  await migrate(file, released)
  expect(
    query(file, 'SELECT checksum, migration_name, applied_steps_count, rolled_back_at FROM _prisma_migrations'),
  ).toEqual([
    { checksum: released[0]?.checksum, migration_name: '1_first', applied_steps_count: 1, rolled_back_at: null },
  ])
})

test('an existing database is copied before a new migration runs', async () => {
  await migrate(file, migrations({ '1_first': first }))
  query(file, "INSERT INTO Cable VALUES ('red') RETURNING id")
  expect(await migrate(file, migrations({ '1_first': first, '2_second': second }))).toEqual(['2_second'])

  const copy = `${file}.before-2_second`
  expect(query(copy, 'SELECT id FROM Cable')).toEqual([{ id: 'red' }])
  expect(query(copy, "SELECT name FROM sqlite_schema WHERE name = 'Jack'")).toEqual([])
  expect(statSync(copy).mode & 0o777).toBe(0o600)
})

test('a migration whose text changed after it ran is refused', async () => {
  await migrate(file, migrations({ '1_first': first }))
  await expect(migrate(file, migrations({ '1_first': `${first}-- later` }))).rejects.toThrow(
    `database ${file} has migration 1_first, whose text has changed since: restore prisma/migrations as it was released`,
  )
})

test('a database made by a newer version is refused', async () => {
  await migrate(file, migrations({ '1_first': first, '2_second': second }))
  await expect(migrate(file, migrations({ '1_first': first }))).rejects.toThrow(
    `database ${file} has migration 2_second, which this version does not know: start the newer version that made it`,
  )
})

test('a migration that fails half way leaves the database as it was', async () => {
  await migrate(file, migrations({ '1_first': first }))
  const broken = migrations({ '1_first': first, '2_broken': `${second}INSERT INTO Missing VALUES (1);` })
  await expect(migrate(file, broken)).rejects.toThrow('no such table: Missing')
  expect(query(file, "SELECT name FROM sqlite_schema WHERE name = 'Jack'")).toEqual([])
  expect(await migrate(file, migrations({ '1_first': first }))).toEqual([])
})

test('rebuilding a table does not take the rows that refer to it along', async () => {
  const linked = `${first}CREATE TABLE Plug (cable TEXT REFERENCES Cable (id) ON DELETE CASCADE);
    INSERT INTO Cable VALUES ('red'); INSERT INTO Plug VALUES ('red');`
  const rebuild = `PRAGMA foreign_keys=OFF; CREATE TABLE new_Cable (id TEXT PRIMARY KEY, colour TEXT);
    INSERT INTO new_Cable SELECT id, NULL FROM Cable; DROP TABLE Cable; ALTER TABLE new_Cable RENAME TO Cable;`
  await migrate(file, migrations({ '1_linked': linked, '2_rebuild': rebuild }))
  expect(query(file, 'SELECT cable FROM Plug')).toEqual([{ cable: 'red' }])
})

test('a migration that leaves rows without what they refer to is undone', async () => {
  const linked = `${first}CREATE TABLE Plug (cable TEXT REFERENCES Cable (id)); INSERT INTO Plug VALUES ('gone');`
  await expect(migrate(file, migrations({ '1_linked': linked }))).rejects.toThrow(
    'it would leave 1 rows without the row they refer to',
  )
})

test('each migration is text that ends in a line break, as an editor leaves it', () => {
  for (const { sql } of readMigrations(findMigrations())) expect(sql.endsWith(';\n')).toBe(true)
  expect(readFileSync(join(findMigrations(), 'migration_lock.toml'), 'utf8')).toContain('provider = "sqlite"')
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as schemaEngine from '@prisma/schema-engine-wasm/schema_engine_bg'
import { expect, test } from 'vitest'
import { findMigrations, migrate } from './migrate'

/** Prisma's own schema engine as WebAssembly: what the CLI would download as a native program. */
async function createSchemaEngine(file: string, schema: string) {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': { ...schemaEngine },
  })
  schemaEngine.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaBetterSqlite3({ url: `file:${file}` }))
  return schemaEngine.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter)
}

/** The statements that would turn the migrated database into what schema.prisma says. */
async function missingMigration(file: string): Promise<string> {
  const schema = readFileSync(join(findMigrations(), '..', 'schema.prisma'), 'utf8')
  const files = [{ path: 'schema.prisma', content: schema }]
  const engine = await createSchemaEngine(file, schema)
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: dirname(findMigrations()) },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  return stdout ?? ''
}

test('the checked-in migrations make exactly the database that schema.prisma describes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-schema-'))
  try {
    const file = join(folder, 'patchbay.db')
    await migrate(file)
    expect(await missingMigration(file)).toBe('-- This is an empty migration.\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

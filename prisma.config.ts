import { defineConfig } from 'prisma/config'

// Every command of Prisma's CLI wants a native schema engine that it downloads from its own
// host. `generate`, `validate` and `format` never call it: naming a program that does nothing
// keeps an installation within the npm registry. Migrations are ours (server/store/migrate.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= '/bin/true'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from '../file'
import { seal } from './seal'

const schema = z.object({
  tags: z.array(z.string()),
  createdAt: z.iso.datetime(),
  command: z.array(z.string()),
  env: z.array(z.string()),
  workingDir: z.string(),
})

/**
 * Images used to be a root file system and a few values beside it. Gives such a one a configuration
 * and a layer; it keeps its id, for containers know it by that. Gives the tags that it had, or
 * undefined for an image that is not of that kind.
 */
export async function upgradeImage(
  dir: string,
  record: unknown,
  layerPath: (diffId: string) => string,
): Promise<readonly string[] | undefined> {
  const parsed = schema.safeParse(record)
  if (!parsed.success) return undefined
  const { tags, createdAt, command, env, workingDir } = parsed.data
  const run = { Cmd: command, Env: env, ...(workingDir === '' ? {} : { WorkingDir: workingDir }) }
  const { configBytes, layers } = await seal(dir, { created: new Date(createdAt), createdBy: '', run })
  for (const { diffId, path } of layers) await rename(path, layerPath(diffId))
  await writeFile(join(dir, 'config.json'), configBytes)
  const kept = layers.map(({ path: _, ...layer }) => layer)
  await writeWhole(join(dir, 'image.json'), JSON.stringify({ layers: kept, isRemoved: false }))
  return tags
}

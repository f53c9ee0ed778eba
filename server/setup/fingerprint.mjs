import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './places.mjs'

const stampFile = join(root, 'dist', 'stamps.json')

/** A hash over files and whole folders of the clone, names and contents; what does not exist counts as absent. */
export function fingerprint(paths, accepts = () => true) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((path) => listFiles(path))) {
    if (!accepts(path)) continue
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

function listFiles(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .sort()
    .flatMap((name) => listFiles(join(path, name)))
}

/** What a step was last done for, by the step's name. */
export function readStamp(step) {
  return readStamps()[step]
}

export function writeStamp(step, value) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, `${JSON.stringify({ ...readStamps(), [step]: value }, null, 2)}\n`)
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

import { constants, open, readFile, rename, stat, writeFile } from 'node:fs/promises'

export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}

/** Whoever reads sees the old content or the new one, never a part, also after a crash of the daemon. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

/**
 * Rewrites a file on its own inode, because bind mounts hold on to that. The new text is
 * written before the rest is cut off, so that a reader at that moment does not find it empty.
 */
export async function writeInPlace(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o644)
  try {
    await handle.write(bytes, 0, bytes.length, 0)
    await handle.truncate(bytes.length)
  } finally {
    await handle.close()
  }
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

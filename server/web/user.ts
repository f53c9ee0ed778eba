import { access, chmod, constants, copyFile, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PatchbayError } from '../cnm/errors'

/** The user that the web runs as: it owns nothing and may do nothing but talk to the daemon's socket. */
export interface WebUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Throws PatchbayError ("system") where there is no such user, or where it is root. */
export async function findWebUser(name: string, passwdPath = '/etc/passwd'): Promise<WebUser> {
  const lines = (await readFile(passwdPath, 'utf8')).split('\n').map((line) => line.split(':'))
  const line = lines.find(([entry]) => entry === name)
  const [uid, gid] = [Number(line?.[2]), Number(line?.[3])]
  if (uid > 0 && gid > 0) return { name, uid, gid }
  throw new PatchbayError('system', `there is no unprivileged user ${name} for the web; add one: useradd -r ${name}`)
}

/**
 * A Node that the user may execute: the daemon's own, or a copy of it beside the web's build where the daemon's
 * lies out of reach, as below /root.
 */
export async function ensureNode(webDir: string, user: WebUser, node = process.execPath): Promise<string> {
  if (await isReachable(node, user)) return node
  const copy = join(webDir, `node-${process.version}`)
  if (await isThere(copy)) return copy
  await copyFile(node, `${copy}.new`, constants.COPYFILE_FICLONE)
  await chmod(`${copy}.new`, 0o755)
  await rename(`${copy}.new`, copy)
  return copy
}

/** Throws one sentence where the user cannot enter a directory that the web needs. */
export async function checkReachable(user: WebUser, ...directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    if (await isReachable(directory, user)) continue
    throw new PatchbayError(
      'system',
      `user ${user.name}, which the web runs as, cannot enter ${directory}; choose a place that others may enter`,
    )
  }
}

/** True: every directory on the way can be entered, and the file itself entered or executed, by the user. */
export async function isReachable(path: string, user: WebUser): Promise<boolean> {
  const { mode, uid, gid } = await stat(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  if (((mode >> shift) & 0o1) === 0) return false
  return path === '/' || isReachable(dirname(path), user)
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

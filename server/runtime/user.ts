import { realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { PatchbayError } from '../cnm/errors'
import { type Said, sentence } from '../cnm/sentence'
import { isMissing, readIfThere } from './file'

export interface ProcessUser {
  readonly uid: number
  readonly gid: number
  /** The first is `gid` again: a program that may drop it must not gain by that (CVE-2022-36109). */
  readonly additionalGids: readonly number[]
}

/** An image may hold anything there; what is longer is no passwd file. */
const maxFileBytes = 1024 * 1024

/**
 * Who "", "1000", "1000:100", "www-data" or "www-data:adm" is by the container's own passwd and
 * group files. Throws invalid-parameter for a name that they do not have.
 */
export async function resolveUser(
  rootfs: string,
  user: string,
  groupAdd: readonly string[] = [],
): Promise<ProcessUser> {
  const group = await readInside(rootfs, 'etc/group')
  const found = findUser(await readInside(rootfs, 'etc/passwd'), group, user)
  const added = groupAdd.map((name) => findGroup(rowsOf(group), name))
  return { ...found, additionalGids: [...new Set([...found.additionalGids, ...added])] }
}

/** The same over the files' text. */
export function findUser(passwd: string, group: string, user: string): ProcessUser {
  const [userName = '', groupName, ...rest] = user.split(':')
  if (rest.length > 0) throw unknown('user', user, sentence`write it as user or user:group`)
  const name = userName === '' ? '0' : userName
  const entry = rowsOf(passwd).find((row) => row[0] === name || row[2] === name)
  const uid = entry ? Number(entry[2]) : numeric(name)
  if (uid === undefined) throw unknown('user', name, sentence`no such entry in the /etc/passwd of the image`)
  const groups = rowsOf(group)
  if (groupName !== undefined && groupName !== '') {
    const gid = findGroup(groups, groupName)
    return { uid, gid, additionalGids: [gid] }
  }
  const gid = Number(entry?.[3] ?? 0)
  return { uid, gid, additionalGids: [gid, ...additionalGids(groups, entry)] }
}

function findGroup(groups: string[][], name: string): number {
  const entry = groups.find((row) => row[0] === name || row[2] === name)
  const gid = entry ? Number(entry[2]) : numeric(name)
  if (gid === undefined) throw unknown('group', name, sentence`no such entry in the /etc/group of the image`)
  return gid
}

function additionalGids(groups: string[][], entry: string[] | undefined): number[] {
  const name = entry?.[0]
  if (name === undefined) return []
  const gids = groups
    .filter((row) => row[3]?.split(',').includes(name) && row[2] !== entry?.[3])
    .map((row) => Number(row[2]))
  return gids.sort((a, b) => a - b)
}

/** Rows of a colon-separated file whose third field is a usable id. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((row) => row.length >= 3 && numeric(row[2] ?? '') !== undefined)
}

function numeric(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const value = Number(text)
  return value <= 2_147_483_647 ? value : undefined
}

function unknown(kind: 'user' | 'group', name: string, why: Said): PatchbayError {
  return new PatchbayError(
    'invalid-parameter',
    sentence`${kind === 'user' ? sentence`user` : sentence`group`} ${JSON.stringify(name)} cannot be found: ${why}`,
    {
      field: 'user',
      reason: `${kind}-unknown`,
      data: { [kind]: name },
    },
  )
}

/** A link in the image may point at the host's files: what lies outside the root file system is not read. */
async function readInside(rootfs: string, path: string): Promise<string> {
  try {
    const [base, target] = await Promise.all([realpath(rootfs), realpath(join(rootfs, path))])
    if (!target.startsWith(base + sep)) return ''
    const found = await stat(target)
    return found.isFile() && found.size <= maxFileBytes ? ((await readIfThere(target)) ?? '') : ''
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}

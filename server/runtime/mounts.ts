import { access, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Container, Mount } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { run } from '../kernel/run'
import type { VolumeStore } from './contract'
import { isThere } from './file'
import type { OciMount } from './spec'

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']
/** Where Debian's package tini and Docker's own have a static init. */
const inits = ['/usr/bin/tini-static', '/usr/bin/docker-init', '/usr/sbin/docker-init', '/usr/local/bin/docker-init']

/** The user's mounts as the OCI has them. What is missing on the host is made where Docker would make it. */
export function resolveMounts(volumes: VolumeStore, { options }: Container): Promise<OciMount[]> {
  return Promise.all(
    options.mounts.map(async (mount) => {
      if (mount.type === 'tmpfs') return tmpfs(mount)
      if (mount.type === 'bind') {
        await ensureSource(mount)
        await checkPropagation(mount)
      }
      const source = mount.type === 'bind' ? mount.source : (await volumes.ensure(mount.source)).mountpoint
      return { destination: mount.target, type: 'bind', source, options: bindOptions(mount) }
    }),
  )
}

function bindOptions({ options, readOnly }: Mount): string[] {
  const propagation = options.find((option) => propagations.includes(option)) ?? 'rprivate'
  return [options.includes('bind') ? 'bind' : 'rbind', readOnly ? 'ro' : 'rw', propagation]
}

/** Docker's rule: no programs, no devices, no setuid, unless the options say so. */
function tmpfs({ target, options, readOnly }: Mount): OciMount {
  const usual = ['noexec', 'nosuid', 'nodev'].filter((option) => !options.includes(option.slice(2)))
  const all = [...new Set([...usual, ...(readOnly ? ['ro'] : []), ...options])]
  return { destination: target, type: 'tmpfs', source: 'tmpfs', options: all }
}

/** What is to be seen of later mounts, there or here, needs a mount on the host that shares. */
async function checkPropagation({ source, options }: Mount): Promise<void> {
  const [, wanted] = options.map((option) => /^r?(shared|slave)$/.exec(option)).find((found) => found !== null) ?? []
  if (wanted === undefined) return
  const path = await realpath(source)
  const { target, sharing } = mountOf(path, await readFile('/proc/self/mountinfo', 'utf8'))
  const isEnough = wanted === 'shared' ? /\bshared:/.test(sharing) : /\b(shared|master):/.test(sharing)
  if (isEnough) return
  throw new PatchbayError(
    'invalid-parameter',
    sentence`path ${source} is mounted on ${target} but it is not a ${wanted === 'shared' ? 'shared' : sentence`shared or slave`} mount`,
    { field: 'mounts' },
  )
}

/** The last mount whose target holds the path, and its optional fields ("shared:1"). */
export function mountOf(path: string, mountinfo: string): { target: string; sharing: string } {
  const rows = mountinfo.split('\n').flatMap((line) => {
    const [, target, sharing = ''] = /^\d+ \d+ \S+ \S+ (\S+) \S+(.*?) - /.exec(line) ?? []
    return target === undefined ? [] : [{ target: unescapePath(target), sharing }]
  })
  const holds = ({ target }: { target: string }) => target === '/' || path === target || path.startsWith(`${target}/`)
  const found = rows.filter(holds)
  const longest = Math.max(0, ...found.map(({ target }) => target.length))
  return found.findLast(({ target }) => target.length === longest) ?? { target: '/', sharing: '' }
}

/** Blanks and the like stand there in octal. */
function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** What the mount namespace of a container has to let through for mounts that share. */
export function rootPropagation(mounts: readonly OciMount[]): { rootfsPropagation?: string } {
  const options = mounts.flatMap((mount) => mount.options)
  if (options.some((option) => /^r?shared$/.test(option))) return { rootfsPropagation: 'shared' }
  return options.some((option) => /^r?slave$/.test(option)) ? { rootfsPropagation: 'rslave' } : {}
}

/** Throws invalid-parameter where a directory that has to be there is not. */
export async function ensureSource({ source, short }: Mount): Promise<void> {
  if (await isThere(source)) return
  if (short) return void (await mkdir(source, { recursive: true, mode: 0o755 }))
  throw new PatchbayError('invalid-parameter', sentence`bind source path does not exist: ${source}`, {
    field: 'mounts',
  })
}

/** Docker's rule: an empty volume gets what the image has at its place, owner and mode too. */
export async function fillVolumes(volumes: VolumeStore, imageRootfs: string, { options }: Container): Promise<void> {
  for (const mount of options.mounts) {
    if (mount.type !== 'volume' || mount.options.includes('nocopy')) continue
    const { mountpoint } = await volumes.ensure(mount.source)
    const content = await findInside(imageRootfs, mount.target)
    if (content === undefined || (await readdir(mountpoint)).length > 0) continue
    await run('cp', ['-a', '--', `${content}/.`, mountpoint], { timeoutMs: 300_000 })
  }
}

/** The directory of an image at this path; undefined where there is none, or a link leads out of the image. */
async function findInside(rootfs: string, path: string): Promise<string | undefined> {
  const [base, target] = await Promise.all([realpath(rootfs), realpath(join(rootfs, path)).catch(() => undefined)])
  if (!target?.startsWith(base + sep)) return undefined
  return (await stat(target)).isDirectory() ? target : undefined
}

export async function findInit(): Promise<string> {
  for (const path of inits) {
    const isHere = await access(path).then(
      () => true,
      () => false,
    )
    if (isHere) return path
  }
  throw new PatchbayError(
    'unavailable',
    sentence`--init needs a static init program; install the Debian package tini`,
    {
      field: 'init',
    },
  )
}

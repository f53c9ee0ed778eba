import { chmod, copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PatchbayError } from '../../cnm/errors'
import { run } from '../../kernel/run'
import { isMissing } from '../file'
import { seal } from './seal'
import type { ImageStore } from './store'

const tag = 'busybox:latest'
const hostBusybox = '/bin/busybox'

const runConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  Cmd: ['sh'],
}

const directories: Record<string, number> = {
  bin: 0o755,
  dev: 0o755,
  etc: 0o755,
  home: 0o755,
  proc: 0o755,
  root: 0o700,
  sbin: 0o755,
  sys: 0o755,
  tmp: 0o1777,
  'usr/bin': 0o755,
  'usr/sbin': 0o755,
  'var/spool/mail': 0o755,
  'var/tmp': 0o1777,
  'var/www': 0o755,
}

const files: Record<string, string> = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
    'bin:x:2:2:bin:/bin:/bin/false',
    'sys:x:3:3:sys:/dev:/bin/false',
    'mail:x:8:8:mail:/var/spool/mail:/bin/false',
    'www-data:x:33:33:www-data:/var/www:/bin/false',
    'operator:x:37:37:Operator:/var:/bin/false',
    'nobody:x:65534:65534:nobody:/home:/bin/false',
    '',
  ].join('\n'),
  'etc/group': [
    'root:x:0:',
    'daemon:x:1:',
    'bin:x:2:',
    'sys:x:3:',
    'tty:x:5:',
    'mail:x:8:',
    'wheel:x:10:root',
    'www-data:x:33:',
    'operator:x:37:',
    'users:x:100:',
    'nogroup:x:65534:',
    '',
  ].join('\n'),
  // A static glibc looks here for where names come from.
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nnetworks: files\nservices: files\n',
  'etc/hosts': '',
  'etc/resolv.conf': '',
  'etc/hostname': '',
}

/**
 * Makes the image busybox:latest out of the host's own busybox, if there is no image of that
 * name. The id follows from the content, so two hosts with one busybox have one id. Throws
 * unavailable where the host has no statically linked busybox.
 */
export async function ensureBusybox(store: ImageStore): Promise<void> {
  if (store.list().some((image) => image.tags.includes(tag))) return
  await checkProgram()
  const applets = await listApplets()
  const dir = await store.makeDir()
  try {
    await layOut(join(dir, 'rootfs'), applets)
    const created = (await stat(hostBusybox)).mtime
    const image = await seal(dir, { created, createdBy: `busybox of the host`, run: runConfig })
    await store.add([image], new Map([[tag, image.id]]))
  } finally {
    await store.discard(dir)
  }
}

/** A dynamically linked program would need the host's libraries: its ELF header names an interpreter (type 3). */
export function isStatic(program: Buffer): boolean {
  const [isElf64, start] = [
    program.readUInt32BE(0) === 0x7f454c46 && program[4] === 2,
    Number(program.readBigUInt64LE(32)),
  ]
  if (!isElf64) return false
  const [size, count] = [program.readUInt16LE(54), program.readUInt16LE(56)]
  const types = Array.from({ length: count }, (_, index) => program.readUInt32LE(start + index * size))
  return !types.includes(3)
}

async function checkProgram(): Promise<void> {
  const program = await readFile(hostBusybox).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (program && isStatic(program)) return
  const met = program ? `${hostBusybox} is linked dynamically` : `there is no ${hostBusybox}`
  throw new PatchbayError('unavailable', `${tag} cannot be made: ${met}; install the Debian package busybox-static`)
}

async function listApplets(): Promise<string[]> {
  const { stdout } = await run('busybox', ['--list'])
  return stdout.split('\n').filter((name) => name !== '' && name !== 'busybox' && name === basename(name))
}

async function layOut(rootfs: string, applets: readonly string[]): Promise<void> {
  for (const [name, mode] of Object.entries(directories)) {
    await mkdir(join(rootfs, name), { recursive: true })
    await chmod(join(rootfs, name), mode)
  }
  await chmod(rootfs, 0o755)
  await copyFile(hostBusybox, join(rootfs, 'bin/busybox'))
  await chmod(join(rootfs, 'bin/busybox'), 0o755)
  await Promise.all(applets.map((name) => symlink('busybox', join(rootfs, 'bin', name))))
  // Scripts begin with #!/usr/bin/env.
  if (applets.includes('env')) await symlink('../../bin/env', join(rootfs, 'usr/bin/env'))
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(rootfs, name), text)))
}

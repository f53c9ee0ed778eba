import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, shortId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import { CommandError, run } from '../kernel/run'
import type { Netns } from '../plan/object'
import type { CgroupFacts } from './cgroup'
import { createProcess } from './conmon'
import type { ContainerFiles, Image, SharedFiles, VolumeStore } from './contract'
import { isThere, writeInPlace } from './file'
import type { ImageStore } from './images/store'
import { type ContainerPaths, type Layout, pathsOf } from './layout'
import type { Lifetime } from './lifetime'
import { ensureSource, fillVolumes, findInit, resolveMounts } from './mounts'
import { readRecord, writeRecord } from './process-record'
import { createRootfs, mountRootfs } from './rootfs'
import { startError } from './runc-error'
import { buildSpec, specText } from './spec'
import type { Consoles } from './streams/consoles'
import { resolveUser } from './user'

/** What every act of the runtime needs. */
export interface Ground {
  readonly layout: Layout
  readonly lifetime: Lifetime
  readonly images: ImageStore
  readonly consoles: Consoles
  readonly cgroups: CgroupFacts
  readonly volumes: VolumeStore
  /** Absolute path of runc. */
  readonly runc: string
  /** Whether the data directory can carry overlays. */
  canOverlay(): Promise<boolean>
}

export async function prepareContainer(ground: Ground, container: Container): Promise<void> {
  const paths = pathsOf(ground.layout, container.id)
  for (const mount of container.options.mounts) if (mount.type === 'bind' && !mount.short) await ensureSource(mount)
  const [image, overlays] = [findImage(ground, container.imageId), await ground.canOverlay()]
  const imageRootfs = ground.images.rootfsOf(image.id)
  await ground.lifetime.locks(container.id, async () => {
    await mkdir(paths.dir, { recursive: true, mode: 0o710 })
    await createRootfs(paths, imageRootfs, overlays)
    await fillVolumes(ground.volumes, imageRootfs, container)
  })
}

/** All or nothing: what had begun when a step fails is cleared away. */
export async function createContainer(
  ground: Ground,
  container: Container,
  netns: Netns,
  files: ContainerFiles | SharedFiles,
): Promise<{ pid: number }> {
  const { id } = container
  const paths = pathsOf(ground.layout, id)
  return ground.lifetime.locks(id, async () => {
    await makeRoom(ground, paths, id)
    try {
      const image = findImage(ground, container.imageId)
      await Promise.all([
        'sharedWith' in files ? undefined : writeContainerFiles(paths, files),
        mountRootfs(paths, ground.images.rootfsOf(image.id)),
        rm(paths.runcLog, { force: true }),
      ])
      const source = 'sharedWith' in files ? pathsOf(ground.layout, files.sharedWith) : paths
      await writeSpec(ground, paths, { container, netns, image, files: source })
      const made = createProcess(ground.layout, paths, container, ground.runc)
      const [pid] = await Promise.all([made, ground.consoles.connect(id, made)])
      await writeRecord(paths.record, pid)
      return { pid }
    } catch (error) {
      ground.consoles.close(id)
      await ground.lifetime.discard(id)
      throw error
    }
  })
}

/** `runc start` */
export async function startContainer(ground: Ground, id: ContainerId): Promise<void> {
  const paths = pathsOf(ground.layout, id)
  await ground.lifetime.locks(id, async () => {
    try {
      await run('runc', ['--root', ground.layout.runcRoot, '--log', paths.runcLog, 'start', id])
    } catch (error) {
      throw error instanceof CommandError ? startError(error.stderr) : error
    }
  })
}

export async function writeContainerFiles(paths: ContainerPaths, files: ContainerFiles): Promise<void> {
  await Promise.all([
    writeInPlace(paths.hosts, files.hosts),
    writeInPlace(paths.resolvConf, files.resolvConf),
    writeInPlace(paths.hostname, files.hostname),
  ])
}

export async function checkPrepared(paths: ContainerPaths, id: ContainerId): Promise<void> {
  if (await isThere(paths.dir)) return
  throw new PatchbayError(
    'not-found',
    sentence`container ${shortId(id)} has no files here; it was removed, or never prepared`,
  )
}

/** Whatever an earlier run left is settled; a run that still goes on is in the way. */
async function makeRoom({ lifetime }: Ground, paths: ContainerPaths, id: ContainerId): Promise<void> {
  await checkPrepared(paths, id)
  await lifetime.settle(id)
  if (await readRecord(paths.record)) {
    throw new PatchbayError('conflict', sentence`container ${shortId(id)} is running already`)
  }
  await Promise.all([paths.exit, paths.exitCode, paths.oom].map((path) => rm(path, { force: true })))
}

async function writeSpec(
  ground: Ground,
  paths: ContainerPaths,
  run: { container: Container; netns: Netns; image: Image; files: ContainerPaths },
): Promise<void> {
  const spec = buildSpec({
    container: run.container,
    netns: run.netns,
    imageEnv: run.image.config.env,
    imageWorkingDir: run.image.config.workingDir,
    user: await resolveUser(paths.rootfs, run.container.user, run.container.options.groupAdd),
    cgroups: ground.cgroups,
    mounts: await resolveMounts(ground.volumes, run.container),
    ...(run.container.options.init ? { init: await findInit() } : {}),
    rootfs: paths.rootfs,
    hosts: run.files.hosts,
    resolvConf: run.files.resolvConf,
    hostname: run.files.hostname,
  })
  await writeFile(paths.config, specText(spec))
}

/** Also one that was removed by its name while this container was there. */
function findImage({ images }: Ground, id: string): Image {
  return images.getImage(id) ?? images.find(id)
}

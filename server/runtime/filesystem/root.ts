import type { Container } from '../../cnm/container'
import { isThere } from '../file'
import type { Ground } from '../launch'
import { checkPrepared } from '../launch'
import { type ContainerPaths, pathsOf } from '../layout'
import { readRecord } from '../process-record'
import { mountRootfs, unmountRootfs } from '../rootfs'
import { type ByteName, byteName } from '../tar/header'
import { joined, Tree, type TreeMount, using } from '../tree/tree'

/** A container's root file system as it sees it, but for memory (tmpfs) and the kernel's own. */
export interface OpenRoot {
  readonly tree: Tree
  close(): Promise<void>
}

/**
 * Opens the root of a container. One that does not run is mounted for it and cannot be started until
 * it is closed; one that runs goes on, and may end, as if nobody looked. With `mounts` volumes, bind
 * mounts and the files that the engine writes are seen at their places.
 */
export async function openRoot(ground: Ground, container: Container, options: { mounts: boolean }): Promise<OpenRoot> {
  const paths = pathsOf(ground.layout, container.id)
  return new Promise((resolve, reject) => {
    const held = ground.lifetime.locks(container.id, async () => {
      await checkPrepared(paths, container.id)
      if (await readRecord(paths.record)) return resolve(await open(ground, paths, container, options))
      await mountRootfs(paths, ground.images.rootfsOf(container.imageId))
      try {
        const root = await open(ground, paths, container, options)
        await new Promise<void>((closed) => {
          resolve({ tree: root.tree, close: () => root.close().finally(closed) })
        })
      } finally {
        await unmountRootfs(paths)
      }
    })
    held.catch(reject)
  })
}

async function open(
  ground: Ground,
  paths: ContainerPaths,
  container: Container,
  { mounts }: { mounts: boolean },
): Promise<OpenRoot> {
  const { readOnly } = container.options
  const bare = await Tree.open(paths.rootfs, { readOnly })
  if (!mounts) return { tree: bare, close: () => bare.close() }
  try {
    const places = await placesOf(ground, paths, container, bare)
    const tree = await Tree.open(paths.rootfs, { readOnly, mounts: places })
    return { tree, close: () => tree.close() }
  } finally {
    await bare.close()
  }
}

async function placesOf(
  { volumes }: Ground,
  paths: ContainerPaths,
  { options }: Container,
  bare: Tree,
): Promise<Map<ByteName, TreeMount>> {
  const places = new Map<ByteName, TreeMount>()
  const own = { '/etc/hosts': paths.hosts, '/etc/hostname': paths.hostname, '/etc/resolv.conf': paths.resolvConf }
  for (const [target, source] of Object.entries(own)) {
    if (await isThere(source)) places.set(target, { source, readOnly: false })
  }
  for (const { type, source, target, readOnly } of options.mounts) {
    if (type === 'tmpfs') continue
    const path = type === 'volume' ? (await volumes.find(source))?.mountpoint : source
    if (path && (await isThere(path))) places.set(await placeOf(bare, byteName(target)), { source: path, readOnly })
  }
  return places
}

/** Where a mount is in the tree: a link on the way to it is followed inside the container, as runc does. */
async function placeOf(tree: Tree, target: ByteName): Promise<ByteName> {
  const spot = await tree.locate(target).catch(() => undefined)
  if (!spot) return target
  return using(spot.dir, async ({ path }) => {
    const whole = await tree.find(joined(path, spot.name), { follow: true }).catch(() => undefined)
    if (!whole) return joined(path, spot.name)
    return using(whole, async (node) => node.path)
  })
}

import { join } from 'node:path'
import { argvOf, type Container } from '../../cnm/container'
import { rawHealthcheck } from '../../cnm/healthcheck'
import { run } from '../../kernel/run'
import type { CommitOptions } from '../contract'
import { applyChanges } from '../images/changes'
import type { RunConfig } from '../images/config'
import { layOut } from '../images/import'
import { checkTag } from '../images/reference'
import { idOf, newConfig, writeArchive } from '../images/seal'
import type { StoredImage } from '../images/store'
import { readFrom } from '../images/stream'
import type { Ground } from '../launch'
import { mergeEnv } from '../spec'
import { tarEnd, tarFile } from '../tar/write'
import { pack } from '../tree/pack'
import { holding, type Tree } from '../tree/tree'
import { type TreeChange, treeChanges } from './changes'
import { openRoot } from './root'

/** Makes an image of a container's image and what the container changed of it; gives its id. Volumes are no part of it. */
export async function commit(ground: Ground, container: Container, options: CommitOptions): Promise<string> {
  const { images: store } = ground
  const tag = options.reference ? checkTag(options.reference) : undefined
  const base = store.get(container.imageId) ?? store.get(store.find(container.imageId).id)
  const config = applyChanges(runConfigOf(container, base), options.changes)
  const dir = await store.makeDir()
  try {
    const path = join(dir, 'layer')
    const archive = await writeChanges(ground, container, path)
    const rootfs = join(dir, 'rootfs')
    const timeoutMs = 600_000
    await run('cp', ['-a', '--reflink=auto', '--', store.rootfsOf(container.imageId), rootfs], { timeoutMs })
    const { sizeBytes } = await layOut(readFrom(path), rootfs)
    const createdBy = argvOf(container).join(' ')
    const { comment = '', author } = options
    const made = { created: new Date(), createdBy, comment, run: config, ...(author ? { author } : {}) }
    const configBytes = newConfig({ ...made, ...(base ? { base: base.config } : {}) }, archive)
    const id = idOf(configBytes)
    const below = (base?.layers ?? []).map((layer) => ({ ...layer, path: store.layerPath(layer.diffId) }))
    const layers = [...below, { ...archive, sizeBytes, path }]
    await store.add([{ dir, id, configBytes, layers }], new Map(tag ? [[tag, id]] : []))
    return id
  } finally {
    await store.discard(dir)
  }
}

/** What containers of the new image get: what this one got. */
function runConfigOf(container: Container, base?: StoredImage): RunConfig {
  const { command, env, workingDir, user, labels, options } = container
  const keys = (list: readonly string[]) => (list.length > 0 ? Object.fromEntries(list.map((key) => [key, {}])) : null)
  return {
    ...base?.config.config,
    Hostname: container.hostname,
    Domainname: container.domainname,
    Image: container.image,
    OnBuild: null,
    Entrypoint: options.entrypoint.length > 0 ? [...options.entrypoint] : null,
    Cmd: command.length > 0 ? [...command] : null,
    Env: mergeEnv(env),
    WorkingDir: workingDir,
    User: user,
    Labels: labels,
    ExposedPorts: keys(options.exposedPorts),
    ...(options.stopSignal === null ? {} : { StopSignal: options.stopSignal }),
    ...(options.healthcheck === null ? {} : { Healthcheck: rawHealthcheck(options.healthcheck) }),
  }
}

async function writeChanges(ground: Ground, container: Container, path: string) {
  const root = await openRoot(ground, container, { mounts: false })
  try {
    const changes = await treeChanges(ground, container, root.tree)
    return await writeArchive(layerOf(root.tree, changes), path)
  } finally {
    await root.close()
  }
}

async function* layerOf(tree: Tree, changes: readonly TreeChange[]): AsyncGenerator<Buffer> {
  const seen = new Map<string, string>()
  for (const { kind, path } of changes) {
    const name = path.slice(1)
    const at = name.lastIndexOf('/') + 1
    if (kind === 'deleted') yield tarFile(`${name.slice(0, at)}.wh.${name.slice(at)}`, Buffer.alloc(0))
    else {
      const node = await tree.find(path, { follow: false }).catch(() => undefined)
      if (node) yield* holding(node, pack(tree, node, { name, recursive: false, seen }))
    }
  }
  yield tarEnd
}

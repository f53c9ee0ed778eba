import { PatchbayError } from '../cnm/errors'
import type { Engine } from '../engine/contract'
import type { Image } from '../runtime/contract'
import { type Call, type Route, sendJson } from './call'
import { anyOf, parseFilters } from './filters'

export const imageRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/images/json', answer: list },
  { method: 'GET', pattern: '/images/:name/json', answer: inspect },
  { method: 'POST', pattern: '/images/create', answer: pull },
]

async function list(call: Call): Promise<void> {
  const filters = parseFilters(call.query, ['reference', 'dangling', 'label', 'before', 'since', 'until'])
  const images = await call.engine.listImages()
  const shown = images.filter((image) => anyOf(filters, 'reference', (name) => isNamed(image, name)))
  sendJson(
    call,
    shown.map((image) => ({
      Id: image.id,
      ParentId: '',
      RepoTags: image.tags,
      RepoDigests: [],
      Created: Math.floor(image.createdAt.getTime() / 1000),
      Size: image.sizeBytes,
      SharedSize: -1,
      Labels: {},
      Containers: -1,
    })),
  )
}

async function inspect(call: Call): Promise<void> {
  const image = await imageOf(call.engine, call.path.name ?? '')
  sendJson(call, {
    Id: image.id,
    RepoTags: image.tags,
    RepoDigests: [],
    Parent: '',
    Comment: '',
    Created: image.createdAt.toISOString(),
    Architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    Os: 'linux',
    Size: image.sizeBytes,
    Config: { Env: image.config.env, Cmd: image.config.command, WorkingDir: image.config.workingDir },
    RootFS: { Type: 'layers', Layers: [image.id] },
    Metadata: {},
  })
}

async function imageOf(engine: Engine, name: string): Promise<Image> {
  const found = (await engine.listImages()).find((image) => isNamed(image, name))
  if (found) return found
  throw new PatchbayError('not-found', `No such image: ${name}`)
}

function isNamed({ id, tags }: Image, name: string): boolean {
  const digits = id.replace(/^sha256:/, '')
  return (
    tags.includes(name) || tags.includes(`${name}:latest`) || id === name || (name !== '' && digits.startsWith(name))
  )
}

function pull({ query }: Call): void {
  const image = query.get('fromImage') ?? query.get('fromSrc') ?? ''
  throw new PatchbayError(
    'not-implemented',
    `Patchbay does not pull or import images yet (${image}); busybox:latest is made from the busybox of this host`,
  )
}

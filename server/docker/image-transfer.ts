import { isPatchbayError, messageOf, PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import type { Engine } from '../engine/contract'
import type { LoadProgress } from '../runtime/contract'
import { bodyStream } from './body'
import { type Call, flag, type Route } from './call'
import { refuse } from './refuse'
import { sendChunks } from './stream'

/** What brings images in and takes them out. */
export const imageTransferRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/images/create', answer: create },
  { method: 'POST', pattern: '/images/load', answer: load },
  { method: 'GET', pattern: '/images/get', answer: (call) => save(call, call.query.getAll('names')) },
  { method: 'GET', pattern: '/images/:name/get', answer: (call) => save(call, [call.path.name ?? '']) },
]

/** The name that `repo=` and `tag=` make together. */
export function withTag(repository: string, tag: string | null): string {
  return tag ? `${repository}:${tag}` : repository
}

async function create(call: Call): Promise<void> {
  const { query } = call
  const image = query.get('fromImage')
  if (image) {
    throw new PatchbayError(
      'not-implemented',
      `Patchbay does not pull images (${image}): docker save it where it is, and docker load it here; docker import takes the archive of a root file system`,
    )
  }
  const source = query.get('fromSrc')
  refuse(source !== '-', `importing from ${source}: give the archive itself (docker import - NAME < FILE)`)
  refuse(query.get('platform'), `--platform ${query.get('platform')}`)
  await importArchive(call)
}

async function importArchive({ engine, query, request, response }: Call): Promise<void> {
  const [repository, tag] = [query.get('repo'), query.get('tag')]
  const { id } = await engine.images.import(bodyStream(request), {
    ...(repository ? { reference: withTag(repository, tag) } : {}),
    changes: query.getAll('changes'),
    message: query.get('message') ?? '',
  })
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.end(line({ status: id }))
}

/** The answer begins with the first word of progress; what goes wrong after that is told in it. */
async function load({ engine, query, request, response }: Call): Promise<void> {
  const isQuiet = flag(query, 'quiet')
  const say = (value: object) => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' })
    response.write(line(value))
  }
  try {
    const loaded = await engine.images.load(bodyStream(request), (progress) => {
      if (!isQuiet || progress.kind === 'left-out') say(progressJson(progress))
    })
    for (const { id, tags } of loaded) {
      if (tags.length === 0) say({ stream: `Loaded image ID: ${id}\n` })
      for (const tag of tags) say({ stream: `Loaded image: ${tag}\n` })
    }
  } catch (error) {
    if (!response.headersSent || !isPatchbayError(error)) throw error
    say({ errorDetail: { message: messageOf(error) }, error: messageOf(error) })
  }
  response.end()
}

async function save({ engine, response, signal }: Call, names: readonly string[]): Promise<void> {
  if (names.length === 0) throw new PatchbayError('invalid-parameter', 'name at least one image to save')
  await sendChunks({ response, signal }, saved(engine, names), 'application/x-tar')
}

/** Docker's own words. */
function saved(engine: Engine, names: readonly string[]): AsyncIterable<Buffer> {
  try {
    return engine.images.save(names)
  } catch (error) {
    if (!isPatchbayError(error) || error.kind !== 'not-found') throw error
    const missing = names.find((name) => String(error.data.image).startsWith(name))
    throw new PatchbayError('not-found', `No such image: ${missing ?? names.join(', ')}`, { cause: error })
  }
}

function progressJson(progress: LoadProgress): object {
  const id = shortId(progress.layer.replace(/^sha256:/, ''))
  if (progress.kind === 'left-out') {
    const [first = '', ...others] = progress.members
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    return { id, status: `left out: devices and pipes are not kept (${first}${more})` }
  }
  const { current, total } = progress
  return { status: 'Loading layer', progressDetail: { current, total }, progress: bar(current, total), id }
}

const barLength = 50

/** "[====>    ]  1.2MB/3.4MB", for clients that do not draw it themselves. */
function bar(current: number, total: number): string {
  const done = Math.min(barLength, Math.floor((current / Math.max(1, total)) * barLength))
  const drawn =
    done < barLength ? `${'='.repeat(done)}>${' '.repeat(barLength - done - 1)}` : `${'='.repeat(barLength)}>`
  return `[${drawn}]  ${size(current)}/${size(total)}`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

function size(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${Number((bytes / 1000 ** step).toPrecision(4))}${units[step]}`
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

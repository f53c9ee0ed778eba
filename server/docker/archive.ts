import { z } from 'zod'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import type { FileChange, PathStat } from '../runtime/contract'
import { bodyStream } from './body'
import { type Call, flag, type Route, sendJson, sendNothing } from './call'
import { isSet } from './container-input'
import { containerOf } from './container-of'
import { withTag } from './image-transfer'
import { refuse } from './refuse'
import { sendChunks } from './stream'

/** What reads and writes the files of containers. */
export const archiveRoutes: readonly Route[] = [
  { method: 'HEAD', pattern: '/containers/:id/archive', answer: stat },
  { method: 'GET', pattern: '/containers/:id/archive', answer: read },
  { method: 'PUT', pattern: '/containers/:id/archive', answer: write },
  { method: 'GET', pattern: '/containers/:id/export', answer: exportAll },
  { method: 'GET', pattern: '/containers/:id/changes', answer: changes },
  { method: 'POST', pattern: '/commit', answer: commit },
]

const statHeader = 'X-Docker-Container-Path-Stat'

async function stat(call: Call): Promise<void> {
  const container = containerOf(call)
  const path = pathOf(call)
  const found = await call.engine.files.stat(container.id, path).catch(asMissing(path, container.name))
  call.response.writeHead(200, { 'Content-Type': 'application/json', [statHeader]: statText(found) })
  call.response.end()
}

async function read(call: Call): Promise<void> {
  const container = containerOf(call)
  const path = pathOf(call)
  const found = await call.engine.files.read(container.id, path).catch(asMissing(path, container.name))
  call.response.setHeader(statHeader, statText(found.stat))
  await sendChunks(call, found.archive, 'application/x-tar')
}

async function write(call: Call): Promise<void> {
  const { engine, query, request } = call
  const container = containerOf(call)
  const path = pathOf(call)
  const options = { keepKinds: flag(query, 'noOverwriteDirNonDir'), asUser: flag(query, 'copyUIDGID') }
  await engine.files.write(container.id, path, bodyStream(request), options).catch(asMissing(path, container.name))
  sendNothing(call, 200)
}

async function exportAll(call: Call): Promise<void> {
  await sendChunks(call, call.engine.files.export(containerOf(call).id), 'application/octet-stream')
}

const kinds: Readonly<Record<FileChange['kind'], number>> = { modified: 0, added: 1, deleted: 2 }

async function changes(call: Call): Promise<void> {
  const found = await call.engine.files.changes(containerOf(call).id)
  sendJson(call, found.length > 0 ? found.map(({ path, kind }) => ({ Path: path, Kind: kinds[kind] })) : null)
}

/** What the command line leaves empty, and other clients may fill: the lines of `changes` say the same. */
const commitSchema = z.looseObject({}).nullable()

async function commit(call: Call): Promise<void> {
  const { query, engine } = call
  for (const [name, value] of Object.entries((await call.body(commitSchema)) ?? {})) {
    refuse(/^[A-Z]/.test(name) && isSet(value), `${name} in the body of a commit (write it as a change: --change)`)
  }
  const container = containerOf({ ...call, path: { id: query.get('container') ?? '' } })
  const repository = query.get('repo')
  const id = await engine.files.commit(container.id, {
    ...(repository ? { reference: withTag(repository, query.get('tag')) } : {}),
    comment: query.get('comment') ?? '',
    author: query.get('author') ?? '',
    changes: query.getAll('changes').flatMap((text) => text.split('\n').filter((line) => line.trim() !== '')),
    pause: query.get('pause') === null || flag(query, 'pause'),
  })
  sendJson(call, { Id: id }, 201)
}

function pathOf({ query }: Call): string {
  const path = query.get('path')
  if (path) return path
  throw new PatchbayError('invalid-parameter', "missing request parameter: 'path'")
}

function statText({ name, size, mode, modifiedAt, linkTarget }: PathStat): string {
  return Buffer.from(JSON.stringify({ name, size, mode, mtime: modifiedAt.toISOString(), linkTarget })).toString(
    'base64',
  )
}

/** Docker's own words: its command line looks for them. */
function asMissing(path: string, container: string) {
  return (error: unknown): never => {
    if (!isPatchbayError(error) || error.kind !== 'not-found') throw error
    throw new PatchbayError('not-found', `Could not find the file ${path} in container ${container}`, { cause: error })
  }
}

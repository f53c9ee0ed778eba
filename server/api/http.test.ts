import { stat, writeFile } from 'node:fs/promises'
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { type Api, startApi } from './http'
import { createFakes, testToken } from './testing/caller'

const bearer = { authorization: `Bearer ${testToken}` }
const started: Api[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.close()))
})

async function setUp() {
  const fakes = await createFakes()
  const logged: string[] = []
  const config = { host: '127.0.0.1', allowedHosts: [], runDir: fakes.dataDir }
  const api = await startApi({ ...fakes, config, log: (message) => void logged.push(message) })
  started.push(api)
  return { ...fakes, api, config, logged }
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

interface Asking {
  method?: string
  headers?: Record<string, string>
  body?: string
}

function open({ socketPath }: Api, path: string, { method = 'GET', headers = {}, body }: Asking): ClientRequest {
  const asking = request({ socketPath, path, method, headers: { host: 'localhost', ...headers } })
  asking.end(body)
  return asking
}

function ask(api: Api, path: string, asking: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = open(api, path, asking).once('error', reject)
    call.once('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
  })
}

function post(api: Api, path: string, input: unknown, headers: Record<string, string> = {}) {
  const body = JSON.stringify(input)
  return ask(api, path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

interface SseEvent {
  event: string
  id: string
  data: string
}

/** Reads a stream until it has given so many messages, then hangs up. */
function readStream(
  api: Api,
  path: string,
  count: number,
  headers: Record<string, string> = bearer,
): Promise<SseEvent[]> {
  return new Promise((resolve, reject) => {
    const call = open(api, path, { headers })
    call.once('error', reject)
    call.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        const messages = parseEvents(text)
        if (messages.length < count) return
        call.destroy()
        resolve(messages)
      })
    })
  })
}

function parseEvents(text: string): SseEvent[] {
  const field = (block: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => ({ event: field(block, 'event'), id: field(block, 'id'), data: field(block, 'data') }))
    .filter(({ event, data }) => event === '' && data !== '')
}

test('the socket is for root and the web alone', async () => {
  const { api } = await setUp()
  const { mode } = await stat(api.socketPath)
  expect(mode & 0o777).toBe(0o660)
})

test('a second daemon is told of the first, and a socket left behind is taken over', async () => {
  const { api, config, ...fakes } = await setUp()
  await expect(startApi({ ...fakes, config })).rejects.toMatchObject({ kind: 'conflict' })
  await api.close()
  started.length = 0
  await writeFile(api.socketPath, '')
  started.push(await startApi({ ...fakes, config }))
})

test('a bearer token is enough, a wrong one is not', async () => {
  const { api } = await setUp()
  const answer = await ask(api, '/api/trpc/user.me', { headers: bearer })
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.body).toBe('{"result":{"data":{"name":"admin"}}}')
  const wrong = await ask(api, '/api/trpc/user.me', { headers: { authorization: 'Bearer wrong' } })
  expect(wrong.status).toBe(401)
  expect(JSON.parse(wrong.body)).toMatchObject({
    error: { data: { code: 'UNAUTHORIZED', patchbay: { kind: 'unauthenticated', field: 'token' } } },
  })
})

test('without session or token the answer is 401, with the way to mend it', async () => {
  const { api } = await setUp()
  const answer = await ask(api, '/api/trpc/network.list')
  expect(answer.status).toBe(401)
  expect(JSON.parse(answer.body).error.message).toBe(
    'no session; sign in, or send Authorization: Bearer with the token',
  )
})

test('an idle connection is never ended from this side, lest a change be lost that is just sent over it', async () => {
  const { api } = await setUp()
  const { headers } = await ask(api, '/api/trpc/network.list', { headers: { ...bearer, connection: 'keep-alive' } })
  expect(headers).toMatchObject({ connection: 'keep-alive' })
  expect(headers).not.toHaveProperty('keep-alive')
})

test('signing in gives a cookie that works until signing out', async () => {
  const { api } = await setUp()
  const signedIn = await post(api, '/api/trpc/user.signIn', { token: testToken })
  const [setCookie = ''] = signedIn.headers['set-cookie'] ?? []
  expect(setCookie).toMatch(/HttpOnly; SameSite=Lax; Max-Age=2592000$/)
  const cookie = setCookie.split(';')[0] ?? ''
  expect((await ask(api, '/api/trpc/user.me', { headers: { cookie } })).status).toBe(200)
  const page = { cookie, origin: 'http://localhost' }
  expect((await post(api, '/api/trpc/user.signOut', {}, page)).status).toBe(200)
  expect((await ask(api, '/api/trpc/user.me', { headers: { cookie } })).status).toBe(401)
})

test('a cookie given over https stays with https', async () => {
  const { api } = await setUp()
  const answer = await post(api, '/api/trpc/user.signIn', { token: testToken }, { 'x-forwarded-proto': 'https' })
  expect(answer.headers['set-cookie']?.[0]).toContain('; Secure')
})

test('a name that was pointed at this host is refused before anything is looked at', async () => {
  const { api, logged } = await setUp()
  const answer = await ask(api, '/api/trpc/user.me', {
    headers: { ...bearer, 'x-forwarded-host': 'evil.example:3000' },
  })
  expect(answer.status).toBe(403)
  expect(JSON.parse(answer.body).error).toMatchObject({
    message: 'host evil.example:3000 is not one that this dashboard answers to; add it to PATCHBAY_ALLOWED_HOSTS',
    data: { code: 'FORBIDDEN', patchbay: { kind: 'forbidden' } },
  })
  expect(logged[0]).toContain('refused GET /api/trpc/user.me')
})

test('another site cannot make a signed-in browser change anything', async () => {
  const { api, engine, auth } = await setUp()
  const { value } = await auth.signIn(testToken)
  const headers = { cookie: `patchbay_session=${value}`, origin: 'http://evil.example' }
  expect((await post(api, '/api/trpc/network.create', { name: 'theirs' }, headers)).status).toBe(403)
  expect(engine.listNetworks()).toEqual([])
})

test('a change cannot be asked for by GET', async () => {
  const { api, engine } = await setUp()
  const input = encodeURIComponent(JSON.stringify({ name: 'web' }))
  const answer = await ask(api, `/api/trpc/network.create?input=${input}`, { headers: bearer })
  expect(answer.status).toBe(405)
  expect(engine.listNetworks()).toEqual([])
})

test('an error arrives with its status, sentence and field', async () => {
  const { api } = await setUp()
  await post(api, '/api/trpc/network.create', { name: 'web' }, bearer)
  const answer = await post(api, '/api/trpc/network.create', { name: 'web' }, bearer)
  expect(answer.status).toBe(409)
  expect(JSON.parse(answer.body)).toEqual({
    error: {
      message: 'network web exists already',
      code: -32009,
      data: {
        code: 'CONFLICT',
        httpStatus: 409,
        path: 'network.create',
        patchbay: { kind: 'conflict', told: 'network web exists already', field: 'name', data: { name: 'web' } },
      },
    },
  })
})

test('what nobody foresaw is in the log and not in the answer', async () => {
  const { api, engine, logged } = await setUp()
  engine.failure = new Error('the secret reason')
  const answer = await post(api, '/api/trpc/network.create', { name: 'web' }, bearer)
  expect(answer.status).toBe(500)
  expect(answer.body).not.toContain('secret')
  expect(logged).toEqual(['api: network.create failed'])
})

test('broken JSON, an unknown procedure and a huge body are one sentence each', async () => {
  const { api } = await setUp()
  const headers = { 'content-type': 'application/json', ...bearer }
  const broken = await ask(api, '/api/trpc/network.create', { method: 'POST', headers, body: '{' })
  expect([broken.status, JSON.parse(broken.body).error.message]).toEqual([400, 'the request is not valid JSON'])
  const unknown = await ask(api, '/api/trpc/network.paint', { headers: bearer })
  expect([unknown.status, JSON.parse(unknown.body).error.data.patchbay.kind]).toEqual([404, 'not-found'])
  const huge = await post(api, '/api/trpc/network.create', { name: 'x'.repeat(1024 * 1024) }, bearer)
  expect([huge.status, JSON.parse(huge.body).error.message]).toEqual([413, 'the request is larger than 1 MiB'])
  expect((await ask(api, '/elsewhere', { headers: bearer })).status).toBe(404)
})

test('the picture is streamed, resumes after its last event, and is released when the browser goes', async () => {
  const { api, observer } = await setUp()
  observer.change({ set: {}, remove: { networks: ['before'] } })
  const [picture] = await readStream(api, '/api/trpc/host.watch', 1)
  expect(picture?.id).toBe('epoch1:1')
  expect(JSON.parse(picture?.data ?? '')).toMatchObject({ type: 'snapshot', version: 1 })
  await vi.waitFor(() => expect(observer.watchers).toBe(0), { timeout: 1_000 })

  observer.change({ set: {}, remove: { networks: ['missed'] } })
  const [missed] = await readStream(api, '/api/trpc/host.watch', 1, { ...bearer, 'last-event-id': 'epoch1:1' })
  expect(missed?.id).toBe('epoch1:2')
  expect(JSON.parse(missed?.data ?? '')).toMatchObject({ type: 'change', change: { remove: { networks: ['missed'] } } })
})

test('a stream ends when its session is signed out', async () => {
  const { api, auth, observer } = await setUp()
  const { value } = await auth.signIn(testToken)
  const call = open(api, '/api/trpc/host.watch', { headers: { cookie: `patchbay_session=${value}` } })
  call.once('response', (response) => response.resume())
  await vi.waitFor(() => expect(observer.watchers).toBe(1))
  const session = await auth.findSession(value)
  if (session) await auth.signOut(session)
  await vi.waitFor(() => expect(observer.watchers).toBe(0))
  call.destroy()
})

test('a stream without a session is refused for good, so that the browser does not ask again', async () => {
  const { api } = await setUp()
  const answer = await ask(api, '/api/trpc/host.watch')
  expect(answer.body).toContain('event: serialized-error')
  expect(answer.body).toContain('"code":"UNAUTHORIZED"')
})

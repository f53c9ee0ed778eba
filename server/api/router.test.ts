import { isTrackedEnvelope, TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { type ErrorKind, PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { LogEvent } from './contract'
import { codes, errorView } from './errors'
import { appRouter } from './router'
import { createTestCaller } from './testing/caller'

const publicPaths = ['host.ping', 'user.signIn']
const paths = Object.keys(appRouter._def.procedures)

async function errorOf(call: Promise<unknown>): Promise<TRPCError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof TRPCError) return error
  throw new Error(`expected a refusal, got ${String(error)}`)
}

/** What a subscription gives when it is called in this process. */
async function* logEvents(stream: AsyncIterable<unknown>): AsyncGenerator<[string, LogEvent]> {
  for await (const envelope of stream) {
    if (isTrackedEnvelope(envelope)) yield [envelope[0], envelope[1] as LogEvent]
  }
}

test('the API has exactly these procedures', () => {
  expect(paths.toSorted()).toEqual([
    'audit.list',
    'capture.check',
    'capture.close',
    'capture.detail',
    'capture.points',
    'capture.start',
    'capture.stop',
    'capture.watch',
    'container.create',
    'container.exec',
    'container.inspect',
    'container.list',
    'container.log.list',
    'container.log.watch',
    'container.pause',
    'container.remove',
    'container.restart',
    'container.start',
    'container.stop',
    'container.unpause',
    'container.update',
    'dns.list',
    'dns.watch',
    'drift.automatic',
    'drift.configure',
    'driver.list',
    'endpoint.list',
    'endpoint.shapingBounds',
    'endpoint.update',
    'fdb.list',
    'fdb.watch',
    'firewall.list',
    'firewall.update',
    'firewall.userRules',
    'firewall.watch',
    'history.at',
    'history.operation',
    'history.timeline',
    'host.addressPools',
    'host.export',
    'host.inspect',
    'host.moveNodes',
    'host.ping',
    'host.reconcile',
    'host.resetLayout',
    'host.traffic.watch',
    'host.update',
    'host.watch',
    'image.list',
    'namespace.inspect',
    'namespace.list',
    'namespace.watch',
    'namespace.watchFirewall',
    'network.connect',
    'network.create',
    'network.disconnect',
    'network.inspect',
    'network.list',
    'network.remove',
    'network.update',
    'reach.cancel',
    'reach.follow',
    'reach.verify',
    'reach.watch',
    'sandbox.list',
    'service.create',
    'service.inspect',
    'service.list',
    'service.remove',
    'service.update',
    'terminal.close',
    'terminal.open',
    'terminal.resize',
    'terminal.seen',
    'terminal.watch',
    'terminal.write',
    'trace.explain',
    'trace.follow',
    'trace.send',
    'user.me',
    'user.signIn',
    'user.signOut',
    'wiring.list',
    'wiring.rates.watch',
    'wiring.watch',
  ])
})

test.each(paths.filter((path) => !publicPaths.includes(path)))('%s refuses who is not signed in', async (path) => {
  const { call } = await createTestCaller({ isSignedIn: false })
  const procedure = path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], call)
  const error = await errorOf((procedure as (input?: unknown) => Promise<unknown>)())
  expect(error.code).toBe('UNAUTHORIZED')
})

test('anybody may ask whether the daemon is there', async () => {
  const { call } = await createTestCaller({ isSignedIn: false })
  expect(await call.host.ping()).toEqual({ ready: true })
})

test.each(Object.entries(codes))('an error of kind %s leaves as %s with its sentence', async (kind, code) => {
  const { call, engine } = await createTestCaller()
  engine.failure = new PatchbayError(kind as ErrorKind, sentence`${'web'} is what it met`, {
    field: 'name',
    data: { name: 'web' },
  })
  const error = await errorOf(call.network.create({ name: 'web' }))
  expect(error).toMatchObject({ code, message: 'web is what it met' })
  expect(errorView(error)).toEqual({
    kind,
    told: { template: '{0} is what it met', values: ['web'] },
    field: 'name',
    data: { name: 'web' },
  })
})

test('an unexpected error tells nothing of itself', async () => {
  const { call, engine } = await createTestCaller()
  engine.failure = new TypeError('cannot read secret of undefined')
  const error = await errorOf(call.network.create({ name: 'web' }))
  expect(error.code).toBe('INTERNAL_SERVER_ERROR')
  expect(error.message).toBe('an unexpected error occurred in the daemon; its log has the reason')
  expect(errorView(error)).toMatchObject({ kind: 'system', told: { values: [] }, field: null, data: {} })
})

const badInputs: [string, unknown, string, string | null][] = [
  ['a missing name', {}, 'name is missing; it has to be a string', 'name'],
  ['a name of another type', { name: 7 }, 'name has to be a string, not 7', 'name'],
  ['a name too long', { name: 'x'.repeat(10_001) }, 'name is too long; at most 10,000 characters fit', 'name'],
  ['a misspelt option', { name: 'a', subnets: '' }, 'the input has no field named subnets; check the spelling', null],
  ['a label that is no text', { name: 'a', labels: { b: 1 } }, 'labels.b has to be a string, not 1', 'labels.b'],
]

test.each(badInputs)('%s is one sentence at its field', async (_what, input, message, field) => {
  const { call } = await createTestCaller()
  const error = await errorOf(call.network.create(input as { name: string }))
  expect(error).toMatchObject({ code: 'BAD_REQUEST', message })
  expect(errorView(error)).toMatchObject({ kind: 'invalid-parameter', field })
})

test('a change gives its record, its operation and its commands', async () => {
  const { call, engine } = await createTestCaller()
  const change = await call.network.create({ name: 'backend' })
  expect(change.result).toMatchObject({ name: 'backend', origin: 'patchbay', deviceState: 'up' })
  expect(change.operation).toMatchObject({ verb: 'network.create', actor: 'admin', startedAt: expect.any(String) })
  expect(change.commands).toEqual(['# network.create'])
  expect(engine.lastActor).toBe('admin')
})

test('a preview changes nothing and has no operation', async () => {
  const { call } = await createTestCaller()
  const change = await call.network.create({ name: 'backend', dryRun: true })
  expect(change).toMatchObject({ operation: null, result: { deviceState: 'missing' }, commands: ['# network.create'] })
  expect(await call.network.list()).toEqual([])
})

test('a container can be created and started in one call', async () => {
  const { call } = await createTestCaller()
  const change = await call.container.create({ name: 'c1', start: true })
  expect(change.result).toMatchObject({ name: 'c1', status: 'running', pid: 4711 })
  expect(change.commands).toEqual(['# container.start'])
})

test('a list shows what was just made, with the networks of others beside it', async () => {
  const { call, observer } = await createTestCaller()
  const { result } = await call.network.create({ name: 'mine' })
  const others = { ...result, id: 'f'.repeat(64), name: 'theirs', origin: 'docker' as const }
  observer.snapshot = { ...observer.snapshot, networks: { [others.id]: others } }
  expect((await call.network.list()).map(({ name, origin }) => [name, origin])).toEqual([
    ['mine', 'patchbay'],
    ['theirs', 'docker'],
  ])
})

test('inspecting shows the endpoints with the state that the kernel gives them', async () => {
  const { call, observer } = await createTestCaller()
  await call.network.create({ name: 'net' })
  await call.container.create({ name: 'c1' })
  const { result } = await call.network.connect({ network: 'net', container: 'c1' })
  observer.snapshot = { ...observer.snapshot, endpoints: { [result.id]: { ...result, state: 'down' } } }
  expect(await call.network.inspect({ network: 'net' })).toMatchObject({
    endpoints: [{ id: result.id, state: 'down' }],
  })
  expect(await call.container.inspect({ container: 'c1' })).toMatchObject({ endpoints: [{ id: result.id }], env: [] })
})

test('moved nodes are stored and shown to those who watch', async () => {
  const { call, store, observer } = await createTestCaller()
  await call.host.moveNodes({ positions: [{ nodeId: 'host', x: 1, y: 2 }] })
  expect(await store.listPositions()).toEqual([{ nodeId: 'host', x: 1, y: 2 }])
  await call.host.resetLayout()
  expect(await store.listPositions()).toEqual([])
  expect(observer.refreshed).toBe(2)
})

test('each driver describes its options as a JSON schema', async () => {
  const { call } = await createTestCaller()
  const drivers = await call.driver.list()
  const named = (wanted: string) => drivers.find(({ name }) => name === wanted)
  expect(named('bridge')).toMatchObject({ creatable: true, requires: [], lack: null, options: { type: 'object' } })
  expect(named('macvlan')?.options).toMatchObject({
    properties: {
      parent: { type: 'string', format: 'host-link' },
      macvlan_mode: { enum: ['bridge', 'private', 'vepa', 'passthru'] },
    },
  })
  expect(() => JSON.stringify(drivers)).not.toThrow()
})

test('a driver that this kernel cannot carry is listed with the reason', async () => {
  const { call, engine } = await createTestCaller()
  engine.lacks.set('ipvlan', sentence`this kernel has no ${'ipvlan'}`)
  expect((await call.driver.list()).map(({ name, lack }) => [name, lack])).toContainEqual([
    'ipvlan',
    { template: 'this kernel has no {0}', values: ['ipvlan'] },
  ])
})

test('a log ends with an event and resumes after the last line seen', async () => {
  const { call, engine } = await createTestCaller()
  await call.container.create({ name: 'c1' })
  const time = new Date('2026-01-02T03:04:05.006Z')
  engine.logLines = ['one', 'two', 'three'].map((text) => ({
    ...{ stream: 'stdout' as const, time, stamp: time.toISOString() },
    ...{ bytes: Buffer.from(text), isPart: false },
  }))
  const events: unknown[] = []
  let second = ''
  for await (const [id, event] of logEvents(await call.container.log.watch({ container: 'c1' }))) {
    if (event.type === 'line' && event.line.text === 'two') second = id
    events.push(event.type === 'line' ? event.line.text : event.type)
  }
  expect(events).toEqual(['one', 'two', 'three', 'end'])
  const rest: unknown[] = []
  for await (const [, event] of logEvents(await call.container.log.watch({ container: 'c1', lastEventId: second }))) {
    rest.push(event.type === 'line' ? event.line.text : event.type)
  }
  expect(rest).toEqual(['three', 'end'])
})

test('the log of an unknown container says so once instead of failing again and again', async () => {
  const { call } = await createTestCaller()
  const events: unknown[] = []
  for await (const [, event] of logEvents(await call.container.log.watch({ container: 'nope' }))) events.push(event)
  expect(events).toEqual([{ type: 'failed', message: 'container nope not found' }])
})

test('signing in sets a cookie and signing out clears it', async () => {
  const { call, auth, cookies } = await createTestCaller()
  expect(await call.user.signIn({ token: auth.createOneTimeToken() })).toEqual({ name: 'admin' })
  expect(cookies[0]).toMatch(/^patchbay_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/)
  await call.user.signOut()
  expect(cookies[1]).toBe('patchbay_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0')
})

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAuth } from './auth'
import { FakeStore } from './testing/fake-store'
import { tokenPath } from './token'

async function setUp({ presetToken, store = new FakeStore() }: { presetToken?: string; store?: FakeStore } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'patchbay-auth-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const auth = await createAuth({ store, dataDir, presetToken, now: () => clock.now })
  return { auth, store, dataDir, clock }
}

test('the first start makes a token, keeps only its hash and leaves it to root alone', async () => {
  const { auth, store, dataDir } = await setUp()
  const token = (await readFile(tokenPath(dataDir), 'utf8')).trim()
  expect(token).toMatch(/^[\w-]{43}$/)
  expect((await stat(tokenPath(dataDir))).mode & 0o777).toBe(0o600)
  expect([...store.settings.values()].join()).not.toContain(token)
  expect(await auth.getBearer(token)).toMatchObject({ userName: 'admin', hash: null })
})

test('a later start keeps the token', async () => {
  const { store, dataDir } = await setUp()
  const token = (await readFile(tokenPath(dataDir), 'utf8')).trim()
  const later = await createAuth({ store, dataDir })
  expect(await later.getBearer(token)).toMatchObject({ userName: 'admin' })
})

test('a preset token takes the place of the one before it', async () => {
  const { store, dataDir } = await setUp({ presetToken: 'first-token' })
  const later = await createAuth({ store, dataDir, presetToken: 'second-token' })
  await expect(later.getBearer('first-token')).rejects.toMatchObject({ kind: 'unauthenticated' })
  expect(await later.getBearer('second-token')).toMatchObject({ userName: 'admin' })
  await expect(stat(tokenPath(dataDir))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a one-time token signs in once', async () => {
  const { auth } = await setUp()
  const token = auth.createOneTimeToken()
  const { value } = await auth.signIn(token)
  expect(await auth.findSession(value)).toMatchObject({ userName: 'admin' })
  await expect(auth.signIn(token)).rejects.toMatchObject({ kind: 'unauthenticated', field: 'token' })
})

test('a one-time token ends after an hour and is no bearer token', async () => {
  const { auth, clock } = await setUp()
  const [late, bearer] = [auth.createOneTimeToken(), auth.createOneTimeToken()]
  await expect(auth.getBearer(bearer)).rejects.toMatchObject({ kind: 'unauthenticated' })
  clock.now += 60 * 60_000
  await expect(auth.signIn(late)).rejects.toMatchObject({ kind: 'unauthenticated' })
})

test('a session outlives the daemon, ends after 30 days, and only its hash is stored', async () => {
  const { auth, store, dataDir, clock } = await setUp()
  const { value } = await auth.signIn(auth.createOneTimeToken())
  expect([...store.sessions.keys()]).not.toContain(value)
  const later = await createAuth({ store, dataDir, now: () => clock.now })
  expect(await later.findSession(value)).toMatchObject({ userName: 'admin' })
  clock.now += 30 * 24 * 60 * 60_000
  expect(await later.findSession(value)).toBeUndefined()
  expect(store.sessions.size).toBe(0)
})

test('signing out ends the session and what streams under it', async () => {
  const { auth, store } = await setUp()
  const { value } = await auth.signIn(auth.createOneTimeToken())
  const session = await auth.findSession(value)
  if (!session) throw new Error('no session')
  await auth.signOut(session)
  expect(session.signedOut.aborted).toBe(true)
  expect(await auth.findSession(value)).toBeUndefined()
  expect(store.sessions.size).toBe(0)
})

test('wrong tokens are refused more sternly after ten, and again looked at after a while', async () => {
  const { auth, clock } = await setUp({ presetToken: 'secret' })
  for (let guess = 0; guess < 10; guess++) {
    await expect(auth.signIn(`guess${guess}`)).rejects.toMatchObject({ kind: 'unauthenticated' })
  }
  await expect(auth.signIn('guess10')).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'too many sign-ins with wrong tokens; wait 6 seconds and try again',
  })
  // The right one too: it could have been guessed.
  await expect(auth.signIn('secret')).rejects.toMatchObject({ kind: 'unavailable' })
  clock.now += 6_000
  await expect(auth.signIn('secret')).resolves.toMatchObject({ userName: 'admin' })
})

test('a token that cannot be guessed works however many guess', async () => {
  const presetToken = 'x'.repeat(43)
  const { auth } = await setUp({ presetToken })
  const guesses = Array.from({ length: 20 }, (_, guess) => auth.getBearer(`guess${guess}`).catch(() => undefined))
  await Promise.all(guesses)
  expect(await auth.getBearer(presetToken)).toMatchObject({ userName: 'admin' })
})

test('a known token costs no key derivation', async () => {
  const presetToken = 'x'.repeat(43)
  const { auth } = await setUp({ presetToken })
  const before = performance.now()
  for (let call = 0; call < 1_000; call++) await auth.getBearer(presetToken)
  expect(performance.now() - before).toBeLessThan(500)
})

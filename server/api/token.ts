import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../store/contract'

/**
 * Who knows the administrator's token may do everything. The store holds only its hash. PATCHBAY_TOKEN presets
 * it, and a different one at a later start replaces it. Without, the first start makes one and writes it to
 * `<data dir>/token`, readable by root alone: there an administrator looks it up for scripts, and may remove the
 * file afterwards, as nothing reads it again.
 */
export interface TokenOptions {
  readonly store: Pick<Store, 'getSetting' | 'putSetting'>
  readonly dataDir: string
  /** PATCHBAY_TOKEN, where it is set. */
  readonly presetToken?: string
}

const settingName = 'token.hash'

/** 32 random bytes in characters that need no escaping in an address or a header. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256, hexadecimal: enough for random secrets, and fast. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

export function isSameDigest(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

export function tokenPath(dataDir: string): string {
  return join(dataDir, 'token')
}

/** Sees to it that the store knows a token; gives it where this start presets or makes it. */
export async function ensureToken({ store, dataDir, presetToken }: TokenOptions): Promise<string | undefined> {
  if (presetToken) {
    if (await isToken(store, presetToken)) return presetToken
    await rm(tokenPath(dataDir), { force: true })
    await store.putSetting(settingName, await hashOf(presetToken))
    return presetToken
  }
  if (await store.getSetting(settingName)) return undefined
  const token = createSecret()
  await writeToken(dataDir, token)
  await store.putSetting(settingName, await hashOf(token))
  return token
}

/** Compares with the stored hash; takes some 50 ms on purpose. */
export async function isToken(store: Pick<Store, 'getSetting'>, token: string): Promise<boolean> {
  const [salt, hash] = ((await store.getSetting(settingName)) ?? '').split(' ')
  if (!salt || !hash) return false
  return isSameDigest(hash, await derive(token, salt))
}

async function hashOf(token: string): Promise<string> {
  const salt = randomBytes(16).toString('hex')
  return `${salt} ${await derive(token, salt)}`
}

function derive(token: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(token, salt, 32, { N: 16_384, r: 8, p: 1 }, (error, key) =>
      error ? reject(error) : resolve(key.toString('hex')),
    )
  })
}

async function writeToken(dataDir: string, token: string): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  await rm(tokenPath(dataDir), { force: true })
  await writeFile(tokenPath(dataDir), `${token}\n`, { mode: 0o600, flag: 'wx' })
}

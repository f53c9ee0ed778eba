import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Store } from '../store/contract'
import { Attempts, tooManyAttempts } from './attempts'
import { sessionLifetimeMs } from './cookie'
import { createSecret, digestOf, ensureToken, isSameDigest, isToken, type TokenOptions } from './token'

/** Who is signed in. */
export interface Session {
  readonly userName: string
  /** SHA-256 of the cookie's value; null for a bearer token, which has no session to end. */
  readonly hash: string | null
  /** Aborts when the session is signed out. */
  readonly signedOut: AbortSignal
}

/** Decides who calls. There is one user, the administrator. */
export interface Auth {
  /** A token that signs in once, within the next hour; for the link that is printed at start. */
  createOneTimeToken(): string
  /** Takes the administrator's token or a one-time token. Throws unauthenticated, or unavailable after too many. */
  signIn(token: string): Promise<{ value: string; userName: string }>
  signOut(session: Session): Promise<void>
  /** The session of a cookie's value, while it lasts. */
  findSession(value: string): Promise<Session | undefined>
  /** The session of a bearer token. Throws as `signIn` does; takes no one-time tokens. */
  getBearer(token: string): Promise<Session>
}

type AuthStore = Pick<Store, 'getSetting' | 'putSetting' | 'findSession' | 'putSession' | 'removeSession'>

const userName = 'admin'
const oneTimeLifetimeMs = 60 * 60_000
/** A token of fewer characters may be one that a person thought of, and so be guessed. */
const unguessableLength = 22

export async function createAuth(
  options: TokenOptions & {
    readonly store: AuthStore
    readonly now?: () => number
  },
): Promise<Auth> {
  const token = await ensureToken(options)
  return new TokenAuth(options.store, token, options.now ?? Date.now)
}

interface LiveSession extends Session {
  readonly hash: string
  readonly expiresAt: number
  readonly ending: AbortController
}

class TokenAuth implements Auth {
  readonly #store: AuthStore
  readonly #now: () => number
  readonly #attempts: Attempts
  /** Of the token once it is known, so that a call costs no scrypt. */
  #tokenDigest = ''
  /** Digest of each one-time token to when it ends. */
  readonly #oneTimeTokens = new Map<string, number>()
  readonly #sessions = new Map<string, LiveSession>()
  readonly #bearer: Session = { userName, hash: null, signedOut: new AbortController().signal }

  constructor(store: AuthStore, token: string | undefined, now: () => number) {
    this.#store = store
    if (token) this.#tokenDigest = digestOf(token)
    this.#now = now
    this.#attempts = new Attempts(now)
  }

  createOneTimeToken(): string {
    const token = createSecret()
    this.#oneTimeTokens.set(digestOf(token), this.#now() + oneTimeLifetimeMs)
    return token
  }

  async signIn(token: string) {
    if (!this.#takeOneTimeToken(token)) await this.#checkToken(token)
    const value = createSecret()
    const hash = digestOf(value)
    const createdAt = this.#now()
    const expiresAt = createdAt + sessionLifetimeMs
    await this.#store.putSession({
      hash,
      userName,
      createdAt: new Date(createdAt),
      expiresAt: new Date(expiresAt),
    })
    this.#remember(hash, expiresAt)
    return { value, userName }
  }

  async signOut({ hash }: Session): Promise<void> {
    if (hash === null) return
    await this.#store.removeSession(hash)
    this.#sessions.get(hash)?.ending.abort()
    this.#sessions.delete(hash)
  }

  async findSession(value: string): Promise<Session | undefined> {
    const hash = digestOf(value)
    const session = this.#sessions.get(hash) ?? (await this.#loadSession(hash))
    if (!session || session.expiresAt > this.#now()) return session
    await this.signOut(session)
    return undefined
  }

  async getBearer(token: string): Promise<Session> {
    await this.#checkToken(token)
    return this.#bearer
  }

  async #loadSession(hash: string): Promise<LiveSession | undefined> {
    const record = await this.#store.findSession(hash)
    return record && this.#remember(hash, record.expiresAt.getTime())
  }

  #remember(hash: string, expiresAt: number): LiveSession {
    const ending = new AbortController()
    const session = { userName, hash, signedOut: ending.signal, expiresAt, ending }
    this.#sessions.set(hash, session)
    return session
  }

  #takeOneTimeToken(token: string): boolean {
    const digest = digestOf(token)
    const endsAt = this.#oneTimeTokens.get(digest)
    this.#oneTimeTokens.delete(digest)
    return endsAt !== undefined && endsAt > this.#now()
  }

  async #checkToken(token: string): Promise<void> {
    // With no attempts left even the right token is refused where it could have been guessed.
    if (token.length < unguessableLength && this.#attempts.areUsedUp) throw tooManyAttempts()
    const digest = digestOf(token)
    if (isSameDigest(digest, this.#tokenDigest)) return
    this.#attempts.take()
    if (await isToken(this.#store, token)) {
      this.#attempts.giveBack()
      this.#tokenDigest = digest
      return
    }
    throw new PatchbayError(
      'unauthenticated',
      sentence`the token is not the right one; a one-time link works once and within an hour of the start`,
      { field: 'token' },
    )
  }
}

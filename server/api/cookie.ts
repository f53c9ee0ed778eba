const cookieName = 'patchbay_session'
const maxAgeSeconds = 30 * 24 * 60 * 60

/** How long a session lasts, cookie and record alike. */
export const sessionLifetimeMs = maxAgeSeconds * 1000

/** Set-Cookie for a session; `secure` where the browser came by https. */
export function sessionCookie(value: string, { secure }: { secure: boolean }): string {
  return `${cookieName}=${value}; ${attributes(secure)}; Max-Age=${maxAgeSeconds}`
}

/** Set-Cookie that makes the browser forget the session. */
export function clearedCookie({ secure }: { secure: boolean }): string {
  return `${cookieName}=; ${attributes(secure)}; Max-Age=0`
}

/** The session's value in a Cookie header. */
export function findSessionValue(header: string | undefined): string | undefined {
  const prefix = `${cookieName}=`
  const pair = header?.split(';').find((part) => part.trim().startsWith(prefix))
  return pair?.trim().slice(prefix.length) || undefined
}

function attributes(secure: boolean): string {
  return `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

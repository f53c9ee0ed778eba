import { callDaemon } from '../api/daemon'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** `/login?token=…`, the link that is printed at start: signs in and goes to the panel. */
export async function GET(request: Request): Promise<Response> {
  const token = new URL(request.url).searchParams.get('token')
  if (!token) return redirect('/sign-in')
  const answer = await signIn(request, token)
  if (answer?.status === 403) return new Response(await sentenceOf(answer), { status: 403, headers: unkept })
  return answer?.ok ? redirect('/', answer.headers.getSetCookie()) : redirect('/sign-in?failed=1')
}

/** A preview of the link must not use it up. */
export function HEAD(): Response {
  return new Response(null, { headers: unkept })
}

/** The address holds a secret, which no cache may keep; next.config.ts keeps it from other pages. */
const unkept = { 'Cache-Control': 'no-store' }

async function signIn(request: Request, token: string): Promise<Response | undefined> {
  const headers = new Headers({ 'content-type': 'application/json' })
  for (const name of ['host', 'x-forwarded-proto']) headers.set(name, request.headers.get(name) ?? '')
  try {
    return await callDaemon({
      method: 'POST',
      path: '/api/trpc/user.signIn',
      headers,
      body: JSON.stringify({ token }),
      signal: request.signal,
    })
  } catch {
    return undefined
  }
}

async function sentenceOf(answer: Response): Promise<string> {
  const { error } = (await answer.json()) as { error: { message: string } }
  return error.message
}

function redirect(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ ...unkept, Location: location })
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  return new Response(null, { status: 303, headers })
}

import { callDaemon } from './daemon'

/** Passes a request on to the daemon as it is, and its answer back as it comes. */
export async function forward(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const { method, headers, signal } = request
  try {
    return await callDaemon({ method, path: pathname + search, headers, body: request.body, signal })
  } catch {
    return away()
  }
}

function away(): Response {
  const message = 'the daemon is not there; it may be starting again'
  const patchbay = { kind: 'unavailable', field: null, data: {} }
  const data = { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, patchbay }
  return Response.json({ error: { message, code: -32603, data } }, { status: 503 })
}

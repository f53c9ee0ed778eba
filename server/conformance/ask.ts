import { request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** One request to an engine's socket. A body that is text is sent as it is, anything else as JSON. */
export function ask(socketPath: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const headers = text === undefined ? {} : { 'Content-Type': 'application/json' }
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method, path, headers, timeout: 30_000 }, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk
      })
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }))
    })
    asking.once('timeout', () => asking.destroy(new Error(`no answer to ${method} ${path} within 30 s`)))
    asking.once('error', reject)
    asking.end(text)
  })
}

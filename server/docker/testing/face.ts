import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { type Bed, createBed } from '../../engine/testing/bed'
import { startDockerApi } from '../serve'

const socketPath = '/run/patchbay-test/docker.sock'

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A host with the Docker API served on it, and the clients that talk to it. */
export interface Face {
  readonly bed: Bed
  readonly socketPath: string
  /** What went wrong inside, other than by the client's fault. */
  readonly failures: unknown[]
  /** Runs a program that finds the engine by DOCKER_HOST; gives what it said. */
  run(program: string, args: readonly string[], options?: { cwd?: string; input?: string | Buffer }): Promise<Said>
  /** A raw question, as no client would ask it. */
  ask(method: string, path: string, body?: string): Promise<{ status: number; answer: string }>
  /** Removes every container, every network and image that was made, and every volume. */
  clear(): Promise<void>
  end(): Promise<void>
}

export async function startFace(): Promise<Face> {
  const bed = await createBed()
  const failures: unknown[] = []
  const api = await startDockerApi({ engine: bed.engine, socketPath, failed: (error) => failures.push(error) })
  const { engine } = bed
  const asked = { actor: 'test' }
  return {
    ...{ bed, socketPath, failures },
    run: (program, args, options = {}) => run(program, args, options),
    ask,
    clear: async () => {
      for (const { id } of engine.listContainers()) await engine.removeContainer(id, { ...asked, force: true })
      for (const { name } of engine.listNetworks().filter(({ name }) => !['bridge', 'host', 'none'].includes(name))) {
        await engine.removeNetwork(name, asked)
      }
      for (const { id, tags } of await engine.listImages()) {
        if (!tags.includes('busybox:latest')) await engine.images.remove(id, { force: true })
      }
      await bed.runtime.ensureBusybox()
      for (const { name } of await engine.volumes.list()) await engine.volumes.remove(name)
    },
    end: async () => {
      await api.close()
      await bed.end()
    },
  }
}

function run(
  program: string,
  args: readonly string[],
  { cwd, input }: { cwd?: string; input?: string | Buffer },
): Promise<Said> {
  const env = { ...process.env, HOME: '/nonexistent', DOCKER_HOST: `unix://${socketPath}` }
  return new Promise((resolve) => {
    const child = execFile(program, args, { env, cwd, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout: stdout.trim(), stderr: stderr.trim() })
    })
    // Who refuses what comes need not read it to its end.
    child.stdin?.on('error', () => undefined).end(input)
  })
}

function ask(method: string, path: string, body?: string): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' }
    const asking = request({ socketPath, method, path, headers }, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        answer += text
      })
      response.once('end', () => resolve({ status: response.statusCode ?? 0, answer }))
    })
    asking.once('error', reject)
    asking.end(body)
  })
}

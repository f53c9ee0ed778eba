import { expect } from 'vitest'
import type { Face, Said } from './face'

/** The docker command line, as it is installed, talking to a face; run in the directory that `findCwd` gives. */
export function dockerCli(face: Face, findCwd: () => string | undefined = () => undefined) {
  const docker = (...args: string[]): Promise<Said> => face.run('docker', args, { cwd: findCwd() })

  /** What it printed; the test fails where it did not succeed. */
  async function succeeds(...args: string[]): Promise<string> {
    const said = await docker(...args)
    expect(said, `docker ${args.join(' ')}`).toMatchObject({ code: 0 })
    return said.stdout
  }

  /** One field of what it inspects: ".State". */
  async function inspected(format: string, ...args: string[]): Promise<unknown> {
    return JSON.parse(await succeeds(...args, '--format', `{{json ${format}}}`))
  }

  return { docker, succeeds, inspected }
}

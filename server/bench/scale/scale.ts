import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withEngine } from '../engine'
import { createCni } from './cni'
import { createDocker } from './docker'
import { measurePeer, type Point } from './measure'
import { createNetavark } from './netavark'
import { createAside, createOurs } from './ours'
import { printScale } from './report'

const ourRounds = 25

const peers: Readonly<Record<string, (folder: string) => Promise<Point[]>>> = {
  patchbay: () =>
    withEngine(async (engine) => {
      const aside = await createAside(engine)
      return measurePeer(createOurs(engine), aside, ourRounds).finally(() => aside.close())
    }),
  docker: async (folder) => {
    const peer = await createDocker(folder)
    return measurePeer(peer).finally(() => peer.stop())
  },
  netavark: () => measurePeer(createNetavark()),
  cni: () => measurePeer(createCni()),
}

/** Measures one engine on an empty host and writes what was found into the folder. */
export async function benchPeer(name = '', folder = ''): Promise<void> {
  const measure = peers[name]
  if (!measure) throw new Error(`there is no peer ${name}: ${Object.keys(peers).join(', ')}`)
  console.error(`${name}:`)
  const own = join(folder, name)
  // What an earlier turn left would be containers that this one did not make.
  await rm(own, { recursive: true, force: true })
  await mkdir(own)
  await writeFile(join(folder, `${name}.json`), JSON.stringify(await measure(own), null, 2))
}

export async function tellScale(folder = ''): Promise<void> {
  const entries = await Promise.all(
    Object.keys(peers).map(async (name) => {
      const text = await readFile(join(folder, `${name}.json`), 'utf8')
      return [name, JSON.parse(text) as Point[]] as const
    }),
  )
  printScale(new Map(entries))
}

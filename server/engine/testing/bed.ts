import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../kernel/run'
import { createParts, type Parts } from '../../parts'

/** The namespace that stands for everything beyond the host's uplink. */
export const outside = { netns: '/run/netns/outside', address: '198.51.100.2', host: '198.51.100.1' } as const

/** A host of its own for a test: this process's throw-away namespace, with an uplink to an outside. */
export interface Bed extends Parts {
  readonly dataDir: string
  /** A second daemon on the same directories, as after a kill: the first is left as it was. */
  again(): Promise<Parts>
  /** Runs in a container; gives its exit code. */
  tries(container: string, ...command: string[]): Promise<number>
  end(): Promise<void>
}

export async function createBed(): Promise<Bed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'patchbay-engine-'))
  await connectOutside()
  const config = { dataDir, runDir: '/run/patchbay-test' }
  const parts = await createParts(config, { warmSandboxes: 1 })
  await parts.runtime.ensureBusybox()
  await parts.engine.recover()
  return {
    ...parts,
    dataDir,
    again: () => createParts(config, { warmSandboxes: 1 }),
    tries: async (container, ...command) => (await parts.engine.exec(container, command)).exitCode,
    end: () => endBed(parts, dataDir),
  }
}

async function connectOutside(): Promise<void> {
  await run('ip', ['netns', 'add', 'outside'])
  await run('ip', ['link', 'add', 'uplink0', 'type', 'veth', 'peer', 'name', 'wire0', 'netns', 'outside'])
  await run('ip', ['address', 'add', `${outside.host}/24`, 'dev', 'uplink0'])
  await run('ip', ['link', 'set', 'uplink0', 'up'])
  await run('ip', ['route', 'add', 'default', 'via', outside.address])
  const inside = { netns: outside.netns }
  await run('ip', ['address', 'add', `${outside.address}/24`, 'dev', 'wire0'], inside)
  await run('ip', ['link', 'set', 'wire0', 'up'], inside)
  await run('ip', ['link', 'set', 'lo', 'up'], inside)
}

async function endBed(parts: Parts, dataDir: string): Promise<void> {
  await parts.engine.teardown()
  for (const { id } of parts.engine.listContainers()) await parts.runtime.remove(id)
  await parts.close()
  await run('ip', ['link', 'del', 'uplink0'])
  await run('ip', ['netns', 'del', 'outside'])
  await rm(dataDir, { recursive: true, force: true })
}

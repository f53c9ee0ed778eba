import { startDockerApi } from '../docker/serve'
import { createParts } from '../parts'

/** Patchbay as the daemon runs it, without the web: until SIGTERM. */
export async function serve(dataDir: string): Promise<void> {
  const runDir = '/run/patchbay-conformance'
  const parts = await createParts({ dataDir, runDir }, { warmSandboxes: 3 })
  await parts.runtime.ensureBusybox()
  await parts.engine.recover()
  const failed = (error: unknown) => console.error('the Docker API:', error)
  const api = await startDockerApi({ engine: parts.engine, socketPath: `${runDir}/docker.sock`, failed })
  await new Promise((resolve) => process.once('SIGTERM', resolve))
  await api.close()
  await parts.engine.teardown()
  for (const { id } of parts.engine.listContainers()) await parts.runtime.remove(id)
  await parts.close()
}

import { release } from 'node:os'

/** Whether a link can be renamed while it is up: since Linux 6.2. */
export function renamesLive(version = release()): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 6 || (major === 6 && minor >= 2)
}

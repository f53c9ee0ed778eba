import type { ContainerView } from '@/server/observe/snapshot'
import type { Status } from '../ui/status-dot'

type ContainerState = ContainerView['status']

/** Its processes are there, or will be again in a moment. */
export function isUp(status: ContainerState): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting'
}

export const statusDots: Record<ContainerState, Status> = {
  created: 'idle',
  running: 'ok',
  paused: 'warn',
  restarting: 'warn',
  exited: 'idle',
  dead: 'bad',
}

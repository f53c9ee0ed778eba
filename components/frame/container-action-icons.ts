import { Pause, Play, RotateCw, Square, StepForward } from 'lucide-react'
import type { ContainerAction } from './container-action'

export const actionIcons: Record<ContainerAction, typeof Play> = {
  start: Play,
  stop: Square,
  restart: RotateCw,
  pause: Pause,
  unpause: StepForward,
}

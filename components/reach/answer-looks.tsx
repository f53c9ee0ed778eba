import { Ban, Check, CircleHelp, type LucideIcon, Unplug, X } from 'lucide-react'
import type { Answer } from './matrix'

/** By shape as well as by colour. */
export const answerLooks: Readonly<
  Record<Answer, { readonly icon: LucideIcon; readonly text: string; readonly ground: string }>
> = {
  reachable: { icon: Check, text: 'text-ok', ground: 'bg-ok-soft' },
  refused: { icon: X, text: 'text-warn', ground: 'bg-warn-soft' },
  dropped: { icon: Ban, text: 'text-bad', ground: 'bg-bad-soft' },
  none: { icon: Unplug, text: 'text-muted', ground: 'bg-sunken' },
  unknown: { icon: CircleHelp, text: 'text-faint', ground: '' },
}

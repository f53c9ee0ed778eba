import { CircleCheck, CircleDashed, CircleHelp, CircleSlash, CircleX, type LucideIcon, Unplug } from 'lucide-react'
import type { Outcome } from '@/server/observe/trace/contract'
import type { Tone } from '../ui/badge'

/** By shape as well as by colour. */
export const outcomeLooks: Readonly<Record<Outcome, { readonly icon: LucideIcon; readonly tone: Tone }>> = {
  answered: { icon: CircleCheck, tone: 'ok' },
  'delivered-unanswered': { icon: CircleDashed, tone: 'warn' },
  dropped: { icon: CircleSlash, tone: 'bad' },
  rejected: { icon: CircleX, tone: 'bad' },
  unreachable: { icon: Unplug, tone: 'bad' },
  lost: { icon: Unplug, tone: 'bad' },
  unknown: { icon: CircleHelp, tone: 'neutral' },
}

export const toneText: Readonly<Record<Tone, string>> = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  neutral: 'text-muted',
  accent: 'text-accent',
}

import clsx from 'clsx'
import type { Answer } from './matrix'
import './reach.css'

export const answerLooks: Readonly<Record<Answer, { readonly text: string; readonly ground: string }>> = {
  reachable: { text: 'text-ok', ground: 'bg-ok-soft' },
  refused: { text: 'text-warn', ground: 'bg-warn-soft' },
  dropped: { text: 'text-bad', ground: 'bg-bad-soft' },
  none: { text: 'text-muted', ground: 'bg-sunken' },
  unknown: { text: 'text-faint', ground: '' },
}

/** By shape as well as by colour; thousands of them scroll. */
export function AnswerShape({ answer }: { answer: Answer }) {
  return <span aria-hidden="true" className={clsx('reach-shape', answerLooks[answer].text)} data-shape={answer} />
}

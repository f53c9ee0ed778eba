import { Ban, Check, CircleHelp, type LucideIcon, Unplug, X } from 'lucide-react'
import { type Answer, answers } from './matrix'

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

/** Drawn once, and shown by every cell: of thousands none is to be more than it has to. */
export function AnswerShapes() {
  return (
    <svg aria-hidden="true" className="absolute size-0">
      <defs>
        {answers.map((answer) => {
          const { icon: Icon } = answerLooks[answer]
          return (
            <g key={answer} id={shapeId(answer)}>
              <Icon width={shapeSize} height={shapeSize} />
            </g>
          )
        })}
      </defs>
    </svg>
  )
}

const shapeSize = 14

export function AnswerShape({ answer }: { answer: Answer }) {
  return (
    <svg aria-hidden="true" width={shapeSize} height={shapeSize} className="shrink-0">
      <use href={`#${shapeId(answer)}`} />
    </svg>
  )
}

function shapeId(answer: Answer): string {
  return `reach-${answer}`
}

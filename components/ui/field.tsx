import { type ReactNode, useId } from 'react'

/** What a control needs so that its label, hint and error are read with it. Spread it onto the control. */
export interface ControlProps {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

export interface FieldProps {
  label: ReactNode
  hint?: ReactNode
  /** A sentence, shown below the control instead of the hint. */
  error?: string | null | undefined
  /** Right of the label: "optional", "automatic". */
  aside?: ReactNode
  children: (control: ControlProps) => ReactNode
}

/** A labelled control with its hint, and with its error at the place where it belongs. */
export function Field({ label, hint, error, aside, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const hasNote = Boolean(error) || hint !== undefined
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="font-medium text-muted text-sm">
          {label}
        </label>
        {aside !== undefined && <span className="text-faint text-xs">{aside}</span>}
      </div>
      {children({ id, 'aria-describedby': hasNote ? noteId : undefined, 'aria-invalid': error ? true : undefined })}
      {hasNote && (
        <p id={noteId} role={error ? 'alert' : undefined} className={error ? 'text-bad text-xs' : 'text-faint text-xs'}>
          {error || hint}
        </p>
      )}
    </div>
  )
}

'use client'

import { RadioGroup } from 'radix-ui'
import { type ReactNode, useId } from 'react'

export interface ChoiceProps<Value extends string> {
  label: string
  /** False keeps the label for screen readers alone. */
  showLabel?: boolean
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: ReactNode; icon?: ReactNode }[]
}

/** One of a few, all in sight. */
export function Choice<Value extends string>({
  label,
  showLabel = true,
  value,
  onValueChange,
  options,
}: ChoiceProps<Value>) {
  const id = useId()
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <span id={id} className={showLabel ? 'w-[120px] text-muted text-sm' : 'sr-only'}>
        {label}
      </span>
      <RadioGroup.Root
        aria-labelledby={id}
        value={value}
        onValueChange={(next) => {
          const option = options.find((candidate) => candidate.value === next)
          if (option) onValueChange(option.value)
        }}
        className="flex rounded-lg border border-line bg-sunken p-0.5"
      >
        {options.map((option) => (
          <RadioGroup.Item
            key={option.value}
            value={option.value}
            className="flex h-7 items-center gap-2 rounded-md border border-transparent px-3 text-muted text-sm transition-colors duration-150 hover:text-ink data-[state=checked]:border-line data-[state=checked]:bg-raised data-[state=checked]:text-ink"
          >
            {option.icon}
            {option.label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  )
}

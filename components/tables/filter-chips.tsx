'use client'

import clsx from 'clsx'
import type { ReactNode } from 'react'

export interface FilterChip {
  value: string
  label: ReactNode
  count?: number
}

/** Chips that narrow a table; several may be on, none on shows all. */
export function FilterChips({
  label,
  chips,
  selected,
  onChange,
}: {
  label: string
  chips: readonly FilterChip[]
  selected: readonly string[]
  onChange: (selected: string[]) => void
}) {
  return (
    <fieldset aria-label={label} className="flex flex-wrap items-center gap-1.5">
      {chips.map(({ value, label: text, count }) => {
        const isOn = selected.includes(value)
        return (
          <button
            key={value}
            type="button"
            aria-pressed={isOn}
            onClick={() => onChange(isOn ? selected.filter((other) => other !== value) : [...selected, value])}
            className={clsx(
              'inline-flex h-7 items-center gap-1.5 whitespace-nowrap rounded-full border px-2.5 text-sm transition-colors duration-150',
              isOn
                ? 'border-accent bg-accent-soft text-accent'
                : 'border-line text-muted hover:border-line-strong hover:text-ink',
            )}
          >
            {text}
            {count !== undefined && <span className="text-2xs opacity-80">{count}</span>}
          </button>
        )
      })}
    </fieldset>
  )
}

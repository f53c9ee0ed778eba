'use client'

/** Two or three ways to look at the same, of which one is chosen. */
export function ViewSwitch<Option extends string>({
  label,
  options,
  chosen,
  onChoose,
}: {
  label: string
  options: readonly { readonly value: Option; readonly label: string }[]
  chosen: Option
  onChoose: (option: Option) => void
}) {
  return (
    <fieldset className="flex h-8 items-center rounded-full border border-line-strong bg-surface p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map(({ value, label: text }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
          className="h-full rounded-full px-3 text-muted text-sm transition-colors duration-150 hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink"
        >
          {text}
        </button>
      ))}
    </fieldset>
  )
}

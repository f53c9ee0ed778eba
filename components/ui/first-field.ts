const fields = '[data-autofocus], input:not([type="hidden"]), textarea, [role="combobox"]'

/** For `onOpenAutoFocus`: to where one types, else to the whole, rather than to the cross that closes it. */
export function focusFirstField(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return
  event.preventDefault()
  const field = event.currentTarget.querySelector<HTMLElement>(fields) ?? event.currentTarget
  field.focus()
}

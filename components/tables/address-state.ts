'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback } from 'react'

export interface AddressState {
  readonly parameters: URLSearchParams
  /** Puts values into the address; an empty one goes out of it. `push` makes it a step that Back undoes. */
  change(values: Readonly<Record<string, string | readonly string[]>>, options?: { push?: boolean }): void
}

/** What a page shows, kept in its address, so that it survives a reload and can be sent to somebody. */
export function useAddressState(): AddressState {
  const pathname = usePathname()
  const parameters = useSearchParams()
  const change = useCallback<AddressState['change']>(
    (values, options) => {
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(values)) {
        next.delete(name)
        for (const part of typeof value === 'string' ? [value] : value) if (part !== '') next.append(name, part)
      }
      const address = next.size === 0 ? pathname : `${pathname}?${next}`
      if (options?.push) window.history.pushState(null, '', address)
      else window.history.replaceState(null, '', address)
    },
    [pathname],
  )
  return { parameters, change }
}

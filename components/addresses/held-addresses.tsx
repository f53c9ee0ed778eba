'use client'

import { useTranslations } from 'next-intl'
import type { Holder } from './holders'

/** Of a subnet too large to draw: what is held, one a line. */
export function HeldAddresses({
  holders,
  onSelect,
}: {
  holders: ReadonlyMap<string, Holder>
  onSelect: (endpointId: string) => void
}) {
  const t = useTranslations('panel.addressMap')
  return (
    <ul className="flex flex-col gap-1 text-xs">
      {[...holders].map(([address, { kind, who, endpointId }]) => (
        <li key={address} className="grid grid-cols-[14px_minmax(0,1fr)_minmax(0,1fr)] items-center gap-2">
          <span aria-hidden="true" className={`address-cell static address-${kind}`} />
          <span className="truncate font-mono text-ink">{address}</span>
          {endpointId === undefined ? (
            <span className="truncate text-faint">{[t(`kind.${kind}`), who].filter(Boolean).join(' ')}</span>
          ) : (
            <button
              type="button"
              onClick={() => onSelect(endpointId)}
              className="truncate rounded text-left text-ink hover:text-accent hover:underline"
            >
              {who}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

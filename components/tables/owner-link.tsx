'use client'

import Link from 'next/link'
import type { OwnerView } from '@/server/observe/snapshot'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { networkColour } from '../ui/network-colour'
import { plainText } from '../wiring/plain-text'

/** Whose it is, as a link to where it stands on the panel, in its network's colour. */
export function OwnerLink({ owner }: { owner: OwnerView | null }) {
  const networkId = owner === null ? undefined : networkOf(owner)
  const colour = useSnapshot(({ networks }) => (networkId === undefined ? undefined : networks[networkId]?.colour))
  if (owner === null) return null
  const target = selectable(owner)
  if (target === undefined) return <Badge>{plainText(owner.name)}</Badge>
  return (
    <Link
      href={`/?select=${target}`}
      prefetch={false}
      className="inline-flex max-w-full items-center gap-1.5 rounded hover:underline"
    >
      {colour !== undefined && (
        <span
          aria-hidden="true"
          className="size-2 shrink-0 rounded-full"
          style={{ background: networkColour(colour) }}
        />
      )}
      <span className="truncate">{plainText(owner.name)}</span>
    </Link>
  )
}

/** Id of what the panel can select for it. */
function selectable(owner: OwnerView): string | undefined {
  switch (owner.type) {
    case 'network':
    case 'container':
    case 'endpoint':
      return owner.id
    case 'service':
      return owner.networkId
    case 'port':
      return owner.containerId
    default:
      return undefined
  }
}

function networkOf(owner: OwnerView): string | undefined {
  if (owner.type === 'network') return owner.id
  return owner.type === 'endpoint' || owner.type === 'port' || owner.type === 'service' ? owner.networkId : undefined
}

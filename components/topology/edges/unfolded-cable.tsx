'use client'

import { EdgeLabelRenderer } from '@xyflow/react'
import { ChevronsDownUp, ChevronsUpDown } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { stateOf } from '../../wiring/link-words'
import { plainText } from '../../wiring/plain-text'
import type { CableJack } from '../../wiring/selection'
import type { Point } from '../measure'
import { usePanelStore } from '../panel-state'

/**
 * What the selected cable is in the kernel, along it: eth0, its veth, the bridge, each with its state. `pointAt` gives the
 * place at a share of the way from the strip.
 */
export function UnfoldedCable(props: {
  endpointId: string
  at: Point
  /** Null: it is folded, or the kernel is being read. */
  jacks: readonly CableJack[] | null
  isUnfolded: boolean
  pointAt: (share: number) => Point
}) {
  const { endpointId, at, jacks, isUnfolded, pointAt } = props
  const t = useTranslations('wiring.unfold')
  const store = usePanelStore()
  return (
    <EdgeLabelRenderer>
      <button
        type="button"
        aria-expanded={isUnfolded}
        aria-label={t(isUnfolded ? 'close' : 'open')}
        title={t(isUnfolded ? 'close' : 'open')}
        className="panel-cable-unfold nopan"
        style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y + 24}px)` }}
        onKeyDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation()
          store.set({ unfolded: isUnfolded ? null : { endpointId, jacks: null } })
        }}
      >
        {isUnfolded ? <ChevronsDownUp aria-hidden="true" /> : <ChevronsUpDown aria-hidden="true" />}
      </button>
      {jacks?.map((jack, index) => (
        <Jack key={jack.link.id} jack={jack} at={pointAt(1 - (index + 0.5) / jacks.length)} />
      ))}
    </EdgeLabelRenderer>
  )
}

function Jack({ jack: { role, link }, at }: { jack: CableJack; at: Point }) {
  const t = useTranslations('wiring')
  const state = stateOf(link)
  const port = link.port && link.port.state !== 'forwarding' ? link.port.state : null
  return (
    <Link
      href={`/wiring?select=${encodeURIComponent(link.id)}`}
      prefetch={false}
      className="panel-cable-jack nopan"
      data-state={state}
      style={{ transform: `translate(-8px, -50%) translate(${at.x}px, ${at.y}px)` }}
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <i aria-hidden="true" />
      <bdi>{plainText(link.name)}</bdi>
      <span>
        {[t(`unfold.${role}`), ...(state === 'up' ? [] : [t(`state.${state}`)]), ...(port ? [port] : [])].join(' · ')}
      </span>
    </Link>
  )
}

'use client'

import { memo } from 'react'
import type { WiredLink } from '@/server/observe/wiring/view'
import { formatBitRate } from '../topology/bit-rate'
import { holdersOf, kindOf, stateOf } from './link-words'
import { useLinkRate } from './live-wiring'
import { plainText } from './plain-text'
import { useWiringState, useWiringStore } from './wiring-state'

/** An interface, as a labelled jack: its name and state, its addresses, and what flows. */
export const LinkFace = memo(function LinkFace({ link, shape }: { link: WiredLink; shape: 'tile' | 'row' | 'port' }) {
  const store = useWiringStore()
  const isSelected = useWiringState(({ selected }) => selected === link.id)
  const isFaded = useWiringState(({ found }) => found !== null && !found.has(link.id))
  const address = shownAddress(link)
  const holders = holdersOf(link)
  return (
    <button
      type="button"
      tabIndex={-1}
      className="wire-link nodrag"
      data-shape={shape}
      data-kind={kindOf(link)}
      data-state={stateOf(link)}
      data-selected={isSelected || undefined}
      data-faded={isFaded || undefined}
      title={[plainText(link.name), holders].filter(Boolean).join(' · ')}
      onClick={(event) => {
        event.stopPropagation()
        store.set({ selected: link.id })
      }}
    >
      <span className="wire-jack" aria-hidden="true" />
      <span className="wire-text">
        <span className="wire-line">
          <bdi className="wire-name">{plainText(link.name)}</bdi>
          <span className="wire-kind">{kindOf(link)}</span>
          {holders !== '' && <bdi className="wire-kind wire-holder">{holders}</bdi>}
        </span>
        <span className="wire-line wire-facts">
          <bdi>{address ?? link.mac ?? ''}</bdi>
          {link.addresses.length > 1 && <span>+{link.addresses.length - 1}</span>}
          <Flow link={link} />
        </span>
      </span>
    </button>
  )
})

/** The one that others reach it by comes before what IPv6 gives to every link. */
function shownAddress({ addresses }: WiredLink): string | undefined {
  return addresses.find((address) => !address.startsWith('fe80:')) ?? addresses[0]
}

/** What flows; while nothing does, how long packets may be. */
function Flow({ link }: { link: WiredLink }) {
  const rate = useLinkRate(link.id)
  return rate ? (
    <span className="wire-rate">{formatBitRate(rate.rx + rate.tx)}</span>
  ) : (
    <span className="wire-mtu">{link.mtu}</span>
  )
}

'use client'

import type { NodeProps } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import { Badge } from '../ui/badge'
import type { BoardNode as BoardNodeModel } from './graph'
import { LinkFace } from './link-face'
import { stateOf, useNamespaceName } from './link-words'
import { boardColumns, boardSize } from './measure'
import { plainText } from './plain-text'
import { useWiringState } from './wiring-state'

/** The host's own interfaces, or a bridge of it with its ports. */
export const BoardNode = memo(function BoardNode({ data }: NodeProps<BoardNodeModel>) {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const { namespace, bridge, tiles } = data
  const ownId = bridge?.id ?? namespace.id
  const isSelected = useWiringState(({ selected }) => selected === ownId)
  const isFaded = useWiringState(
    ({ found }) => found !== null && !found.has(ownId) && !tiles.some(({ id }) => found.has(id)),
  )
  const isFar = useWiringState((state) => state.isFar)
  const name = bridge ? plainText(bridge.name) : nameOf(namespace)
  return (
    <div
      className="wire-node wire-board"
      data-bridge={bridge !== null || undefined}
      data-state={bridge ? stateOf(bridge) : 'up'}
      data-selected={isSelected || undefined}
      data-faded={isFaded || undefined}
      title={isFar ? name : undefined}
      style={boardSize(tiles.length)}
    >
      {isFar ? (
        <bdi className="wire-far">{name}</bdi>
      ) : (
        <>
          <header className="wire-head">
            <bdi className="wire-title" title={name}>
              {name}
            </bdi>
            <Badge>{bridge ? t('kind.bridge') : t('namespace.host')}</Badge>
            <bdi className="wire-aside">{bridge?.addresses.join(' ')}</bdi>
            {bridge && tiles.length === 0 && <span className="wire-aside">{t('noPorts')}</span>}
          </header>
          <div className="wire-tiles" style={{ '--columns': boardColumns(tiles.length) }}>
            {tiles.map((link) => (
              <LinkFace key={link.id} link={link} shape="tile" />
            ))}
          </div>
        </>
      )}
    </div>
  )
})

'use client'

import type { NodeProps } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import { Badge } from '../ui/badge'
import type { CardNode as CardNodeModel } from './graph'
import { LinkFace } from './link-face'
import { useNamespaceName } from './link-words'
import { cardSize } from './measure'
import { useWiringState } from './wiring-state'

/** A namespace that is not the host's, with its interfaces. */
export const CardNode = memo(function CardNode({ id, data }: NodeProps<CardNodeModel>) {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const { namespace, rows, more } = data
  const isSelected = useWiringState(({ selected }) => selected === id)
  const isFaded = useWiringState(
    ({ found }) => found !== null && !found.has(id) && !rows.some(({ link }) => found.has(link.id)),
  )
  const isFar = useWiringState((state) => state.isFar)
  const name = nameOf(namespace)
  return (
    <div
      className="wire-node wire-card"
      data-selected={isSelected || undefined}
      data-faded={isFaded || undefined}
      data-failed={namespace.failure !== null || undefined}
      title={isFar ? name : undefined}
      style={cardSize(rows.length + (more > 0 ? 1 : 0))}
    >
      {isFar ? (
        <bdi className="wire-far">{name}</bdi>
      ) : (
        <>
          <header className="wire-head">
            <bdi className="wire-title" title={name}>
              {name}
            </bdi>
            <Badge tone={namespace.failure === null ? 'neutral' : 'warn'}>{t(`namespace.${namespace.kind}`)}</Badge>
          </header>
          {rows.map(({ link, isPort }) => (
            <LinkFace key={link.id} link={link} shape={isPort ? 'port' : 'row'} />
          ))}
          {more > 0 && <p className="wire-more">{t('more', { count: more })}</p>}
        </>
      )}
    </div>
  )
})

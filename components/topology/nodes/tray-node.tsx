'use client'

import type { NodeProps } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import type { TrayNode as TrayNodeModel } from '../graph-model'
import { useHandRole } from '../panel-state'
import { FreeHandle } from './handles'
import { Refusal } from './refusal'

/** The quiet place of containers that have no network at all. */
export const TrayNode = memo(function TrayNode({ id, data, selected, width, height }: NodeProps<TrayNodeModel>) {
  const t = useTranslations('panel')
  const role = useHandRole(id)
  return (
    <div
      className="panel-node panel-tray"
      data-hand={role}
      data-selected={selected || undefined}
      style={{ width: width ?? 0, height: height ?? 0 }}
    >
      <header className="panel-tray-head">
        <bdi className="panel-name">{data.network.name}</bdi>
        <span className="truncate text-faint text-xs">
          {data.guests > 0 ? t('tray.guests', { count: data.guests }) : t('tray.empty')}
        </span>
      </header>
      <span className="panel-far-name" aria-hidden="true">
        <bdi>{data.network.name}</bdi>
      </span>
      <FreeHandle
        at={{ x: (width ?? 0) / 2, y: height ?? 0 }}
        edge="bottom"
        testId={`handle:network:${data.network.name}`}
        title={data.network.name}
        disabled
      />
      <Refusal nodeId={id} />
    </div>
  )
})

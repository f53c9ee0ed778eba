'use client'

import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { Field, Layer } from '@/server/observe/capture/contract'
import { useTRPC } from '../trpc/client'
import { IconButton } from '../ui/icon-button'
import { Spinner } from '../ui/spinner'
import { HexView } from './hex-view'

export interface Span {
  readonly from: number
  readonly to: number
}

/** A packet's layers with their fields, and its bytes; what one points at on one side is lit on the other. */
export function PacketDetailPane({
  capture,
  number,
  onClose,
}: {
  capture: string
  number: number
  onClose: () => void
}) {
  const t = useTranslations('capture')
  const [lit, setLit] = useState<Span | null>(null)
  const { data, error } = useQuery(
    useTRPC().capture.detail.queryOptions({ capture, number }, { staleTime: Number.POSITIVE_INFINITY, retry: false }),
  )
  return (
    <section
      aria-label={t('detail', { number })}
      className="flex h-[42%] min-h-44 shrink-0 flex-col border-line-strong border-t bg-surface"
    >
      <header className="flex h-8 shrink-0 items-center gap-3 border-line border-b px-4 text-sm">
        <h2 className="font-medium">{t('detail', { number })}</h2>
        {data && <span className="font-mono text-faint text-xs">{data.time}</span>}
        <IconButton label={t('closeDetail')} size="small" className="ml-auto" onClick={onClose}>
          <X />
        </IconButton>
      </header>
      {error && (
        <p role="alert" className="p-4 text-bad text-sm">
          {error.message}
        </p>
      )}
      {!data && !error && (
        <p className="p-4">
          <Spinner />
        </p>
      )}
      {data && (
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_minmax(0,auto)]">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard */}
          <div tabIndex={0} className="overflow-auto py-1.5">
            {data.layers.map((layer) => (
              <LayerTree key={`${layer.name} ${layer.from}`} layer={layer} onLight={setLit} lit={lit} />
            ))}
          </div>
          <HexView
            bytes={data.bytes}
            originalLength={data.originalLength}
            lit={lit}
            fields={data.layers}
            onLight={setLit}
          />
        </div>
      )}
    </section>
  )
}

function LayerTree({ layer, lit, onLight }: { layer: Layer; lit: Span | null; onLight: (span: Span | null) => void }) {
  return (
    <details open className="text-xs">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is a control by itself */}
      <summary
        className={clsx('px-4 py-0.5', isLit(layer, lit) && 'bg-accent-soft')}
        onPointerEnter={() => onLight(layer)}
        onPointerLeave={() => onLight(null)}
        onFocus={() => onLight(layer)}
        onBlur={() => onLight(null)}
      >
        <span className="font-medium text-sm">{layer.name}</span> <bdi className="text-muted">{layer.value}</bdi>
      </summary>
      <dl className="pb-1 font-mono">
        {layer.fields.map((field) => (
          <FieldRow key={`${field.name} ${field.from} ${field.value}`} field={field} lit={lit} onLight={onLight} />
        ))}
      </dl>
    </details>
  )
}

function FieldRow({ field, lit, onLight }: { field: Field; lit: Span | null; onLight: (span: Span | null) => void }) {
  return (
    <div
      className={clsx('flex gap-3 py-px pr-4 pl-9', isLit(field, lit) && 'bg-accent-soft')}
      onPointerEnter={() => onLight(field)}
      onPointerLeave={() => onLight(null)}
    >
      <dt className="w-44 shrink-0 text-faint">{field.name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">
        <bdi dir="ltr">{field.value}</bdi>
      </dd>
    </div>
  )
}

function isLit({ from, to }: Field, lit: Span | null): boolean {
  return lit !== null && lit.from === from && lit.to === to
}

'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { memo, useMemo } from 'react'
import type { Layer } from '@/server/observe/capture/contract'
import type { Span } from './packet-detail'

const perLine = 16
/** More would make a page of it; the download has all. */
const mostBytes = 4_096

/** Sixteen bytes a line: place, bytes, text. */
export function HexView({
  bytes,
  originalLength,
  lit,
  fields,
  onLight,
}: {
  bytes: string
  originalLength: number
  lit: Span | null
  fields: readonly Layer[]
  onLight: (span: Span | null) => void
}) {
  const t = useTranslations('capture')
  const all = useMemo(() => Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)), [bytes])
  const shown = all.subarray(0, mostBytes)
  const lines = Array.from({ length: Math.ceil(shown.length / perLine) }, (_, index) => index * perLine)
  const point = (at: number) => onLight(narrowest(fields, at))
  return (
    <section
      aria-label={t('bytesOf', { count: all.length })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      className="overflow-auto border-line border-l bg-sunken px-3 py-1.5 font-mono text-xs leading-[18px]"
      onPointerLeave={() => onLight(null)}
    >
      {lines.map((from) => (
        <Line key={from} bytes={shown} from={from} lit={within(lit, from)} onPoint={point} />
      ))}
      {all.length > shown.length && (
        <p className="text-faint">{t('moreBytes', { count: all.length - shown.length })}</p>
      )}
      {originalLength > all.length && (
        <p className="text-warn">{t('cutBytes', { count: originalLength - all.length })}</p>
      )}
    </section>
  )
}

/** The part of a span that lies in a line, as text, so that lines that it does not touch need not be drawn anew. */
function within(lit: Span | null, from: number): string {
  if (lit === null) return ''
  const [first, end] = [Math.max(lit.from, from), Math.min(lit.to, from + perLine)]
  return first < end ? `${first}-${end}` : ''
}

const Line = memo(function Line({
  bytes,
  from,
  lit,
  onPoint,
}: {
  bytes: Uint8Array
  from: number
  lit: string
  onPoint: (at: number) => void
}) {
  const [first = 0, end = 0] = lit === '' ? [] : lit.split('-').map(Number)
  const line = [...bytes.subarray(from, from + perLine)]
  const cellClass = (at: number) => clsx(at >= first && at < end && 'bg-accent text-on-accent')
  return (
    <div className="flex whitespace-pre">
      <span className="mr-3 select-none text-faint">{from.toString(16).padStart(4, '0')}</span>
      <span className="mr-3 w-[51ch]">
        {line.map((byte, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
            key={index}
            className={cellClass(from + index)}
            onPointerEnter={() => onPoint(from + index)}
          >
            {byte.toString(16).padStart(2, '0')}
            {index === 7 ? '  ' : ' '}
          </span>
        ))}
      </span>
      <span aria-hidden="true" className="text-muted">
        {line.map((byte, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
            key={index}
            className={cellClass(from + index)}
          >
            {byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'}
          </span>
        ))}
      </span>
    </div>
  )
})

/** The field that a byte belongs to: the shortest that has it. */
function narrowest(layers: readonly Layer[], at: number): Span | null {
  const spans: Span[] = layers.flatMap((layer) => [layer, ...layer.fields])
  const own = spans.filter(({ from, to }) => from <= at && at < to)
  return own.sort((a, b) => a.to - a.from - (b.to - b.from))[0] ?? null
}

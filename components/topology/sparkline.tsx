'use client'

import { useTranslations } from 'next-intl'
import { formatBitRate } from './bit-rate'
import type { TrafficSample } from './samples'

const width = 300
const height = 48
const kept = 60

/** The last minute of a cable: what came in above, what went out as a line over it; the peak is that of all samples. */
export function Sparkline({ samples: all, colour }: { samples: readonly TrafficSample[]; colour: string }) {
  const samples = all.slice(-kept)
  const t = useTranslations('panel.traffic')
  const peak = Math.max(1, ...samples.map(({ rx, tx }) => Math.max(rx, tx)))
  const highest = Math.max(0, ...all.map(({ rx, tx }) => Math.max(rx, tx)))
  const last = samples.at(-1)
  const line = (of: (sample: TrafficSample) => number) =>
    samples
      .map((sample, index) => {
        const x = width - (samples.length - 1 - index) * (width / (kept - 1))
        return `${x.toFixed(1)},${(height - 2 - (of(sample) / peak) * (height - 6)).toFixed(1)}`
      })
      .join(' ')
  const left = width - (samples.length - 1) * (width / (kept - 1))
  return (
    <figure className="flex flex-col gap-1.5">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="h-12 w-full rounded-md border border-line bg-sunken"
        role="img"
        aria-label={t('label')}
      >
        {samples.length > 1 && (
          <>
            <polygon
              points={`${left.toFixed(1)},${height} ${line(({ rx }) => rx)} ${width},${height}`}
              fill={colour}
              opacity="0.22"
            />
            <polyline
              points={line(({ rx }) => rx)}
              fill="none"
              stroke={colour}
              strokeWidth="1.5"
              vectorEffect="non-scaling-stroke"
            />
            <polyline
              points={line(({ tx }) => tx)}
              fill="none"
              stroke="var(--faint)"
              strokeWidth="1"
              strokeDasharray="3 3"
              vectorEffect="non-scaling-stroke"
            />
          </>
        )}
      </svg>
      <figcaption className="flex gap-3 whitespace-nowrap font-mono text-muted text-xs">
        <span>{t('in', { rate: formatBitRate(last?.rx ?? 0) })}</span>
        <span>{t('out', { rate: formatBitRate(last?.tx ?? 0) })}</span>
        {samples.length > 0 && (
          <span className="ml-auto text-faint" title={t('peakSpan')}>
            {t('peak', { rate: formatBitRate(highest) })}
          </span>
        )}
      </figcaption>
    </figure>
  )
}

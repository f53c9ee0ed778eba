'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { PointView } from '@/server/observe/capture/contract'
import { type RowProps, VirtualTable } from '../tables/virtual-table'
import { EmptyState } from '../ui/empty-state'
import type { CaptureFeed } from './capture-feed'
import { LostPoints } from './capture-state'
import { delayOf, endOf, secondsOf } from './packet-words'
import { type Journey, type Step, sequenceOf } from './sequence'

/** Hops as columns, and each packet's way over them as a row, with what it took and where it was not seen again. */
export function SequenceDiagram({ feed }: { feed: CaptureFeed }) {
  const t = useTranslations('capture')
  const { rows, points, end } = feed
  const taken = useNowAndThen(rows, end === null && rows.length > fewRows ? calmMs : 0)
  const journeys = useMemo(() => {
    const untilNs = end === null ? (taken.at(-1)?.atNs ?? 0) : Number.POSITIVE_INFINITY
    return sequenceOf(taken, points, untilNs)
  }, [taken, points, end])
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <LostPoints feed={feed} />
      <p className="shrink-0 px-4 py-1.5 text-faint text-xs">{t('sequenceHint')}</p>
      <VirtualTable<Journey>
        label={t('sequence')}
        className="min-h-0 flex-1"
        minWidth={220 + points.length * 200}
        columns={[
          { key: 'time', header: t('column.time'), width: '100px', align: 'right' },
          { key: 'way', header: <Heads points={points} /> },
        ]}
        items={journeys}
        itemKey={({ number }) => String(number)}
        estimateHeight={() => 46}
        empty={<EmptyState title={t('none')}>{t('noneHint')}</EmptyState>}
        renderItem={(journey, rowProps) => (
          <JourneyRow key={journey.number} journey={journey} points={points} rowProps={rowProps} />
        )}
      />
    </div>
  )
}

/** More than these take longer to match than they take to come: then it is done less often. */
const [fewRows, calmMs] = [4_000, 1_500]

/** The value, anew no more often than that. */
function useNowAndThen<Value>(value: Value, everyMs: number): Value {
  const [shown, setShown] = useState(value)
  const at = useRef(0)
  useEffect(() => {
    const timer = window.setTimeout(
      () => {
        at.current = Date.now()
        setShown(value)
      },
      Math.max(0, at.current + everyMs - Date.now()),
    )
    return () => window.clearTimeout(timer)
  }, [value, everyMs])
  return everyMs === 0 ? value : shown
}

function Heads({ points }: { points: readonly PointView[] }) {
  return (
    <span className="flex">
      {points.map(({ label }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a hop is its place
        <bdi key={index} className="flex-1 truncate text-center font-mono text-ink" title={label}>
          {label}
        </bdi>
      ))}
    </span>
  )
}

/** Where the line of a hop stands, in percent of the whole. */
const place = (point: number, count: number) => ((point + 0.5) / count) * 100

function JourneyRow({
  journey,
  points,
  rowProps,
}: {
  journey: Journey
  points: readonly PointView[]
  rowProps: RowProps
}) {
  const t = useTranslations('capture')
  const first = journey.steps[0]?.row
  if (!first) return null
  const label = (point: number) => points[point]?.label ?? ''
  const spoken = journey.steps.map(({ row }) => label(row.point)).join(' → ')
  return (
    <tr {...rowProps} className="hover:bg-hover">
      <td className="border-line border-b px-3 text-right align-top font-mono text-muted text-xs leading-[22px]">
        {secondsOf(first.atNs)}
      </td>
      <td className="relative h-[46px] border-line border-b p-0">
        <span className="sr-only">{`${spoken}: `}</span>
        <Way journey={journey} count={points.length} />
        <span className="pointer-events-none absolute inset-x-3 top-0.5 flex justify-center gap-2 text-xs">
          <span className="shrink-0 text-muted">{first.protocol}</span>
          <bdi dir="ltr" className="truncate bg-surface/80 px-1 font-mono" title={first.info}>
            {first.info}
          </bdi>
        </span>
        {journey.missing !== null && (
          <span
            className="absolute bottom-0.5 -translate-x-1/2 whitespace-nowrap bg-surface px-1 text-2xs text-warn"
            style={{ left: `${place(journey.missing, points.length)}%` }}
          >
            {t('notSeen')}
          </span>
        )}
      </td>
    </tr>
  )
}

const height = 46
const line = 30

function Way({ journey: { steps, missing }, count }: { journey: Journey; count: number }) {
  const t = useTranslations('capture')
  const x = (point: number) => `${place(point, count)}%`
  const last = steps.at(-1)?.row.point ?? 0
  return (
    <>
      <svg aria-hidden="true" className="absolute inset-0 size-full overflow-visible">
        {Array.from({ length: count }, (_, point) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a hop is its place
          <line key={point} x1={x(point)} x2={x(point)} y1={0} y2={height} className="stroke-line-strong" />
        ))}
        {missing !== null && (
          <line
            x1={x(last)}
            x2={`${(place(last, count) + place(missing, count)) / 2}%`}
            y1={line}
            y2={line}
            strokeDasharray="4 3"
            className="stroke-warn"
          />
        )}
        {steps.slice(1).map((step, index) => (
          <line
            key={step.row.number}
            x1={x(steps[index]?.row.point ?? 0)}
            x2={x(step.row.point)}
            y1={line}
            y2={line}
            className={clsx('stroke-[1.5]', step.isTranslated ? 'stroke-(--net-2)' : 'stroke-accent')}
          />
        ))}
        {steps.map(({ row }) => (
          <circle key={row.number} cx={x(row.point)} cy={line} r={3.5} className="fill-accent stroke-surface" />
        ))}
      </svg>
      {steps.slice(1).map((step, index) => (
        <Between
          key={step.row.number}
          before={steps[index] as Step}
          step={step}
          count={count}
          words={t('translated')}
        />
      ))}
    </>
  )
}

/** Between two hops: which way it went, what it took, and what was changed. */
function Between({ before, step, count, words }: { before: Step; step: Step; count: number; words: string }) {
  const t = useTranslations('capture')
  const { row } = step
  const middle = (place(before.row.point, count) + place(row.point, count)) / 2
  const to = `${endOf(row.source, row.sourcePort)} → ${endOf(row.destination, row.destinationPort)}`
  return (
    <span
      className="absolute -translate-x-1/2 whitespace-nowrap bg-surface px-1 font-mono text-2xs text-muted"
      style={{ left: `${middle}%`, top: line - 7 }}
      title={step.isTranslated ? to : undefined}
    >
      {row.point < before.row.point && '◂ '}
      {delayOf(row.atNs - before.row.atNs)}
      {step.isTranslated && <span className="text-(--net-2)"> {`${words} ${to}`}</span>}
      {step.isTunnelled && ` ${t('tunnel')}`}
      {row.point > before.row.point && ' ▸'}
    </span>
  )
}

'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ArrowLeft, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useId, useState } from 'react'
import type { Told } from '@/server/cnm/sentence'
import type { PointRequest } from '@/server/observe/capture/contract'
import { useSay } from '../i18n/use-say'
import { FilterChips } from '../tables/filter-chips'
import { type ApiError, useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { Select } from '../ui/select'
import { FilterHelp } from './filter-help'
import { filterParts, hasPart, togglePart } from './filter-parts'
import { pointText } from './point-address'
import { usePointLabel } from './point-label'
import { PointPicker } from './point-picker'

export interface CaptureDraft {
  readonly points: readonly PointRequest[]
  readonly filter: string
  readonly seconds: number
  readonly megabytes: number
  readonly packets: number
}

const mostPoints = 8
const seconds = [10, 60, 300, 600] as const
const megabytes = [1, 16, 64] as const
const packets = [1_000, 10_000, 100_000] as const

/** Where, what and how much; locked while it runs. */
export function CaptureForm(props: {
  draft: CaptureDraft
  onChange: (draft: CaptureDraft) => void
  isLocked: boolean
  error: ApiError | null
}) {
  const { draft, onChange, isLocked, error } = props
  const t = useTranslations('capture')
  return (
    <fieldset disabled={isLocked} className="flex shrink-0 flex-col gap-2 border-line border-b px-4 py-2.5">
      <Points {...props} />
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <FilterField {...props} />
        <div className="flex items-center gap-2">
          <Bound
            label={t('secondsLabel')}
            value={draft.seconds}
            values={seconds}
            words={(value) => t('secondsValue', { count: value })}
            onChange={(value) => onChange({ ...draft, seconds: value })}
          />
          <Bound
            label={t('bytesLabel')}
            value={draft.megabytes}
            values={megabytes}
            words={(value) => t('megabytes', { size: String(value) })}
            onChange={(value) => onChange({ ...draft, megabytes: value })}
          />
          <Bound
            wide
            label={t('packetsLabel')}
            value={draft.packets}
            values={packets}
            words={(value) => t('packetsValue', { count: value })}
            onChange={(value) => onChange({ ...draft, packets: value })}
          />
        </div>
      </div>
      {error !== null && error.data?.patchbay?.field !== 'filter' && (
        <p role="alert" className="text-bad text-sm">
          {error.message}
        </p>
      )}
    </fieldset>
  )
}

function Points({ draft, onChange, isLocked }: Parameters<typeof CaptureForm>[0]) {
  const t = useTranslations('capture')
  const change = (points: readonly PointRequest[]) => onChange({ ...draft, points })
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <ol aria-label={t('points')} className="contents">
        {draft.points.map((point, index) => (
          <li
            key={pointText(point)}
            className="inline-flex h-7 max-w-full items-center gap-1 rounded-md border border-line-strong bg-sunken pl-2.5 text-sm"
          >
            <PointLabel point={point} />
            {index > 0 && (
              <IconButton
                label={t('earlier')}
                size="small"
                disabled={isLocked}
                onClick={() => change(swapped(draft.points, index))}
              >
                <ArrowLeft />
              </IconButton>
            )}
            <IconButton
              label={t('removePoint')}
              size="small"
              disabled={isLocked}
              onClick={() => change(draft.points.filter((other) => other !== point))}
            >
              <X />
            </IconButton>
          </li>
        ))}
      </ol>
      {draft.points.length < mostPoints && (
        <PointPicker
          chosen={draft.points.map(pointText)}
          isDisabled={isLocked}
          onPick={(point) => change([...draft.points, point])}
        />
      )}
    </div>
  )
}

function PointLabel({ point }: { point: PointRequest }) {
  const label = usePointLabel(point)
  return <bdi className="min-w-0 truncate font-mono text-xs">{label}</bdi>
}

function swapped<Item>(items: readonly Item[], index: number): Item[] {
  const [before, moved] = items.slice(index - 1, index + 1) as [Item, Item]
  return [...items.slice(0, index - 1), moved, before, ...items.slice(index + 1)]
}

const settleMs = 400

/** tcpdump itself says whether it is one, as one types. */
function FilterField({ draft, onChange, error, isLocked }: Parameters<typeof CaptureForm>[0]) {
  const t = useTranslations('capture')
  const say = useSay()
  const noteId = useId()
  const checked = useSettled(draft.filter, settleMs)
  const check = useQuery(
    useTRPC().capture.check.queryOptions(
      { filter: checked },
      { enabled: checked.trim() !== '', retry: false, placeholderData: keepPreviousData },
    ),
  )
  const wrong =
    checked.trim() === '' ? null : (check.error ?? (error?.data?.patchbay?.field === 'filter' ? error : null))
  const parts = useFilterParts(draft.points)
  const set = (filter: string) => onChange({ ...draft, filter })
  return (
    <div className="flex min-w-64 flex-1 flex-col gap-1.5">
      <div className="flex items-center gap-1">
        <Input
          mono
          aria-label={t('filter')}
          placeholder={t('filterExample')}
          value={draft.filter}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? noteId : undefined}
          onChange={(event) => set(event.target.value)}
        />
        <FilterHelp isDisabled={isLocked} onChoose={set} />
      </div>
      {wrong && (
        <p id={noteId} role="alert" className="text-bad text-xs">
          {t('filterWrong', { reason: say((wrong.data?.patchbay?.data.reason as Told | undefined) ?? wrong.message) })}
        </p>
      )}
      <FilterChips
        label={t('quick')}
        chips={parts.map(({ key }) => ({ value: key, label: t(`part.${key}`) }))}
        selected={parts.filter(({ part }) => hasPart(draft.filter, part)).map(({ key }) => key)}
        onChange={(selected) => {
          const pressed = parts.find(({ key, part }) => selected.includes(key) !== hasPart(draft.filter, part))
          if (pressed) set(togglePart(draft.filter, pressed.part))
        }}
      />
    </div>
  )
}

function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

type PartKey = keyof typeof filterParts | 'container'

/** Those that are always of use, and the addresses of the first container that was chosen. */
function useFilterParts(points: readonly PointRequest[]): readonly { key: PartKey; part: string }[] {
  const first = points.find(({ container }) => container !== undefined)?.container
  const addresses = useSnapshot(({ containers, endpoints }) => {
    const id = Object.values(containers).find((one) => one.id === first || one.name === first)?.id
    const own = Object.values(endpoints).filter(({ containerId }) => containerId === id)
    return own
      .flatMap(({ ipv4Address, ipv6Address }) => [ipv4Address, ipv6Address])
      .flatMap((one) => one?.split('/')[0] ?? [])
  })
  const fixed = (Object.keys(filterParts) as (keyof typeof filterParts)[]).map((key) => ({
    key,
    part: filterParts[key],
  }))
  if (addresses.length === 0) return fixed
  const part = addresses.map((address) => `host ${address}`).join(' or ')
  return [{ key: 'container' as const, part }, ...fixed]
}

function Bound<Value extends number>({
  label,
  value,
  values,
  words,
  wide = false,
  onChange,
}: {
  label: string
  wide?: boolean
  value: number
  values: readonly Value[]
  words: (value: number) => string
  onChange: (value: number) => void
}) {
  return (
    <div className={wide ? 'w-44 shrink-0' : 'w-24 shrink-0'}>
      <Select
        aria-label={label}
        value={String(value)}
        onValueChange={(next) => onChange(Number(next))}
        options={values.map((one) => ({ value: String(one), label: words(one) }))}
      />
    </div>
  )
}

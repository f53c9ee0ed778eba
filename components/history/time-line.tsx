'use client'

import { useFormatter, useTranslations } from 'next-intl'
import { clockTime } from '../i18n/clock-time'
import { gapsOf, type HistoryEvent, type Timeline } from './events'

const colours: Record<string, string> = {
  operation: 'var(--accent)',
  failed: 'var(--bad)',
  kernel: 'var(--ink)',
  drift: 'var(--warn)',
  mended: 'var(--ok)',
  container: 'var(--muted)',
}
/** Rows of the line, so that marks of one second do not hide each other. */
const rows: Record<HistoryEvent['type'], number> = { operation: 0, kernel: 1, drift: 1, mended: 1, container: 2 }
/** About a pixel. */
const apartMs = 3_000
const tickMs = 10 * 60_000

/** Of events that would lie on each other, one; a failed operation before those that are done. */
function drawnApart(events: readonly HistoryEvent[]) {
  const drawn = new Map<string, { key: string; at: number; type: string; row: number }>()
  for (const { at, type, operation } of events) {
    const row = rows[type]
    const key = `${row} ${Math.floor(at / apartMs)}`
    const shown = operation?.status === 'failed' ? 'failed' : type
    if (shown === 'failed' || !drawn.has(key)) drawn.set(key, { key, at, type: shown, row })
  }
  return [...drawn.values()]
}

/** The hour as a line with a mark for each thing that happened; a slider chooses the moment, its right end is now. */
export function TimeLine({
  view,
  events,
  moment,
  onChoose,
}: {
  view: Timeline
  events: readonly HistoryEvent[]
  moment: number | null
  onChoose: (at: number | null) => void
}) {
  const t = useTranslations('time.history')
  const format = useFormatter()
  const time = (at: number) => format.dateTime(new Date(at), clockTime)
  const begin = view.now - 60 * 60_000
  const place = (at: number) => `${Math.min(100, Math.max(0, ((at - begin) / (view.now - begin)) * 100))}%`
  const ticks = Array.from({ length: 6 }, (_, at) => Math.ceil(begin / tickMs) * tickMs + at * tickMs)
  const gaps = gapsOf({ ...view, from: Math.max(begin, view.from) })
  return (
    <div className="shrink-0 border-line border-b px-5 pt-2.5 pb-1.5">
      <div className="relative h-11">
        <div
          aria-hidden="true"
          className="absolute inset-x-0 top-1 h-7 overflow-hidden rounded border border-line bg-sunken"
        >
          {gaps.map((gap) => (
            <span
              key={gap.from}
              title={t('gap', { from: time(gap.from), to: time(gap.to) })}
              className="absolute inset-y-0 bg-[repeating-linear-gradient(135deg,transparent_0_4px,var(--line)_4px_6px)]"
              style={{ left: place(gap.from), width: `calc(${place(gap.to)} - ${place(gap.from)})` }}
            />
          ))}
          {drawnApart(events).map(({ key, at, type, row }) => (
            <span
              key={key}
              className="absolute w-0.5 rounded-full"
              style={{ left: place(at), top: `${3 + row * 7}px`, height: '7px', background: colours[type] }}
            />
          ))}
          {moment !== null && <span className="absolute inset-y-0 w-px bg-warn" style={{ left: place(moment) }} />}
        </div>
        <input
          type="range"
          min={begin}
          max={view.now}
          step={1_000}
          value={moment ?? view.now}
          aria-label={t('line')}
          aria-valuetext={moment === null ? t('now') : time(moment)}
          onChange={({ target }) => {
            const at = Number(target.value)
            onChoose(at > view.now - 1_000 ? null : at)
          }}
          className="absolute inset-x-[-8px] top-1 h-7 w-[calc(100%+16px)] cursor-ew-resize appearance-none bg-transparent accent-(--accent) focus-visible:outline-2 focus-visible:outline-accent [&::-webkit-slider-thumb]:h-7 [&::-webkit-slider-thumb]:w-4 [&::-webkit-slider-thumb]:appearance-none [&::-webkit-slider-thumb]:rounded [&::-webkit-slider-thumb]:border [&::-webkit-slider-thumb]:border-accent [&::-webkit-slider-thumb]:bg-accent/25"
        />
        <div aria-hidden="true" className="absolute inset-x-0 top-8 h-3 font-mono text-[10px] text-muted leading-3">
          {ticks
            .filter((at) => at < view.now - 3 * 60_000)
            .map((at) => (
              <span key={at} className="absolute -translate-x-1/2" style={{ left: place(at) }}>
                {format.dateTime(new Date(at), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}
              </span>
            ))}
          <span className="absolute right-0">{t('now')}</span>
        </div>
      </div>
      {view.from > begin + 60_000 && view.observed.length > 0 && view.from > (view.observed[0]?.from ?? 0) && (
        <p className="text-muted text-xs">{t('shortened', { time: time(view.from) })}</p>
      )}
      {gaps.length > 0 && (
        <p className="sr-only">{gaps.map((gap) => t('gap', { from: time(gap.from), to: time(gap.to) })).join('. ')}</p>
      )}
    </div>
  )
}

'use client'

import { Camera, RefreshCw, Send } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import { clockTime } from '../i18n/clock-time'
import { useSay } from '../i18n/use-say'
import { type AddressState, useAddressState } from '../tables/address-state'
import { isolated } from '../tables/namespaces/isolated'
import { TablePage } from '../tables/table-page'
import { useContainers } from '../trace/place-field'
import { useStream } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { Choice } from '../ui/choice'
import { EmptyState } from '../ui/empty-state'
import { IconButton } from '../ui/icon-button'
import { Progress } from '../ui/progress'
import { Select } from '../ui/select'
import { Spinner } from '../ui/spinner'
import { Changes } from './changes'
import type { Group } from './groups'
import { Legend } from './legend'
import type { Matrix, Moment } from './matrix'
import { MatrixTable } from './matrix-table'
import { groupKey, NetworkTable, useGroupName } from './network-table'
import { ReachForm, readAsked } from './reach-form'
import { nothing, useComparison } from './use-comparison'
import { useParts } from './use-parts'
import { useReach, useVerification } from './use-reach'

/** The page `/reach`: every container against every other, the host and outside. */
export function Reach() {
  const { parameters, change } = useAddressState()
  const containers = useContainers()
  const { hasPicture } = useStream()
  if (!hasPicture) return <Waiting />
  if (containers.length === 0) return <NoContainers />
  return <ReachPage containers={containers.map(({ id }) => id).join()} {...{ change, parameters }} />
}

function Waiting() {
  const t = useTranslations('probe.reach')
  return (
    <TablePage title={t('title')} tools={null}>
      <EmptyState icon={<Spinner />} title={t('waiting')} />
    </TablePage>
  )
}

function NoContainers() {
  const t = useTranslations('probe.reach')
  return (
    <TablePage title={t('title')} tools={null}>
      <EmptyState icon={<Send />} title={t('none')}>
        {t('noneText')}
      </EmptyState>
    </TablePage>
  )
}

function ReachPage({
  containers,
  change,
  parameters,
}: {
  /** Who is there, as text. */
  containers: string
  change: AddressState['change']
  parameters: URLSearchParams
}) {
  const t = useTranslations('probe.reach')
  const say = useSay()
  const asked = readAsked(parameters)
  const { matrix, reset, error } = useReach(asked, containers)
  const verification = useVerification(asked)
  const comparison = useComparison(matrix, JSON.stringify(asked))
  const parts = useParts(matrix, parameters)
  const failure = verification.error ?? error ?? (matrix?.failed && say(matrix.failed))
  return (
    <TablePage
      title={t('title')}
      aside={matrix && <Took matrix={matrix} />}
      tools={
        <>
          <Choice
            label={t('view')}
            showLabel={false}
            value={parts.view}
            onValueChange={(view) => change({ view, from: '', to: '' })}
            options={[
              { value: 'networks', label: t('byNetwork') },
              { value: 'all', label: t('each') },
            ]}
          />
          <ReachForm asked={asked} outside={parameters.get('outside') ?? ''} onChange={change} />
          <IconButton label={t('again')} onClick={() => reset()}>
            <RefreshCw className="size-3.5" />
          </IconButton>
          <Button
            size="small"
            disabled={!matrix?.computedAt}
            title={t('rememberTitle')}
            onClick={comparison.rememberNow}
          >
            <Camera aria-hidden="true" className="size-3.5" />
            {t('remember')}
          </Button>
          {comparison.moments.length > 0 && (
            <MomentSelect moments={comparison.moments} value={comparison.compared} onChange={comparison.compare} />
          )}
          {verification.isBusy ? (
            <Button size="small" onClick={() => void verification.cancel()}>
              {t('cancel')}
            </Button>
          ) : (
            <Button variant="primary" size="small" title={t('verifyTitle')} onClick={() => void verification.verify()}>
              <Send aria-hidden="true" className="size-3.5" />
              {t('verify')}
            </Button>
          )}
        </>
      }
    >
      {matrix && <Computing matrix={matrix} />}
      {failure && (
        <p role="alert" className="border-line border-b px-4 py-2 text-bad text-sm">
          {isolated(failure)}
        </p>
      )}
      {verification.state && <Verifying {...verification} />}
      {comparison.moment && <Changes changes={comparison.changes} gone={comparison.gone} />}
      {matrix === null ? (
        <EmptyState icon={<Spinner />} title={t('waiting')} />
      ) : (
        <>
          <Legend matrix={matrix} />
          {parts.view === 'networks' ? (
            <NetworkTable
              {...{ matrix, rows: parts.rowGroups, columns: parts.columnGroups, changes: comparison.changes }}
              onOpen={(from, to) => change({ view: 'all', from: groupKey(from), to: groupKey(to) }, { push: true })}
            />
          ) : (
            <>
              {parts.chosen && (
                <PartShown {...parts.chosen} onAll={() => change({ view: parts.usual, from: '', to: '' })} />
              )}
              <MatrixTable
                {...{ matrix, part: parts.part, by: asked.by, verified: verification.cells }}
                changes={comparison.changes}
              />
            </>
          )}
        </>
      )}
    </TablePage>
  )
}

/** Which part of the whole is shown, and that it is one. */
function PartShown({ from, to, onAll }: { from: Group; to: Group; onAll: () => void }) {
  const t = useTranslations('probe.reach')
  const nameOf = useGroupName()
  return (
    <p className="flex shrink-0 items-center gap-3 border-line border-b px-4 py-1.5 text-sm">
      <span className="min-w-0 truncate">{t('part', { from: nameOf(from), to: nameOf(to) })}</span>
      <Button size="small" variant="ghost" onClick={onAll}>
        {t('whole')}
      </Button>
    </p>
  )
}

/** How far it is, as long as that takes longer than a moment. */
function Computing({ matrix: { cells, filled, computedAt } }: { matrix: Matrix }) {
  const t = useTranslations('probe.reach')
  if (computedAt !== null || cells.length < fewCells) return null
  return (
    <div
      className="flex items-center gap-3 border-line border-b px-4 py-1.5 text-sm"
      role="status"
      data-testid="computing"
    >
      <span className="whitespace-nowrap tabular-nums">{t('filled', { filled, total: cells.length })}</span>
      <Progress value={filled} max={cells.length} label={t('computing')} />
    </div>
  )
}

const fewCells = 1_000

function Took({ matrix }: { matrix: Matrix }) {
  const t = useTranslations('probe.reach')
  const format = useFormatter()
  if (matrix.durationMs === null) return <Spinner className="size-3.5 text-faint" />
  return (
    <span className="text-faint text-xs tabular-nums" data-testid="reach-took">
      {t('took', { cells: matrix.cells.length, ms: format.number(matrix.durationMs, { maximumFractionDigits: 0 }) })}
    </span>
  )
}

function MomentSelect({
  moments,
  value,
  onChange,
}: {
  moments: readonly Moment[]
  value: string
  onChange: (at: string) => void
}) {
  const t = useTranslations('probe.reach')
  const format = useFormatter()
  return (
    <div className="w-44">
      <Select
        aria-label={t('compare')}
        className="h-7! text-sm"
        value={value}
        onValueChange={onChange}
        options={[
          { value: nothing, label: t('compareNothing') },
          ...moments.map(({ at }) => ({
            value: at,
            label: t('since', { time: format.dateTime(new Date(at), clockTime) }),
          })),
        ]}
      />
    </div>
  )
}

function Verifying({ state, cells }: Pick<ReturnType<typeof useVerification>, 'state' | 'cells'>) {
  const t = useTranslations('probe.reach')
  const say = useSay()
  if (!state) return null
  const differing = [...cells.values()].filter(({ agreement }) => agreement === 'differs').length
  return (
    <div
      className="flex items-center gap-3 border-line border-b px-4 py-1.5 text-sm"
      role="status"
      data-testid="verified"
    >
      <span className="whitespace-nowrap">{t(`stage.${state.stage}`, { sent: state.sent, total: state.total })}</span>
      {(state.stage === 'sending' || state.stage === 'explaining') && (
        <Progress value={state.total === 0 ? null : state.sent} max={Math.max(1, state.total)} label={t('progress')} />
      )}
      {state.stage === 'failed' && <span className="text-bad">{isolated(say(state.message ?? ''))}</span>}
      {state.sent > 0 && (
        <span className={differing > 0 ? 'whitespace-nowrap font-medium text-bad' : 'whitespace-nowrap text-ok'}>
          {t('differing', { count: differing })}
        </span>
      )}
    </div>
  )
}

'use client'

import { Camera, RefreshCw, Send } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import { useState } from 'react'
import { clockTime } from '../i18n/clock-time'
import { useAddressState } from '../tables/address-state'
import { isolated } from '../tables/namespaces/isolated'
import { TablePage } from '../tables/table-page'
import { useContainers } from '../trace/place-field'
import { useStream } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { EmptyState } from '../ui/empty-state'
import { IconButton } from '../ui/icon-button'
import { Progress } from '../ui/progress'
import { Select } from '../ui/select'
import { Spinner } from '../ui/spinner'
import { Changes } from './changes'
import { differences, type Matrix, type Moment, momentOf } from './matrix'
import { MatrixTable } from './matrix-table'
import { useMoments } from './moments'
import { ReachForm, readAsked } from './reach-form'
import { type AskedReach, useReach, useVerification } from './use-reach'

/** The page `/reach`: every container against every other, the host and outside. */
export function Reach() {
  const { parameters, change } = useAddressState()
  const containers = useContainers()
  const asked = readAsked(parameters)
  const { hasPicture } = useStream()
  if (!hasPicture) return <Waiting />
  if (containers.length === 0) return <NoContainers />
  return <ReachPage key={containers.map(({ id }) => id).join()} asked={asked} change={change} parameters={parameters} />
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
  asked,
  change,
  parameters,
}: {
  asked: AskedReach
  change: ReturnType<typeof useAddressState>['change']
  parameters: URLSearchParams
}) {
  const t = useTranslations('probe.reach')
  const { matrix, reset, error } = useReach(asked)
  const verification = useVerification(asked)
  const { moments, remember } = useMoments()
  const [compared, setCompared] = useState<string>(nothing)
  const text = JSON.stringify(asked)
  const comparable = moments.filter((moment) => moment.asked === text)
  const moment = comparable.find(({ at }) => at === compared)
  const changes = matrix && moment ? differences(matrix, moment) : []
  const failure = verification.error ?? error ?? matrix?.failed
  const rememberNow = () => {
    if (!matrix?.computedAt) return
    remember(momentOf(matrix, text, matrix.computedAt))
    setCompared(matrix.computedAt)
  }
  return (
    <TablePage
      title={t('title')}
      aside={matrix && <Took matrix={matrix} />}
      tools={
        <>
          <ReachForm asked={asked} outside={parameters.get('outside') ?? ''} onChange={change} />
          <IconButton label={t('again')} onClick={() => reset()}>
            <RefreshCw className="size-3.5" />
          </IconButton>
          <Button size="small" disabled={!matrix?.computedAt} onClick={rememberNow}>
            <Camera aria-hidden="true" className="size-3.5" />
            {t('remember')}
          </Button>
          {comparable.length > 0 && <MomentSelect moments={comparable} value={compared} onChange={setCompared} />}
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
      {failure && (
        <p role="alert" className="border-line border-b px-4 py-2 text-bad text-sm">
          {isolated(failure)}
        </p>
      )}
      {verification.state && <Verifying {...verification} />}
      {moment && <Changes changes={changes} />}
      {matrix === null ? (
        <EmptyState icon={<Spinner />} title={t('waiting')} />
      ) : (
        <MatrixTable matrix={matrix} by={asked.by} verified={verification.cells} changes={changes} />
      )}
    </TablePage>
  )
}

function Took({ matrix }: { matrix: Matrix }) {
  const t = useTranslations('probe.reach')
  const format = useFormatter()
  if (matrix.durationMs === null) return <Spinner className="size-3.5 text-faint" />
  return (
    <span className="text-faint text-xs tabular-nums" data-testid="reach-took">
      {t('took', { cells: matrix.cells.size, ms: format.number(matrix.durationMs, { maximumFractionDigits: 0 }) })}
    </span>
  )
}

const nothing = '-'

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
      {state.stage === 'failed' && <span className="text-bad">{isolated(state.message ?? '')}</span>}
      {state.sent > 0 && (
        <span className={differing > 0 ? 'whitespace-nowrap font-medium text-bad' : 'whitespace-nowrap text-ok'}>
          {t('differing', { count: differing })}
        </span>
      )}
    </div>
  )
}

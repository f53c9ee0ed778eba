'use client'

import { SquareTerminal, Trash2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { possibleActions, useContainerAction } from '@/components/frame/container-action'
import { actionIcons } from '@/components/frame/container-action-icons'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { StatusDot } from '@/components/ui/status-dot'
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs'
import type { ContainerView } from '@/server/observe/snapshot'
import { ContainerNames } from '../names/container-names'
import { PolicySection } from '../policy/policy-section'
import { canHaveTerminal } from '../terminal/new-terminal'
import { useTerminals } from '../terminal/terminals'
import { InspectorHead } from '../topology/inspector-head'
import { shortImage } from '../topology/nodes/sandbox-node'
import { usePanelStore } from '../topology/panel-state'
import { TraceLink } from '../trace/trace-link'
import { ContainerKernel } from './container-kernel'
import { ContainerLog } from './container-log'
import { ContainerOverview } from './container-overview'
import { statusDots } from './container-status'
import { RunCommand } from './run-command'

export function ContainerInspector({ id }: { id: string }) {
  const t = useTranslations('panel.sandbox')
  const names = useTranslations('names')
  const container = useSnapshot((snapshot) => snapshot.containers[id])
  if (!container) return null
  const isOurs = container.origin === 'patchbay'
  return (
    <>
      <InspectorHead
        title={<bdi title={container.name}>{container.name}</bdi>}
        text={<Summary container={container} />}
        actions={
          <>
            {isOurs && <Actions container={container} />}
            {!isOurs && <TerminalButton container={container} />}
            {container.sandbox && <TraceLink draft={{ from: `container:${id}` }} what="from" />}
          </>
        }
      />
      <Tabs defaultValue="overview" className="min-h-0 flex-1">
        <TabList label={t('tabs')}>
          <Tab value="overview">{t('overview')}</Tab>
          {isOurs && <Tab value="log">{t('log')}</Tab>}
          {isOurs && <Tab value="run">{t('run')}</Tab>}
          {isOurs && <Tab value="policy">{t('policyTab')}</Tab>}
          {isOurs && <Tab value="names">{names('tab')}</Tab>}
          <Tab value="kernel">{t('kernel')}</Tab>
        </TabList>
        <TabPanel value="overview" className="flex flex-col gap-5">
          <ContainerOverview container={container} />
        </TabPanel>
        <TabPanel value="log" className="flex flex-col">
          <ContainerLog key={container.startedAt} id={id} />
        </TabPanel>
        <TabPanel value="run">
          <RunCommand container={container} />
        </TabPanel>
        <TabPanel value="policy">
          <PolicySection kind="container" view={container} />
        </TabPanel>
        <TabPanel value="names" className="flex flex-col gap-5">
          <ContainerNames container={container} />
        </TabPanel>
        <TabPanel value="kernel" className="flex flex-col gap-5">
          <ContainerKernel container={container} />
        </TabPanel>
      </Tabs>
    </>
  )
}

function Summary({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.sandbox')
  const common = useTranslations('common')
  const { status, exitCode, pid, health } = container
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="inline-flex items-center gap-1.5">
        <StatusDot status={statusDots[status]} />
        {common(`status.${status}`)}
      </span>
      <span className="truncate">· {shortImage(container.image)}</span>
      {pid !== null && (
        <span>
          · {t('pid')} {pid}
        </span>
      )}
      {status === 'exited' && exitCode !== null && <span>· {t('exitCode', { code: exitCode })}</span>}
      {health !== null && <Badge tone={health === 'unhealthy' ? 'bad' : 'neutral'}>{t(`healthState.${health}`)}</Badge>}
      {container.oomKilled && <Badge tone="bad">{t('oomKilled')}</Badge>}
      {container.origin !== 'patchbay' && <Badge tone="accent">{common(`origin.${container.origin}`)}</Badge>}
    </span>
  )
}

function Actions({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.sandbox')
  const store = usePanelStore()
  const run = useContainerAction()
  return (
    <>
      {possibleActions(container).map((action) => {
        const Icon = actionIcons[action]
        return (
          <Button key={action} size="small" onClick={() => run(action, container)}>
            <Icon className="size-3.5" aria-hidden="true" />
            {t(`action.${action}`)}
          </Button>
        )
      })}
      <TerminalButton container={container} />
      <Button size="small" onClick={() => store.set({ removing: { kind: 'container', id: container.id } })}>
        <Trash2 className="size-3.5" aria-hidden="true" />
        {t('action.remove')}
      </Button>
    </>
  )
}

/** One that cannot have any says why: it does not run, or no engine is there to be asked. */
function TerminalButton({ container }: { container: ContainerView }) {
  const t = useTranslations('terminal')
  const terminals = useTerminals()
  const { id, name, origin } = container
  const can = canHaveTerminal(container)
  const why = origin === 'kernel' ? t('noEngine', { command: byHand }) : t('notRunning')
  return (
    <Button
      size="small"
      disabled={!can}
      title={can ? undefined : why}
      aria-description={can ? undefined : why}
      onClick={() => terminals.open({ id, name })}
    >
      <SquareTerminal className="size-3.5" aria-hidden="true" />
      {t('button')}
    </Button>
  )
}

const byHand = 'nsenter --all --target PID'

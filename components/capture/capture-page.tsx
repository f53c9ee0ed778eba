'use client'

import { Radar } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useAddressState } from '../tables/address-state'
import { TablePage } from '../tables/table-page'
import { EmptyState } from '../ui/empty-state'
import { Spinner } from '../ui/spinner'
import { Tab, TabList, TabPanel, Tabs } from '../ui/tabs'
import { type CaptureDraft, CaptureForm } from './capture-form'
import { CaptureState } from './capture-state'
import { CaptureTools } from './capture-tools'
import { PacketDetailPane } from './packet-detail'
import { PacketTable } from './packet-table'
import { parsePoint, pointText } from './point-address'
import { useNamedPoints } from './point-label'
import { SequenceDiagram } from './sequence-diagram'
import { useCapture } from './use-capture'

const megabyte = 1024 * 1024

/** Packets at the links that one chooses: as a list, in detail, and on their way over the hops. */
export function CapturePage() {
  const t = useTranslations('capture')
  const { parameters, change } = useAddressState()
  const [draft, setDraft] = useState<CaptureDraft>(() => ({
    points: parameters.getAll('at').flatMap((text) => parsePoint(text) ?? []),
    filter: parameters.get('filter') ?? '',
    seconds: 60,
    megabytes: 16,
    packets: 10_000,
  }))
  const [selected, setSelected] = useState<number | null>(null)
  const capture = useCapture()
  const feed = useNamedPoints(capture.feed)

  function update(next: CaptureDraft) {
    setDraft(next)
    change({ at: next.points.map(pointText), filter: next.filter })
  }

  function start() {
    setSelected(null)
    const { points, filter, seconds, megabytes, packets } = draft
    capture.start({ points, filter, seconds, packets, bytes: megabytes * megabyte })
  }

  return (
    <TablePage
      title={t('title')}
      aside={<CaptureState feed={feed} isRunning={capture.isRunning} />}
      tools={<CaptureTools capture={capture} canStart={draft.points.length > 0} onStart={start} />}
    >
      <CaptureForm draft={draft} onChange={update} isLocked={capture.isRunning} error={capture.error} />
      {feed === undefined ? (
        <EmptyState icon={capture.isRunning ? <Spinner /> : <Radar />} title={t('empty')} className="flex-1">
          {t('emptyHint')}
        </EmptyState>
      ) : (
        <Tabs defaultValue="packets" className="min-h-0 flex-1">
          <TabList label={t('views')}>
            <Tab value="packets">{t('packets')}</Tab>
            <Tab value="sequence">{t('sequence')}</Tab>
          </TabList>
          <TabPanel value="packets" className="flex flex-col overflow-hidden! p-0!">
            <PacketTable feed={feed} selected={selected} onSelect={setSelected} isFollowing={capture.isRunning} />
            {selected !== null && capture.capture !== null && (
              <PacketDetailPane capture={capture.capture} number={selected} onClose={() => setSelected(null)} />
            )}
          </TabPanel>
          <TabPanel value="sequence" className="flex flex-col overflow-hidden! p-0!">
            <SequenceDiagram feed={feed} />
          </TabPanel>
        </Tabs>
      )}
    </TablePage>
  )
}

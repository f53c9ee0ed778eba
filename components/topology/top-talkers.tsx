'use client'

import { useTranslations } from 'next-intl'
import { useContext, useEffect, useState } from 'react'
import { quoteName } from '@/components/drift/drift-words'
import { useSnapshot } from '@/components/trpc/snapshot'
import { networkColour } from '@/components/ui/network-colour'
import { formatBitRate, formatBytes } from './bit-rate'
import { usePanelStore } from './panel-state'
import { type Talker, TrafficContext } from './traffic'

const shown = 8

/** The cables that carry most, by what they carry now or carried in the last minute; a click selects one. */
export function TopTalkers() {
  const t = useTranslations('time.traffic')
  const [order, setOrder] = useState<'rate' | 'minute'>('rate')
  const talkers = useTalkers(order)
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-1">
        {(['rate', 'minute'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={order === one}
            onClick={() => setOrder(one)}
            className="h-6 rounded-full border border-line px-2 text-muted text-xs hover:text-ink aria-pressed:border-line-strong aria-pressed:bg-hover aria-pressed:text-ink"
          >
            {t(one)}
          </button>
        ))}
      </div>
      {talkers.length === 0 && <p className="text-muted text-sm">{t('none')}</p>}
      <ol className="flex flex-col gap-1">
        {talkers.map((talker) => (
          <TalkerRow key={talker.id} talker={talker} most={talkers[0]} order={order} />
        ))}
      </ol>
    </div>
  )
}

function TalkerRow({ talker, most, order }: { talker: Talker; most: Talker | undefined; order: 'rate' | 'minute' }) {
  const t = useTranslations('time.traffic')
  const store = usePanelStore()
  const names = useSnapshot(({ endpoints, containers, networks }) => {
    const endpoint = endpoints[talker.id]
    const network = endpoint && networks[endpoint.networkId]
    return {
      container: endpoint && containers[endpoint.containerId]?.name,
      network: network?.name,
      colour: network?.colour ?? 0,
    }
  })
  if (names.container === undefined || names.network === undefined) return null
  const text = { container: quoteName(names.container), network: quoteName(names.network) }
  const share = ((talker[order] / Math.max(1, most?.[order] ?? 1)) * 100).toFixed(1)
  return (
    <li>
      <button
        type="button"
        aria-label={t('select', text)}
        onClick={() => store.set({ selectedCables: new Set([talker.id]), selectedNodes: new Set() })}
        className="relative flex w-full items-center gap-2 overflow-hidden rounded px-1.5 py-0.5 text-left text-sm hover:bg-hover"
      >
        <span
          aria-hidden="true"
          className="absolute inset-y-0 left-0 opacity-15"
          style={{ width: `${share}%`, background: networkColour(names.colour) }}
        />
        <span className="relative min-w-0 flex-1 truncate">{t('onCable', text)}</span>
        <span className="relative shrink-0 font-mono text-muted text-xs">
          {order === 'rate' ? formatBitRate(talker.rate) : formatBytes(talker.minute)}
        </span>
      </button>
    </li>
  )
}

/** Read anew with every second's rates. */
function useTalkers(order: 'rate' | 'minute'): readonly Talker[] {
  const feed = useContext(TrafficContext)
  const [, count] = useState(0)
  useEffect(() => feed.subscribe(() => count((before) => before + 1)), [feed])
  return feed
    .talkers()
    .filter((talker) => talker[order] > 0)
    .sort((one, other) => other[order] - one[order])
    .slice(0, shown)
}

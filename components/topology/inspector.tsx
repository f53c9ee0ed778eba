'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type PointerEvent as ReactPointerEvent, useEffect, useState } from 'react'
import { useSnapshot } from '@/components/trpc/snapshot'
import { IconButton } from '@/components/ui/icon-button'
import { EndpointInspector } from '../endpoint/endpoint-inspector'
import { NetworkInspector } from '../network/network-inspector'
import { ContainerInspector } from '../sandbox/container-inspector'
import { HostInspector } from './host-inspector'
import { ManyInspector } from './many-inspector'
import { type Subject, usePanel, usePanelStore, useSubject } from './panel-state'

const limits = { least: 288, most: 640, usual: 360 }
const storageKey = 'patchbay.inspector'

/** All there is to know about what is selected; at the right, as wide as one likes. */
export function Inspector() {
  const store = usePanelStore()
  const t = useTranslations('panel.inspector')
  const kinds = useSnapshot(({ networks, containers, endpoints }) => ({ networks, containers, endpoints }))
  const subject = useSubject((id) => (kinds.networks[id] ? 'network' : kinds.containers[id] ? 'container' : undefined))
  const many = usePanel(({ selectedNodes, selectedCables }) => selectedNodes.size + selectedCables.size > 1)
  const [width, setWidth] = useState(limits.usual)
  useEffect(() => {
    const kept = Number(localStorage.getItem(storageKey))
    if (kept > 0) setWidth(clamp(kept))
  }, [])
  const exists = subject !== null && (subject.kind === 'host' || kinds[collectionOf(subject)][subject.id] !== undefined)
  if (!exists && !many) return null
  const close = () => store.set({ selectedNodes: new Set(), selectedCables: new Set() })

  function resize(next: number) {
    setWidth(clamp(next))
    localStorage.setItem(storageKey, String(clamp(next)))
  }

  return (
    <aside
      aria-label={t('label')}
      className="relative flex h-full min-h-0 shrink-0 flex-col border-line border-l bg-surface"
      style={{ width }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.stopPropagation()
        close()
      }}
    >
      <ResizeBar width={width} onResize={resize} label={t('resize')} />
      <div className="absolute top-3 right-3 z-10">
        <IconButton label={t('close')} shortcut="Esc" size="small" onClick={close}>
          <X />
        </IconButton>
      </div>
      {many ? <ManyInspector /> : subject && <Inspected key={subject.id} subject={subject} />}
    </aside>
  )
}

function Inspected({ subject }: { subject: Subject }) {
  switch (subject.kind) {
    case 'network':
      return <NetworkInspector id={subject.id} />
    case 'container':
      return <ContainerInspector id={subject.id} />
    case 'endpoint':
      return <EndpointInspector id={subject.id} />
    case 'host':
      return <HostInspector />
  }
}

function collectionOf({ kind }: Subject): 'networks' | 'containers' | 'endpoints' {
  return kind === 'network' ? 'networks' : kind === 'container' ? 'containers' : 'endpoints'
}

function ResizeBar({ width, onResize, label }: { width: number; onResize: (width: number) => void; label: string }) {
  function onPointerDown(event: ReactPointerEvent<HTMLDivElement>) {
    const start = event.clientX
    const bar = event.currentTarget
    bar.setPointerCapture(event.pointerId)
    const move = (next: PointerEvent) => onResize(width + start - next.clientX)
    bar.addEventListener('pointermove', move)
    bar.addEventListener('pointerup', () => bar.removeEventListener('pointermove', move), { once: true })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is a widget, not a rule
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={limits.least}
      aria-valuemax={limits.most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onResize(width + 24)
        if (event.key === 'ArrowRight') onResize(width - 24)
      }}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize transition-colors duration-150 hover:bg-accent/30"
    />
  )
}

function clamp(width: number): number {
  return Math.max(limits.least, Math.min(limits.most, width))
}

'use client'

import { useReactFlow } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { useTRPCClient } from '../trpc/client'
import { toast } from '../ui/toast'
import { drawPanel, toPng } from './draw-panel'

export const exportFormats = ['png', 'svg', 'mermaid', 'json'] as const
export type ExportFormat = (typeof exportFormats)[number]

const types = { svg: 'image/svg+xml', mermaid: 'text/plain', json: 'application/json' } as const
const endings: Record<ExportFormat, string> = { png: 'png', svg: 'svg', mermaid: 'mmd', json: 'json' }

/** Saves the whole graph as a file, as it is or as it was `at` a moment. Pictures are drawn from what the page shows, so that they need the graph there. */
export function useExport(hostName: string, at?: number): (format: ExportFormat) => Promise<void> {
  const t = useTranslations('time.export')
  const client = useTRPCClient()
  const flow = useReactFlow()

  async function draw() {
    const viewport = document.querySelector('.panel .react-flow__viewport')
    if (!viewport) throw new Error('.react-flow__viewport')
    const before = flow.getViewport()
    // What is out of sight is not in the page where there is much: for a moment all is in sight.
    await flow.fitView({ duration: 0, minZoom: 0.01 })
    await nextFrames()
    const bounds = flow.getNodesBounds(flow.getNodes())
    const drawn = await drawPanel(viewport, new DOMRect(bounds.x, bounds.y, bounds.width, bounds.height))
    void flow.setViewport(before, { duration: 0 })
    return drawn
  }

  async function make(format: ExportFormat): Promise<Blob> {
    if (format === 'png') return toPng(await draw())
    if (format === 'svg') return new Blob([(await draw()).svg], { type: types.svg })
    const { graph, mermaid } = await client.host.export.query({ at })
    const text = format === 'mermaid' ? mermaid : `${JSON.stringify(graph, null, 2)}\n`
    return new Blob([text], { type: types[format] })
  }

  return async (format) => {
    try {
      const moment = at === undefined ? '' : `-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`
      const name = `patchbay-${hostName.replace(/[^\w.-]/g, '_')}${moment}.${endings[format]}`
      save(await make(format), name)
      toast.done(t('done', { name }))
    } catch (error) {
      toast.failed(t('failed', { reason: error instanceof Error ? error.message : String(error) }))
    }
  }
}

function nextFrames(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

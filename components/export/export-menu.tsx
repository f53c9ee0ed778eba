'use client'

import { Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type ReactElement, useEffect } from 'react'
import { useSnapshot } from '../trpc/snapshot'
import { Menu, MenuItem } from '../ui/menu'
import { type ExportFormat, exportFormats, useExport } from './use-export'

/** Told by the command palette, which knows no graph. */
const exportAsked = 'patchbay:export'

export function askForExport(format: ExportFormat): void {
  window.dispatchEvent(new CustomEvent(exportAsked, { detail: format }))
}

/** The graph as a file: as it is drawn, or for other programs. `at`: the moment that is drawn; absent: now. */
export function ExportMenu({ trigger, at }: { trigger: ReactElement; at?: number }) {
  const t = useTranslations('time.export')
  const host = useSnapshot((snapshot) => snapshot.host.name)
  const save = useExport(host, at)
  useEffect(() => {
    const listen = (event: Event) => event instanceof CustomEvent && void save(event.detail as ExportFormat)
    window.addEventListener(exportAsked, listen)
    return () => window.removeEventListener(exportAsked, listen)
  }, [save])
  return (
    <Menu side="top" align="start" trigger={trigger}>
      {exportFormats.map((format) => (
        <MenuItem key={format} icon={<Download />} onSelect={() => void save(format)}>
          {t(format)}
        </MenuItem>
      ))}
    </Menu>
  )
}

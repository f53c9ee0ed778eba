'use client'

import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { IconButton } from './icon-button'

/** Puts `text` on the clipboard and says so for a moment. `what` completes the name: "Copy address". */
export function CopyButton({ text, what, className }: { text: string; what?: string; className?: string }) {
  const t = useTranslations('common')
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  async function copy() {
    await writeClipboard(text)
    setCopied(true)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setCopied(false), 1500)
  }

  const name = what === undefined ? t('copy') : t('copyWhat', { what })
  return (
    <IconButton label={copied ? t('copied') : name} size="small" onClick={() => void copy()} className={className}>
      {copied ? <Check className="text-ok" /> : <Copy />}
    </IconButton>
  )
}

/** The clipboard API exists only on secure origins; a dashboard reached by plain HTTP uses a selection instead. */
export async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

'use client'

import { useTranslations } from 'next-intl'
import { writeClipboard } from '@/components/ui/copy-button'
import { toast } from '@/components/ui/toast'

/** Copies what would make the same by hand; null: it cannot be made that way. */
export function CopyAs({ docker, ip }: { docker: string | null; ip?: string | null }) {
  const t = useTranslations('panel.copy')
  const copies = [
    { label: t('docker'), text: docker },
    { label: t('ip'), text: ip ?? null },
  ].filter((copy): copy is { label: string; text: string } => copy.text !== null)
  if (copies.length === 0) return null
  async function copy(label: string, text: string) {
    await writeClipboard(`${text}\n`)
    toast.done(t('copied'), { description: text.split('\n').length > 1 ? label : text, id: 'copied' })
  }
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {copies.map(({ label, text }) => (
        <button
          key={label}
          type="button"
          title={text}
          onClick={() => void copy(label, text)}
          className="rounded text-accent text-sm hover:underline"
        >
          {label}
        </button>
      ))}
    </p>
  )
}

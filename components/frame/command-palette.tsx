'use client'

import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog } from 'radix-ui'
import { useEffect, useState } from 'react'
import { Kbd } from '../ui/kbd'
import { PaletteActions } from './palette-actions'
import { PalettePlaces } from './palette-places'
import { scorePaletteItem } from './palette-score'

const shortcut = 'Ctrl K'
const closeKey = 'Esc'

/** The search field in the top bar, and what opens from it: every place to go, every thing to do. */
export function CommandPalette() {
  const t = useTranslations('frame.palette')
  const [isOpen, setIsOpen] = useState(false)
  useEffect(() => {
    function toggle(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      setIsOpen((open) => !open)
    }
    window.addEventListener('keydown', toggle)
    return () => window.removeEventListener('keydown', toggle)
  }, [])

  return (
    <Dialog.Root open={isOpen} onOpenChange={setIsOpen}>
      <Dialog.Trigger className="flex h-7 w-full max-w-[340px] min-w-8 items-center gap-2 overflow-hidden rounded-md border border-line bg-sunken px-2 text-faint text-sm transition-colors duration-150 hover:border-line-strong hover:text-muted">
        <Search aria-hidden="true" className="size-3.5 shrink-0" />
        <span className="flex-1 truncate text-left">{t('open')}</span>
        <span aria-hidden="true" className="max-[1000px]:hidden">
          <Kbd>{shortcut}</Kbd>
        </span>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-40 w-[560px] max-w-[calc(100vw-24px)] -translate-x-1/2 animate-fade-in overflow-hidden rounded-xl border border-line-strong bg-surface shadow-float focus:outline-none"
        >
          <Dialog.Title className="sr-only">{t('title')}</Dialog.Title>
          <Palette onDone={() => setIsOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Palette({ onDone }: { onDone: () => void }) {
  const t = useTranslations('frame.palette')
  return (
    <Command label={t('title')} filter={scorePaletteItem} loop>
      <div className="flex h-11 items-center gap-2.5 border-line border-b px-3.5">
        <Search aria-hidden="true" className="size-4 text-faint" />
        <Command.Input
          placeholder={t('placeholder')}
          className="h-full flex-1 bg-transparent text-lg text-ink outline-none placeholder:text-faint"
        />
        <Kbd>{closeKey}</Kbd>
      </div>
      <Command.List label={t('title')} className="max-h-[min(420px,60vh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-muted text-sm">{t('empty')}</Command.Empty>
        <PalettePlaces onDone={onDone} />
        <PaletteActions onDone={onDone} />
      </Command.List>
    </Command>
  )
}

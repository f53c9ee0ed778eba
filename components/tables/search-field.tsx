'use client'

import { Search, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'

/** Narrows a table as one types; `/` comes here from anywhere on the page. Keeps what is typed by itself. */
export function SearchField({
  label,
  initial,
  onSearch,
}: {
  label: string
  initial: string
  onSearch: (text: string) => void
}) {
  const t = useTranslations('common')
  const [text, setText] = useState(initial)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    function focus(event: KeyboardEvent) {
      const target = event.target as HTMLElement
      if (event.key !== '/' || target.closest('input, textarea, [contenteditable]')) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])

  function search(next: string) {
    setText(next)
    onSearch(next)
  }

  return (
    <div className="relative w-60 min-w-36 max-w-60 shrink" data-search="">
      <Search aria-hidden="true" className="pointer-events-none absolute top-[7px] left-2 size-3.5 text-faint" />
      <Input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && text !== '' && search('')}
        className="h-7! text-ellipsis pr-7 pl-7 text-sm [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== '' && (
        <IconButton label={t('clear')} size="small" onClick={() => search('')} className="absolute top-0.5 right-0.5">
          <X />
        </IconButton>
      )}
    </div>
  )
}

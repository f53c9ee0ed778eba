'use client'

import Link from 'next/link'
import { DriftList } from '../drift/drift-list'
import { CommandPalette } from './command-palette'
import { Health } from './health'
import { LanguageSwitch } from './language-switch'
import { Logo } from './logo'
import { PersonMenu } from './person-menu'
import { ThemeSwitch } from './theme-switch'

/** The product's name is the same in every language. */
export const productName = 'Patchbay'

export function TopBar() {
  return (
    <header className="flex h-(--topbar) items-center gap-2 border-line border-b bg-surface pr-3 pl-3">
      <Link href="/" className="mr-1 flex items-center gap-2 rounded font-semibold text-base">
        <Logo className="size-6" />
        <span className="max-[840px]:hidden">{productName}</span>
      </Link>
      <Health />
      <DriftList />
      <div className="flex min-w-0 flex-1 justify-end">
        <CommandPalette />
      </div>
      <LanguageSwitch />
      <ThemeSwitch />
      <PersonMenu />
    </header>
  )
}

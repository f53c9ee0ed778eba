'use client'

import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'

/** Every other key is the program's. */
export const leaveKey = 'Ctrl+Shift+↑'

/** A tab of the dock: a shell, or a command, in a container. */
export interface TerminalTab {
  readonly id: number
  readonly container: { readonly id: string; readonly name: string }
  /** As words; the image's shell where empty. */
  readonly command: readonly string[]
}

interface TerminalsState {
  readonly tabs: readonly TerminalTab[]
  readonly active: number | null
  /** False: only the bar of tabs is in sight; what runs goes on. */
  readonly isUnfolded: boolean
  open(container: TerminalTab['container'], command?: readonly string[]): void
  select(id: number): void
  close(id: number): void
  setUnfolded(unfolded: boolean): void
}

const TerminalsContext = createContext<TerminalsState | null>(null)

/** Terminals live above the pages, so that they go on while one moves from one to another. */
export function TerminalsProvider({ children }: { children: ReactNode }) {
  const [tabs, setTabs] = useState<readonly TerminalTab[]>([])
  const [active, setActive] = useState<number | null>(null)
  const [isUnfolded, setUnfolded] = useState(true)
  const value = useMemo<TerminalsState>(
    () => ({
      ...{ tabs, active, isUnfolded, setUnfolded },
      open(container, command = []) {
        const id = (tabs.at(-1)?.id ?? 0) + 1
        setTabs([...tabs, { id, container, command }])
        setActive(id)
        setUnfolded(true)
      },
      select(id) {
        setActive(id)
        setUnfolded(true)
      },
      close(id) {
        const left = tabs.filter((tab) => tab.id !== id)
        setTabs(left)
        if (active === id) setActive(left.at(-1)?.id ?? null)
      },
    }),
    [tabs, active, isUnfolded],
  )
  return <TerminalsContext value={value}>{children}</TerminalsContext>
}

export function useTerminals(): TerminalsState {
  const value = useContext(TerminalsContext)
  if (!value) throw new Error('useTerminals needs a TerminalsProvider above it')
  return value
}

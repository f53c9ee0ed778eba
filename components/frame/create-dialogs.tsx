'use client'

import { createContext, type ReactNode, useContext, useState } from 'react'
import { CreateNetworkDialog } from '../network/create-network'
import { CreateContainerDialog } from '../sandbox/create-container'

type Creatable = 'network' | 'container'

const CreateContext = createContext<((what: Creatable) => void) | null>(null)

/** One dialog each for the whole frame, whoever opens it. */
export function CreateDialogs({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Creatable | null>(null)
  const close = () => setOpen(null)
  return (
    <CreateContext value={setOpen}>
      {children}
      <CreateNetworkDialog open={open === 'network'} onOpenChange={close} />
      <CreateContainerDialog open={open === 'container'} onOpenChange={close} />
    </CreateContext>
  )
}

/** Opens the dialog that makes a network or a container. */
export function useCreate(): (what: Creatable) => void {
  const create = useContext(CreateContext)
  if (!create) throw new Error('useCreate needs CreateDialogs above it')
  return create
}

'use client'

import { Cable } from 'lucide-react'
import { useRef } from 'react'
import { useSnapshot } from '@/components/trpc/snapshot'
import { IconButton } from '@/components/ui/icon-button'
import { Menu, MenuItem, MenuLabel } from '@/components/ui/menu'
import { networkColour } from '@/components/ui/network-colour'
import { checkConnection } from './connection'
import { usePanelStore } from './panel-state'

/** What the cable does on the graph, as a menu: all that a network or a sandbox can be connected to. */
export function ConnectMenu({ from, label }: { from: string; label: string }) {
  const store = usePanelStore()
  const button = useRef<HTMLButtonElement>(null)
  const partners = useSnapshot((snapshot) => {
    const others = snapshot.networks[from] ? Object.values(snapshot.containers) : Object.values(snapshot.networks)
    return others.filter(({ id }) => checkConnection(snapshot, from, id).ok)
  })
  const isNetwork = useSnapshot((snapshot) => snapshot.networks[from] !== undefined)
  if (partners.length === 0) return null

  function choose(other: string) {
    const box = button.current?.getBoundingClientRect()
    store.set({
      joint: {
        networkId: isNetwork ? from : other,
        containerIds: [isNetwork ? other : from],
        moving: null,
        at: { x: (box?.x ?? 0) - 420, y: box?.bottom ?? 0 },
      },
    })
  }

  return (
    <Menu
      trigger={
        <IconButton ref={button} label={label} size="small">
          <Cable />
        </IconButton>
      }
    >
      <MenuLabel>{label}</MenuLabel>
      {partners.map((partner) => (
        <MenuItem
          key={partner.id}
          onSelect={() => choose(partner.id)}
          icon={
            'colour' in partner && (
              <span className="mx-1 size-2 rounded-full" style={{ background: networkColour(partner.colour) }} />
            )
          }
        >
          <bdi>{partner.name}</bdi>
        </MenuItem>
      ))}
    </Menu>
  )
}

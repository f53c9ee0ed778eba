'use client'

import { CircleHelp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { IconButton } from '../ui/icon-button'

const examples = [
  ['host', 'host 10.0.0.2'],
  ['net', 'net 10.0.0.0/24'],
  ['port', 'port 53'],
  ['tcpPort', 'tcp dst port 80'],
  ['syn', 'tcp[tcpflags] & tcp-syn != 0'],
  ['rst', 'tcp[tcpflags] & tcp-rst != 0'],
  ['icmp', 'icmp or icmp6'],
  ['mac', 'ether host 02:42:0a:00:00:02'],
  ['big', 'greater 1400'],
  ['vlan', 'vlan 100'],
  ['not', 'not port 3000'],
] as const

/** What filters look like; one that is chosen is what one begins with. */
export function FilterHelp({ onChoose, isDisabled }: { onChoose: (filter: string) => void; isDisabled: boolean }) {
  const t = useTranslations('capture')
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger asChild>
        <IconButton label={t('help')} disabled={isDisabled}>
          <CircleHelp />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={12}
          aria-label={t('help')}
          className="z-30 w-96 animate-rise rounded-lg border border-line-strong bg-raised p-1.5 shadow-float"
        >
          <p className="px-2 py-1 text-muted text-xs">{t('helpHint')}</p>
          <ul>
            {examples.map(([key, filter]) => (
              <li key={key}>
                <button
                  type="button"
                  onClick={() => {
                    setIsOpen(false)
                    onChoose(filter)
                  }}
                  className="flex w-full items-baseline gap-3 rounded px-2 py-1 text-left text-sm hover:bg-hover"
                >
                  <code className="shrink-0 font-mono text-xs">{filter}</code>
                  <span className="ml-auto text-right text-muted text-xs">{t(`example.${key}`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

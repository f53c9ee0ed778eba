'use client'

import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { PointRequest, PointsView } from '@/server/observe/capture/contract'
import { PaletteGroup } from '../frame/palette-item'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { Floating } from '../ui/floating'
import { Spinner } from '../ui/spinner'
import { pointText } from './point-address'

interface Choice {
  readonly point: PointRequest
  readonly label: string
  readonly aside: string
}

/** Every link there is, by what it belongs to; searched by any of its words. */
export function PointPicker({
  chosen,
  isDisabled,
  onPick,
}: {
  chosen: readonly string[]
  isDisabled: boolean
  onPick: (point: PointRequest) => void
}) {
  const t = useTranslations('capture')
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger asChild>
        <Button size="small" disabled={isDisabled}>
          <Plus aria-hidden="true" className="size-3.5" />
          {t('addPoint')}
        </Button>
      </Popover.Trigger>
      <Floating label={t('addPoint')} className="w-[420px] overflow-hidden">
        <Choices
          chosen={chosen}
          onPick={(point) => {
            setIsOpen(false)
            onPick(point)
          }}
        />
      </Floating>
    </Popover.Root>
  )
}

function Choices({ chosen, onPick }: { chosen: readonly string[]; onPick: (point: PointRequest) => void }) {
  const t = useTranslations('capture')
  const cables = useCableChoices()
  const { data, isPending, error } = useQuery(useTRPC().capture.points.queryOptions())
  const groups = [
    { heading: t('group.cables'), choices: cables.cables },
    { heading: t('group.networks'), choices: cables.networks },
    ...(data === undefined ? [] : linkGroups(data, t('host'))),
  ]
  return (
    <Command label={t('addPoint')} loop>
      <Command.Input
        placeholder={t('searchPoint')}
        className="h-9 w-full border-line border-b bg-transparent px-3 text-base outline-none placeholder:text-faint"
      />
      <Command.List label={t('addPoint')} className="max-h-[min(380px,50vh)] overflow-y-auto p-1.5">
        {isPending ? (
          <Command.Loading>
            <span className="flex justify-center p-4">
              <Spinner />
            </span>
          </Command.Loading>
        ) : (
          <Command.Empty className="px-3 py-6 text-center text-muted text-sm">{t('noPoint')}</Command.Empty>
        )}
        {groups.map(({ heading, choices }) => (
          <Group
            key={heading}
            heading={heading}
            choices={choices.filter(({ point }) => !chosen.includes(pointText(point)))}
            onPick={onPick}
          />
        ))}
        {data !== undefined && data.unread > 0 && (
          <p className="px-2 py-1.5 text-faint text-xs">{t('unread', { count: data.unread })}</p>
        )}
        {error !== null && <p className="px-2 py-1.5 text-bad text-xs">{error.message}</p>}
      </Command.List>
    </Command>
  )
}

function Group({
  heading,
  choices,
  onPick,
}: {
  heading: string
  choices: readonly Choice[]
  onPick: (point: PointRequest) => void
}) {
  if (choices.length === 0) return null
  return (
    <PaletteGroup heading={heading}>
      {choices.map(({ point, label, aside }) => (
        <Command.Item
          key={pointText(point)}
          value={pointText(point)}
          keywords={[heading, label, aside]}
          onSelect={() => onPick(point)}
          className="flex h-8 cursor-default select-none items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-accent-soft"
        >
          <bdi className="min-w-0 flex-1 truncate">{label}</bdi>
          <bdi className="shrink-0 truncate font-mono text-faint text-xs">{aside}</bdi>
        </Command.Item>
      ))}
    </PaletteGroup>
  )
}

/** Ids rather than names: these stay what they are. */
function useCableChoices(): { cables: Choice[]; networks: Choice[] } {
  const t = useTranslations('capture')
  const containers = useSnapshot((snapshot) => snapshot.containers)
  const networks = useSnapshot((snapshot) => snapshot.networks)
  const endpoints = useSnapshot((snapshot) => Object.values(snapshot.endpoints))
  const cables = endpoints.flatMap(({ containerId, networkId, ifname, hostIfname, state }) => {
    const [container, network] = [containers[containerId]?.name, networks[networkId]?.name]
    if (container === undefined || network === undefined || state === 'idle') return []
    const [point, label] = [{ container: containerId, network: networkId }, `${container} · ${network}`]
    return [
      ...(ifname === null ? [] : [{ point, label, aside: ifname }]),
      ...(hostIfname === null
        ? []
        : [{ point: { ...point, end: 'host' as const }, label: t('hostEnd', { cable: label }), aside: hostIfname }]),
    ]
  })
  const bridges = Object.values(networks).flatMap(({ id, name, device, parent }) => {
    const link = device ?? parent
    return link === null ? [] : [{ point: { network: id }, label: name, aside: link }]
  })
  return { cables: cables.sort(byLabel), networks: bridges.sort(byLabel) }
}

function byLabel(a: Choice, b: Choice): number {
  return a.label.localeCompare(b.label)
}

/** Links of the host that are neither a network's nor a cable's, and those of other namespaces. */
function linkGroups({ places }: PointsView, host: string): { heading: string; choices: Choice[] }[] {
  return places.map(({ place, namespace, owner, links }) => ({
    heading: place === 'host' ? host : place === 'namespace' ? `${owner} · ${namespace}` : owner,
    choices: links
      .filter(({ networkId, name }) => place === 'namespace' || networkId === null || name === 'lo')
      .map(({ name, kind }) => ({
        point: place === 'host' ? { link: name } : { namespace, link: name },
        label: name,
        aside: kind,
      })),
  }))
}

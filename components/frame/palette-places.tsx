'use client'

import { Box } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '../trpc/snapshot'
import { networkColour } from '../ui/network-colour'
import { pages } from './page'
import { PaletteGroup, PaletteItem } from './palette-item'

/** Networks, containers and pages to go to. */
export function PalettePlaces({ onDone }: { onDone: () => void }) {
  const t = useTranslations('frame')
  const tStatus = useTranslations('common.status')
  const router = useRouter()
  const networks = useSnapshot((snapshot) => Object.values(snapshot.networks))
  const containers = useSnapshot((snapshot) => Object.values(snapshot.containers))

  function go(href: string) {
    onDone()
    router.push(href)
  }

  return (
    <>
      <PaletteGroup heading={t('palette.pages')}>
        {pages.map(({ key, href, icon: Icon }) => (
          <PaletteItem key={key} id={`page ${key}`} keywords={[key]} icon={<Icon />} onSelect={() => go(href)}>
            {t(`pages.${key}`)}
          </PaletteItem>
        ))}
      </PaletteGroup>
      {networks.length > 0 && (
        <PaletteGroup heading={t('palette.networks')}>
          {networks.map(({ id, name, colour, pools }) => (
            <PaletteItem
              key={id}
              id={`network ${id}`}
              keywords={pools.map(({ subnet }) => subnet)}
              icon={<span className="mx-1 size-2 rounded-full" style={{ background: networkColour(colour) }} />}
              aside={pools[0]?.subnet}
              onSelect={() => go(`/?select=${id}`)}
            >
              {name}
            </PaletteItem>
          ))}
        </PaletteGroup>
      )}
      {containers.length > 0 && (
        <PaletteGroup heading={t('palette.containers')}>
          {containers.map(({ id, name, image, status }) => (
            <PaletteItem
              key={id}
              id={`container ${id}`}
              keywords={[image]}
              icon={<Box />}
              aside={tStatus(status)}
              onSelect={() => go(`/?select=${id}`)}
            >
              {name}
            </PaletteItem>
          ))}
        </PaletteGroup>
      )}
    </>
  )
}

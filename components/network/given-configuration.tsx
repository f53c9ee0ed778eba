'use client'

import { useTranslations } from 'next-intl'
import type { NetworkView } from '@/server/observe/snapshot'
import { Fact, Facts } from '../topology/facts'
import { serialOption } from './ipam'

export type Configuration = Pick<
  NetworkView,
  'pools' | 'ipamDriver' | 'ipamOptions' | 'options' | 'labels' | 'configuration'
>

/** What a configuration says, to be read: families, who hands out addresses, subnets, options and labels. */
export function ConfigurationFacts({ of }: { of: Configuration }) {
  const t = useTranslations('panel.configuration')
  const ipam = useTranslations('panel.createNetwork.ipamNames')
  const { configuration, pools, ipamDriver = 'default', ipamOptions = {}, options, labels } = of
  const way = ipamDriver === 'default' && ipamOptions[serialOption] === 'true' ? 'serial' : ipamDriver
  return (
    <div className="flex flex-col gap-2.5">
      <Facts>
        {configuration && (
          <Fact name={t('families')} value={t(`familiesOf.${familiesOf(configuration)}`)} copies={false} />
        )}
        <Fact name={t('addresses')} value={isKnown(way) ? ipam(way) : way} copies={false} />
        {pools.length === 0 && way !== 'dhcp' && way !== 'null' && (
          <Fact name={t('subnet')} value={t('picked')} copies={false} />
        )}
      </Facts>
      {pools.map(({ subnet, gateway, ipRange, auxAddresses = {} }) => (
        <Facts key={subnet}>
          <Fact name={t('subnet')} value={subnet} />
          {gateway !== '' && <Fact name={t('gateway')} value={gateway} />}
          {ipRange !== undefined && <Fact name={t('range')} value={ipRange} />}
          {Object.keys(auxAddresses).length > 0 && <Fact name={t('kept')} value={pairsText(auxAddresses)} />}
        </Facts>
      ))}
      <Facts>
        <Fact name={t('options')} value={pairsText(options)} />
        <Fact name={t('labels')} value={pairsText(labels)} />
      </Facts>
    </div>
  )
}

interface GivenConfigurationProps {
  name: string
  of: Configuration
  error?: string | null
  /** The network is there already. */
  isMade?: boolean
}

/** The part of a form that a configuration has settled: shown, and not to be changed there. */
export function GivenConfiguration({ name, of, error, isMade = false }: GivenConfigurationProps) {
  const t = useTranslations('panel.configuration')
  return (
    <fieldset className="flex flex-col gap-2 rounded-lg border border-line p-3 pt-2">
      <legend className="max-w-full truncate px-1 text-faint text-xs">{t('given', { name })}</legend>
      {error != null && (
        <p role="alert" className="text-bad text-xs">
          {error}
        </p>
      )}
      <ConfigurationFacts of={of} />
      <p className="text-faint text-xs">{isMade ? t('givenStays') : t('givenHint')}</p>
    </fieldset>
  )
}

function familiesOf({ ipv4, ipv6 }: { ipv4: boolean; ipv6: boolean }): 'both' | 'ipv4' | 'ipv6' {
  return ipv4 && ipv6 ? 'both' : ipv6 ? 'ipv6' : 'ipv4'
}

function isKnown(way: string): way is 'default' | 'serial' | 'dhcp' | 'null' {
  return ['default', 'serial', 'dhcp', 'null'].includes(way)
}

function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

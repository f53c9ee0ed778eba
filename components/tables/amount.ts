'use client'

import { useFormatter, useTranslations } from 'next-intl'
import { useMemo } from 'react'

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** How numbers are written in tables: short, and of even width. */
export function useAmounts() {
  const format = useFormatter()
  const t = useTranslations('tables.amount')
  return useMemo(() => {
    const count = (value: number) => format.number(value, { maximumFractionDigits: 0 })
    const bytes = (value: number) => {
      const { amount, unit } = scaleBytes(value)
      const digits = unit === 'B' || amount >= 100 ? 0 : 1
      return `${format.number(amount, { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`
    }
    return {
      count,
      bytes,
      rate: (perSecond: number) => t('perSecond', { amount: perSecond >= 1 ? count(perSecond) : '<1' }),
      byteRate: (perSecond: number) => t('perSecond', { amount: bytes(perSecond) }),
    }
  }, [format, t])
}

/** In steps of a thousand, as link speeds are. */
export function scaleBytes(value: number): { amount: number; unit: string } {
  const step = value < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(value) / 3))
  return { amount: value / 1_000 ** step, unit: byteUnits[step] ?? 'B' }
}

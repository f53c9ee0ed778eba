import { useTranslations } from 'next-intl'

/**
 * What a driver and its options mean, in the reader's language where there are words for it; a driver that
 * nobody translated explains itself.
 */
export function useDriverWords() {
  const t = useTranslations('panel.driverWords')
  // Which drivers there are, the daemon knows: their keys are no types here.
  const say = (key: string, otherwise: string) => (t.has(key as never) ? t(key as never) : otherwise)
  return {
    description: (driver: { name: string; description: string }) =>
      say(`${driver.name}.description`, driver.description),
    option: (driver: string, option: { label: string; description: string }) =>
      say(`${driver}.options.${option.label}`, option.description),
  }
}

import type { DateTimeFormatOptions } from 'next-intl'

/** 24 hours and seconds, as logs have them; of even width. */
export const clockTime: DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
}

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** What a person chose in this browser. Kept in cookies, so that the first painted frame is right. */
export interface Preferences {
  readonly theme: Theme
  /** True: a cable dropped on a network connects without asking first. */
  readonly connectAtOnce: boolean
}

export const themeCookie = 'PATCHBAY_THEME'
export const connectCookie = 'PATCHBAY_CONNECT'

/** From the values of the two cookies; what is unknown or absent counts as not chosen. */
export function parsePreferences(theme: string | undefined, connect: string | undefined): Preferences {
  return { theme: themes.find((known) => known === theme) ?? 'system', connectAtOnce: connect === 'at-once' }
}

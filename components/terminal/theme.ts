import type { ITheme } from '@xterm/xterm'

/** The sixteen colours of ANSI, in light and dark; read on the panel's own ground. */
const colours = {
  black: ['#131a22', '#394553'],
  red: ['#c4302b', '#ff7b72'],
  green: ['#137a4b', '#3ecf8e'],
  yellow: ['#8f5a00', '#f0b429'],
  blue: ['#1a66d0', '#5aa5ff'],
  magenta: ['#7a2fa0', '#c792ea'],
  cyan: ['#00687a', '#5fd3e0'],
  white: ['#6c7385', '#c6ced8'],
  brightBlack: ['#4b5765', '#7f8d9c'],
  brightRed: ['#a81f1b', '#ffa198'],
  brightGreen: ['#0d6a3f', '#6fe3b0'],
  brightYellow: ['#7a4d00', '#ffd166'],
  brightBlue: ['#1557b5', '#8cc2ff'],
  brightMagenta: ['#651f8a', '#e0b3ff'],
  brightCyan: ['#005766', '#8be9f3'],
  brightWhite: ['#131a22', '#ffffff'],
} as const

/** As the page is drawn now; the tokens hold both values, and only a drawn element says which one counts. */
export function readTheme(element: HTMLElement): ITheme {
  const probe = document.createElement('span')
  element.append(probe)
  const colourOf = (value: string) => {
    probe.style.color = value
    return getComputedStyle(probe).color
  }
  const ground = { background: colourOf('var(--sunken)'), foreground: colourOf('var(--ink)') }
  const cursor = { cursor: colourOf('var(--accent)'), cursorAccent: colourOf('var(--sunken)') }
  const selection = { selectionBackground: colourOf('color-mix(in srgb, var(--accent) 32%, var(--sunken))') }
  const slider = (ink: string) => colourOf(`color-mix(in srgb, var(--ink) ${ink}, var(--sunken))`)
  const scrollbar = {
    scrollbarSliderBackground: slider('18%'),
    scrollbarSliderHoverBackground: slider('30%'),
    scrollbarSliderActiveBackground: slider('40%'),
  }
  const isDark = colourOf('light-dark(rgb(0, 0, 0), rgb(255, 255, 255))') === 'rgb(255, 255, 255)'
  probe.remove()
  const ansi = Object.fromEntries(Object.entries(colours).map(([name, [light, dark]]) => [name, isDark ? dark : light]))
  return { ...ansi, ...ground, ...cursor, ...selection, ...scrollbar }
}

/** Tells when the theme may be another: chosen here, or by the system. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', changed)
  }
}

import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import './terminal.css'
import { writeClipboard } from '../ui/copy-button'
import type { TerminalSize } from './connection'
import { onThemeChange, readTheme } from './theme'

export interface XtermScreen {
  readonly size: TerminalSize
  write(data: Uint8Array | string, written?: () => void): void
  focus(): void
  /** Draws and reads for those who cannot see it. */
  setReadAloud(isReadAloud: boolean): void
  dispose(): void
}

export interface XtermOptions {
  readonly label: string
  /** How one gets out of it, for those who do not see it. */
  readonly keys: string
  readonly isReadAloud: boolean
  readonly onType: (text: string) => void
  readonly onResize: (size: TerminalSize) => void
  /** By the key that leaves the terminal: Ctrl Shift ↑. */
  readonly onLeave: () => void
}

const scrollback = 5_000

/** An xterm that fills its element. What is printed in it opens nothing and says nothing outside of it. */
export function createScreen(element: HTMLElement, options: XtermOptions): XtermScreen {
  const terminal = new Terminal({
    ...{ scrollback, screenReaderMode: options.isReadAloud, minimumContrastRatio: 4.5, cursorBlink: false },
    fontFamily: getComputedStyle(document.body).getPropertyValue('--font-mono') || 'monospace',
    ...{ fontSize: 12.5, lineHeight: 1.25, theme: readTheme(element), overviewRuler: { width: 10 } },
    linkHandler: { activate: () => undefined },
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(element)
  terminal.textarea?.setAttribute('aria-label', options.label)
  terminal.textarea?.setAttribute('aria-description', options.keys)
  terminal.attachCustomKeyEventHandler((event) => takesKey(event, terminal, options))
  const resizing = new ResizeObserver(() => {
    // One that is hidden has no size to fit into.
    if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit()
  })
  fit.fit()
  resizing.observe(element)
  terminal.onData(options.onType)
  terminal.onResize(({ rows, cols }) => options.onResize({ rows, columns: cols }))
  const stopTheme = onThemeChange(() => {
    terminal.options.theme = readTheme(element)
  })
  return {
    get size() {
      return { rows: terminal.rows, columns: terminal.cols }
    },
    write: (data, written) => terminal.write(data, written),
    focus: () => terminal.focus(),
    setReadAloud(isReadAloud) {
      terminal.options.screenReaderMode = isReadAloud
    },
    dispose() {
      stopTheme()
      resizing.disconnect()
      terminal.dispose()
    },
  }
}

/** False: the program does not get it. Ctrl Shift V is the browser's own way to paste. */
function takesKey(event: KeyboardEvent, terminal: Terminal, { onLeave }: XtermOptions): boolean {
  if (!event.ctrlKey || !event.shiftKey) return true
  if (event.code === 'KeyV') return false
  if (event.code === 'KeyC') {
    event.preventDefault()
    if (event.type === 'keydown' && terminal.hasSelection()) void writeClipboard(terminal.getSelection())
    return false
  }
  if (event.code !== 'ArrowUp') return true
  event.preventDefault()
  if (event.type === 'keydown') onLeave()
  return false
}

import 'react'

declare module 'react' {
  interface CSSProperties {
    /** Colour of the network that a part of the panel belongs to; see patch-panel.css. */
    '--net'?: string
    '--columns'?: number
  }
}

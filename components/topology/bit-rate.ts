const units = ['b/s', 'kb/s', 'Mb/s', 'Gb/s'] as const

/** Bytes a second as network people say it: "3.2 Mb/s", bits and powers of ten. */
export function formatBitRate(bytesPerSecond: number): string {
  let value = bytesPerSecond * 8
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = value >= 100 || unit === 0 ? 0 : 1
  return `${value.toFixed(digits)} ${units[unit]}`
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Amounts in powers of ten: "3.2 MB". */
export function formatBytes(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** unit
  return `${value.toFixed(value >= 100 || unit === 0 ? 0 : 1)} ${sizes[unit]}`
}

/** Milliseconds as one reads them: "6.8 ms", "96 ms", "1.3 s". */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms >= 20 ? Math.round(ms) : Math.round(ms * 10) / 10} ms`
}

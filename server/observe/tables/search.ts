/**
 * Whether a text stands in any value of a row; addresses are found with their ports, too ("10.0.0.1:80"). The text is in
 * lower case.
 */
export function holds(row: object, search: string): boolean {
  return wordsOf(row).toLowerCase().includes(search)
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return ''
  const parts = Object.values(value).map(wordsOf)
  for (const [address, port] of portsOf) {
    if (address in value && port in value) parts.push(joined(value, address, port))
  }
  return parts.filter((part) => part !== '').join(' ')
}

const portsOf = [
  ['source', 'sourcePort'],
  ['destination', 'destinationPort'],
  ['localAddress', 'localPort'],
  ['remoteAddress', 'remotePort'],
  ['address', 'prefixLength'],
] as const

function joined(value: object, address: string, port: string): string {
  const text = Reflect.get(value, address)
  const number = Reflect.get(value, port)
  if (typeof text !== 'string' || typeof number !== 'number') return ''
  return `${text}${port === 'prefixLength' ? '/' : ':'}${number}`
}

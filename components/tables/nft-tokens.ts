/** One word of a rule as nft prints it; what stands in braces is one. */
export interface NftToken {
  /** As it stands there. */
  readonly text: string
  /** Without quotes. */
  readonly value: string
  /** Of what stands in braces its elements; null for a plain word. */
  readonly list: readonly string[] | null
}

export function splitNft(rule: string): NftToken[] {
  const words = rule.matchAll(/"([^"]*)"|\{((?:[^{}"]|"[^"]*")*)\}|(\S+)/g)
  return Array.from(words, ([text, quoted, list, plain]) => {
    const value = quoted ?? plain ?? text
    return { text, value, list: list === undefined ? null : elementsOf(list) }
  })
}

function elementsOf(list: string): string[] {
  return Array.from(list.matchAll(/(?:[^,"]|"[^"]*")+/g), ([text]) => text.trim().replace(/^"([^"]*)"$/, '$1')).filter(
    (text) => text !== '',
  )
}

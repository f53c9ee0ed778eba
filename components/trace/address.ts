/** Whether text is an address, IPv4 in four parts without leading zeros, or IPv6 without a zone. */
export function isAddress(text: string): boolean {
  if (text.includes(':')) return /^[0-9a-f:.]+$/i.test(text) && canParse(`http://[${text}]/`)
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function canParse(url: string): boolean {
  try {
    return new URL(url).hostname !== ''
  } catch {
    return false
  }
}

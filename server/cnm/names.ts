import { PatchbayError } from './errors'
import { type Said, sentence } from './sentence'

const maxNameLength = 255
/** Of RFC 1035: a whole name as text, and one part of it. */
const longestName = 253
const longestLabel = 63

/** A network's name: as Docker, anything that is not blank; it may hold spaces, quotes or `$(…)`, for it never meets a shell. */
export function checkNetworkName(name: string): string {
  if (name.trim() === '') {
    throw new PatchbayError('invalid-parameter', sentence`a network needs a name`, {
      ...{ field: 'name', reason: 'network-name-invalid', data: { name } },
    })
  }
  if (name.length > maxNameLength) {
    throw invalid(
      sentence`network name ${shown(name)} has ${name.length} characters; at most ${maxNameLength} are allowed`,
    )
  }
  if (name !== name.trim() || hasControlCharacter(name)) {
    throw invalid(sentence`network name ${shown(name)} must not begin or end with a space or hold control characters`)
  }
  return name
}

/** A container's name, by Docker's rule. It is also a DNS name and a host name. */
export function checkContainerName(name: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name) && name.length <= maxNameLength) return name
  const reason =
    name.length > maxNameLength
      ? sentence`it has ${name.length} characters, at most ${maxNameLength} are allowed`
      : sentence`only letters, digits, _ . - are allowed, at least two, beginning with a letter or digit`
  throw new PatchbayError('invalid-parameter', sentence`container name ${shown(name)} is not valid: ${reason}`, {
    ...{ field: 'name', reason: 'container-name-invalid', data: { name } },
  })
}

const words: Readonly<Record<string, Said>> = {
  aliases: sentence`alias`,
  hostname: sentence`host name`,
  links: sentence`link`,
  name: sentence`name`,
}

/**
 * An alias, host name or record name: letters, digits, dashes, dots and underscores, as a DNS question can carry it. With
 * `wildcard` the first part may be "*", for every name below.
 */
export function checkDnsName(
  name: string,
  field: string,
  { word = words[field] ?? field, wildcard = false } = {},
): string {
  const plain = wildcard && name.startsWith('*.') ? name.slice(2) : name
  const error = (reason: Said) =>
    new PatchbayError(
      'invalid-parameter',
      sentence`${word} ${shown(name)} is not a name that DNS can carry: ${reason}`,
      {
        field,
      },
    )
  if (!/^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(plain)) {
    throw error(
      sentence`letters, digits, - . _ only${wildcard ? sentence`, or *. before them for every name below` : ''}`,
    )
  }
  if (name.length > longestName) throw error(sentence`it has ${name.length} characters, at most ${longestName} fit`)
  const labels = plain.split('.')
  if (labels.includes('')) throw error(sentence`it has two dots in a row`)
  const long = labels.find((label) => label.length > longestLabel)
  if (long !== undefined)
    throw error(sentence`its part ${shown(long)} has ${long.length} characters, at most ${longestLabel} fit`)
  return name
}

/** A value for a message: quoted, cut when long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** Also those that turn the direction in which what follows is read, and halves of characters. */
function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(text)
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'name' })
}

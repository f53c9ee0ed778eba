import { PatchbayError } from './errors'

const maxNameLength = 255

/** A network's name: as Docker, anything that is not blank; it may hold spaces, quotes or `$(…)`, for it never meets a shell. */
export function checkNetworkName(name: string): string {
  if (name.trim() === '') {
    throw new PatchbayError('invalid-parameter', 'a network needs a name', {
      ...{ field: 'name', reason: 'network-name-invalid', data: { name } },
    })
  }
  if (name.length > maxNameLength) {
    throw invalid(`network name ${shown(name)} has ${name.length} characters; at most ${maxNameLength} are allowed`)
  }
  if (name !== name.trim() || hasControlCharacter(name)) {
    throw invalid(`network name ${shown(name)} must not begin or end with a space or hold control characters`)
  }
  return name
}

/** A container's name, by Docker's rule. It is also a DNS name and a host name. */
export function checkContainerName(name: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name) && name.length <= maxNameLength) return name
  const reason =
    name.length > maxNameLength
      ? `it has ${name.length} characters, at most ${maxNameLength} are allowed`
      : 'only letters, digits, _ . - are allowed, at least two, beginning with a letter or digit'
  throw new PatchbayError('invalid-parameter', `container name ${shown(name)} is not valid: ${reason}`, {
    ...{ field: 'name', reason: 'container-name-invalid', data: { name } },
  })
}

/** An alias or host name: letters, digits, dashes, dots and underscores, as a DNS question can carry it. */
export function checkDnsName(name: string, field: string): string {
  if (/^[a-zA-Z0-9_]([a-zA-Z0-9_.-]{0,251}[a-zA-Z0-9_])?$/.test(name)) return name
  throw new PatchbayError(
    'invalid-parameter',
    `${field === 'aliases' ? 'alias' : field} ${shown(name)} is not a name that DNS can carry: letters, digits, - . _ only`,
    { field },
  )
}

/** A value for a message: quoted, cut when long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f')
}

function invalid(message: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'name' })
}

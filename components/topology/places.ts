import type { Places } from './layout'

const prefix = 'patchbay.places.'

/** Where this browser last showed what nobody has moved, so that a reload shows the same picture. */
export function readPlaces(host: string): Places {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(prefix + host) ?? '{}')
    return isPlaces(stored) ? stored : {}
  } catch {
    return {}
  }
}

export function writePlaces(host: string, places: Places): void {
  try {
    localStorage.setItem(prefix + host, JSON.stringify(places))
  } catch {
    // Storage is full or forbidden; the layout is then made anew after a reload.
  }
}

export function forgetPlaces(host: string): void {
  try {
    localStorage.removeItem(prefix + host)
  } catch {
    // As above: nothing was kept.
  }
}

function isPlaces(value: unknown): value is Places {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (place: unknown) =>
        typeof place === 'object' &&
        place !== null &&
        'x' in place &&
        'y' in place &&
        Number.isFinite(place.x) &&
        Number.isFinite(place.y),
    )
  )
}

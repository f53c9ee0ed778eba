'use client'

import { useCallback, useState } from 'react'
import type { Moment } from './matrix'

const key = 'patchbay.reach.moments'
const mostKept = 5

/** Moments that were remembered in this tab of the browser, newest first. */
export function useMoments(): { readonly moments: readonly Moment[]; remember: (moment: Moment) => void } {
  const [moments, setMoments] = useState(readMoments)
  const remember = useCallback((moment: Moment) => {
    setMoments((before) => {
      const next = [moment, ...before].slice(0, mostKept)
      try {
        window.sessionStorage.setItem(key, JSON.stringify(next))
      } catch {
        // A full store: the moment is kept as long as the page is.
      }
      return next
    })
  }, [])
  return { moments, remember }
}

function readMoments(): readonly Moment[] {
  if (typeof window === 'undefined') return []
  try {
    const value: unknown = JSON.parse(window.sessionStorage.getItem(key) ?? '[]')
    return Array.isArray(value) ? (value as Moment[]) : []
  } catch {
    return []
  }
}

const mostTimes = 3
const key = 'load-again'

/**
 * A browser on the host itself drops what it was loading whenever a link comes or goes there (ERR_NETWORK_CHANGED), and tries
 * only the page again: without one of its scripts that would never come to life. Runs as text in the page's head, so that it
 * uses nothing from around it.
 */
function watchLoading(mostTimes: number, key: string): void {
  const times = Number(sessionStorage.getItem(key))
  const isNeeded = (target: EventTarget | null) =>
    target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel === 'stylesheet')
  let hasFailed = false
  addEventListener(
    'error',
    ({ target }) => {
      if (document.readyState === 'complete' || !isNeeded(target)) return
      hasFailed = true
    },
    true,
  )
  addEventListener('load', () => {
    if (!hasFailed) sessionStorage.removeItem(key)
    else if (times < mostTimes) {
      sessionStorage.setItem(key, String(times + 1))
      location.reload()
    }
  })
}

/** Loads a page again whose scripts or styles did not all arrive, at most so many times in a row. */
export const loadAgain = `(${watchLoading})(${mostTimes}, '${key}')`

import { cookies, headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { chooseLocale, localeCookie } from './locale'
import { messages } from './messages'

/** Language of this request: cookie, else Accept-Language. Addresses carry no language. */
export default getRequestConfig(async () => {
  const locale = chooseLocale((await cookies()).get(localeCookie)?.value, (await headers()).get('accept-language'))
  return { locale, messages: messages[locale], timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }
})

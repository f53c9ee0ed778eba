import type { NextConfig } from 'next'
import createNextIntlPlugin from 'next-intl/plugin'

/** On every answer; the pages' content security policy, which changes with each, is proxy.ts's. */
const headers = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
]

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  // `npm run check` looks at the types of the whole; a build on somebody's machine need not wait for that.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  // Pictures come as they are; the library that would convert them is a third of the build.
  outputFileTracingExcludes: { '*': ['./node_modules/@img/**', './node_modules/sharp/**'] },
  headers: async () => [
    { source: '/:path*', headers },
    // Its address holds a secret.
    { source: '/login', headers: [{ key: 'Referrer-Policy', value: 'no-referrer' }] },
  ],
}

export default createNextIntlPlugin('./components/i18n/request.ts')(config)

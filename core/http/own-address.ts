import type { Exchange } from './exchange.ts'

/**
 * Where this client reaches the gateway, without a slash at the end: `https://gateway.example`. A proxy before
 * the gateway says by `x-forwarded-proto` that its clients come by TLS.
 */
export function ownAddress({ url, request }: Pick<Exchange, 'url' | 'request'>): string {
  const stated = request.headers.get('x-forwarded-proto')?.split(',', 1)[0]?.trim().toLowerCase()
  const scheme = stated === 'https' || stated === 'http' ? `${stated}:` : url.protocol
  return `${scheme}//${url.host}`
}

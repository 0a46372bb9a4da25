/** A request as the routes see it. */
export interface Addressed {
  readonly request: Request
  readonly url: URL
}

/** The request without the prefix that the gateway is served under; undefined for one that is not below it. */
export function withoutBasePath({ request, url }: Addressed, basePath: string): Addressed | undefined {
  const { pathname } = url
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return undefined
  const inner = new URL(url)
  // Not the URL's own: a path such as //host would be a host.
  inner.pathname = pathname.slice(basePath.length) || '/'
  return { request: new Request(inner, request), url: inner }
}

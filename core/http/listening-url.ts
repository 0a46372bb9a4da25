/** Where the gateway is asked from its own machine: with its base path, without a slash at the end. */
export function toListeningUrl(
  { host, basePath }: { readonly host: string; readonly basePath: string },
  port: number,
): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}${basePath}`
}
